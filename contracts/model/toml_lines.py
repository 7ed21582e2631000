"""Where a key stands in a TOML text: `tomllib` gives values without their lines.

The text is known to be valid TOML 1.0 (https://toml.io/en/v1.0.0), so this reads no values: it steps over
strings, comments and brackets to find where the next statement begins.
"""

from __future__ import annotations

import re
import tomllib
from collections.abc import Iterator
from typing import Any

KeyPath = tuple[str, ...]

_PART = r"""(?:[^\s=.\[\]"'#]+|"(?:[^"\\\n]|\\.)*"|'[^'\n]*')"""
_KEY = rf"{_PART}(?:[ \t]*\.[ \t]*{_PART})*"
_STATEMENT = re.compile(rf"\[\[?[ \t]*(?P<header>{_KEY})[ \t]*\]\]?|(?P<key>{_KEY})[ \t]*=")
_NOTHING = re.compile(r"(?:[\s]|#[^\n]*)*")
# Multi-line strings may hold one or two quotes of their kind, also right before their end. No group is possessive:
# early releases of Python 3.11 don't match such a one. The runs in them are, so that a long string is one step.
_VALUE_TOKEN = re.compile(
    r'"""[^"\\]*+(?:(?:\\.|"{1,2}(?!"))[^"\\]*+)*"{3,5}'
    r"|'''[^']*+(?:'{1,2}(?!')[^']*+)*'{3,5}"
    r'|"[^"\\\n]*+(?:\\.[^"\\\n]*+)*"'
    r"|'[^'\n]*+'"
    r"|\#[^\n]*+"
    r"|(?P<open>[\[{])|(?P<close>[\]}])|(?P<end>\n)"
    r"|[^\"'#\[\]{}\n]++",
    re.DOTALL,
)


MOST_TEXT = 4 * 1024 * 1024
"""Characters of a TOML text; a registry of ten thousand pairs has a third of it."""
MOST_PARTS = 32
"""Parts of a dotted key. `tomllib` keeps every prefix of one: a key of a hundred thousand parts takes gigabytes."""
# A key begins a line, or follows a bracket or a comma; sentences and addresses in strings hold dots too.
_TOO_DEEP = re.compile(rf"(?:^|[\[{{,])[ \t]*+{_PART}(?:[ \t]*+\.[ \t]*+{_PART}){{{MOST_PARTS}}}")


class TomlTooLargeError(ValueError):
    """The text would take more memory than any registry or settings need; the message says why."""


def bounded(text: str) -> str:
    """Return a TOML text that can be parsed in little time and memory.

    Raises:
        TomlTooLargeError: it is too long, or one of its keys has too many parts.
    """
    if len(text) > MOST_TEXT:
        raise TomlTooLargeError(f"the file has {len(text)} characters, and at most {MOST_TEXT} are read")
    for number, line in enumerate(text.split("\n"), start=1):
        if line.count(".") >= MOST_PARTS and _TOO_DEEP.search(line):
            raise TomlTooLargeError(f"a key has more than {MOST_PARTS} parts (at line {number})")
    return text


def lines_of_keys(text: str) -> dict[KeyPath, int]:
    """Map the path of each table and each key of a valid TOML `text` to its line, counted from 1.

    Keys inside inline tables are found under the line of the key that holds the table. A table of an array is a
    path with its number, from "0".
    """
    lines: dict[KeyPath, int] = {}
    arrays: dict[KeyPath, int] = {}
    table: KeyPath = ()
    line, counted = 1, 0
    for start, header, key in _statements(text):
        line, counted = line + text.count("\n", counted, start), start
        if header is not None:
            table = _path(header)
            if text.startswith("[[", start):
                arrays = {path: last for path, last in arrays.items() if path[: len(table)] != table or path == table}
                arrays[table] = arrays.get(table, -1) + 1
                lines.setdefault(table, line)
            table = _numbered(table, arrays)
            lines.setdefault(table, line)
        elif key is not None:
            lines.setdefault((*table, *_path(key)), line)
    return lines


def _numbered(path: KeyPath, arrays: dict[KeyPath, int]) -> KeyPath:
    """Return the path with the number of the newest table of each array in it."""
    found: KeyPath = ()
    for length, part in enumerate(path, start=1):
        number = arrays.get(path[:length])
        found += (part,) if number is None else (part, str(number))
    return found


def line_of(lines: dict[KeyPath, int], path: KeyPath) -> int | None:
    """Return the line of the key at `path`, else of the nearest table above it that is written somewhere.

    A table that only tables below it imply (`[a.b]` implies `a`) stands where the first of them does.
    """
    for length in range(len(path), 0, -1):
        prefix = path[:length]
        if prefix in lines:
            return lines[prefix]
        below = [line for key, line in lines.items() if key[:length] == prefix]
        if below:
            return min(below)
    return None


def line_of_error(message: str, text: str) -> int:
    """Return the line that an error message of `tomllib` speaks of; the last one for "at end of document"."""
    found = re.search(r"at line (\d+)", message)
    # Only a line feed ends a line in TOML; `str.splitlines` knows seven more ends.
    return int(found[1]) if found else text.rstrip("\r\n").count("\n") + 1


def statement_before(text: str, line: int) -> tuple[int, str]:
    """Return the last header or assignment that begins at `line` or before it: its line and its first line's text.

    The text may say one thing twice, but is TOML otherwise.
    """
    starts = (text.count("\n", 0, start) + 1 for start, _, _ in _statements(text))
    number = max((each for each in starts if each <= line), default=line)
    return number, text.split("\n")[number - 1].strip()


def _statements(text: str) -> Iterator[tuple[int, str | None, str | None]]:
    """Yield where each header or assignment begins, with the header's or the key's text."""
    position = 0
    while True:
        position = _end(_NOTHING.match(text, position), position)
        statement = _STATEMENT.match(text, position)
        if statement is None:
            return
        yield position, statement["header"], statement["key"]
        position = statement.end() if statement["header"] else _after_value(text, statement.end())


def _after_value(text: str, position: int) -> int:
    depth = 0
    while token := _VALUE_TOKEN.match(text, position):
        position = token.end()
        depth += bool(token["open"]) - bool(token["close"])
        if token["end"] and depth == 0:
            break
    return position


def _end(found: re.Match[str] | None, otherwise: int) -> int:
    return found.end() if found else otherwise


def _path(dotted: str) -> KeyPath:
    if '"' not in dotted and "'" not in dotted:
        return tuple(part.strip() for part in dotted.split("."))
    # TOML's own parser reads quoted keys, so that escapes and spaces mean what they mean in TOML.
    node: Any = tomllib.loads(f"{dotted} = 0")
    path: list[str] = []
    while isinstance(node, dict):
        key, node = next(iter(node.items()))
        path.append(key)
    return tuple(path)
