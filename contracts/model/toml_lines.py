"""Where a key stands in a TOML text: `tomllib` gives values without their lines."""

from __future__ import annotations

import re
import tomllib
from typing import Any

KeyPath = tuple[str, ...]

_HEADER = re.compile(r"^\s*\[(?P<array>\[?)(?P<name>[^\[\]\n]+)\]\]?\s*(#.*)?$")
_ASSIGNMENT = re.compile(
    r"""^\s*(?P<key>(?:[\w-]+|"[^"\n]*"|'[^'\n]*')(?:\s*\.\s*(?:[\w-]+|"[^"\n]*"|'[^'\n]*'))*)\s*="""
)


def lines_of_keys(text: str) -> dict[KeyPath, int]:
    """Map the path of each table and each key of a valid TOML `text` to its line, counted from 1.

    Keys inside inline tables are found under the line of the key that holds the table.
    """
    lines: dict[KeyPath, int] = {}
    table: KeyPath = ()
    quote: str | None = None
    for number, line in enumerate(text.splitlines(), start=1):
        if quote is not None:
            # Inside a multi-line string nothing is a key.
            quote = None if line.count(quote) % 2 else quote
            continue
        header = _HEADER.match(line)
        assignment = _ASSIGNMENT.match(line)
        if header:
            table = _path(header["name"])
            lines.setdefault(table, number)
        elif assignment:
            lines.setdefault((*table, *_path(assignment["key"])), number)
            quote = _opened(line[assignment.end() :])
    return lines


def line_of(lines: dict[KeyPath, int], path: KeyPath) -> int | None:
    """Return the line of the key at `path`, or of the nearest table above it that has one."""
    for length in range(len(path), 0, -1):
        if path[:length] in lines:
            return lines[path[:length]]
    return None


def _opened(value: str) -> str | None:
    for quote in ('"""', "'''"):
        if value.count(quote) % 2:
            return quote
    return None


def _path(dotted: str) -> KeyPath:
    # TOML's own parser reads the key, so that quotes and spaces mean what they mean in TOML.
    node: Any = tomllib.loads(f"{dotted} = 0")
    path: list[str] = []
    while isinstance(node, dict):
        key, node = next(iter(node.items()))
        path.append(key)
    return tuple(path)
