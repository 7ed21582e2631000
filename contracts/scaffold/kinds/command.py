"""An emitter that is any program: the toolkit runs it once a fact. It begins as a shell script with curl."""

from __future__ import annotations

import json
import re
import shlex
from collections.abc import Iterator, Mapping
from typing import Any

from contracts.scaffold.filling import filled
from contracts.scaffold.kinds.kind import Beginning, RepositoryKind
from contracts.scaffold.new_file import NewFile
from contracts.scaffold.request import NewEmitter
from contracts.scaffold.stated_events import StatedEvent

_INDENT = " " * 8


def _files(beginning: Beginning) -> tuple[NewFile, ...]:
    return (NewFile("emitter.sh", filled("command/emitter.sh", beginning.values), executable=True),)


def _values(_: NewEmitter, statements: tuple[StatedEvent, ...]) -> Mapping[str, str]:
    return {"statements": "".join(map(_statement, statements))}


def _statement(statement: StatedEvent) -> str:
    """Return the branch of a shell's `case` that prints an event's data, with the values of its fact key."""
    lines = [
        f"    {statement.event})\n",
        f"{_INDENT}printf '%s' {' '.join(_pieces(statement))}\n",
        f"{_INDENT};;\n",
    ]
    return "".join(line if statement.stated else f"    # {line[4:]}" for line in lines)


def _pieces(statement: StatedEvent) -> Iterator[str]:
    data = _marked(statement.examples[0], "", statement.key)
    text = json.dumps(data, ensure_ascii=False)
    # A mark is a text of its own, with its quotes: the value that takes its place is a text or an integer.
    for index, piece in enumerate(re.split('"\x00([^"]*)\x00"'.replace("\x00", r"\\u0000"), text)):
        yield f'"$(value {_quoted(piece)})"' if index % 2 else shlex.quote(piece)


def _marked(value: Any, path: str, key: tuple[str, ...]) -> Any:
    if path in key:
        return f"\x00{path}\x00"
    if isinstance(value, Mapping):
        return {name: _marked(one, f"{path}.{name}".strip("."), key) for name, one in value.items()}
    return value


def _quoted(path: str) -> str:
    """Return a path as the shell and sed take it."""
    return shlex.quote(path.replace(".", r"\."))


def _first_step(_: NewEmitter) -> tuple[str, ...]:
    return ("put your own program in the place of emitter.sh, or grow that; contracts.toml names it",)


KIND = RepositoryKind(
    test_command=None,
    recorded=False,
    image="python:3.12",
    packages=(),
    values=_values,
    files=_files,
    first_step=_first_step,
)
