"""An emitter in Python: a package with an outbox, driven by the toolkit, which tells it of whole facts."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from typing import Any

from contracts.scaffold.filling import filled, toml_key
from contracts.scaffold.kinds.kind import Beginning, RepositoryKind
from contracts.scaffold.new_file import NewFile
from contracts.scaffold.request import NewEmitter
from contracts.scaffold.stated_events import StatedEvent


def _files(beginning: Beginning) -> tuple[NewFile, ...]:
    module, values = beginning.emitter.module, beginning.values
    return (
        NewFile(f"{module}/__init__.py", filled("python/__init__.py", values)),
        NewFile(f"{module}/emitter.py", filled("python/emitter.py", values)),
        NewFile("tests/test_contract.py", filled("python/test_contract.py", values)),
    )


def _values(emitter: NewEmitter, statements: tuple[StatedEvent, ...]) -> Mapping[str, str]:
    return {"states": "".join(map(_state, statements)), "facts": "".join(_facts(emitter, statements))}


def _state(statement: StatedEvent) -> str:
    key = ", ".join(map(json.dumps, statement.key)) + "," * (len(statement.key) == 1)
    return f'    {"" if statement.stated else "# "}"{statement.event}": ({key}),\n'


def _facts(emitter: NewEmitter, statements: tuple[StatedEvent, ...]) -> Iterator[str]:
    """Yield the settings that tell the emitter of all that an event holds, not of its fact key alone."""
    told = [statement for statement in statements if statement.rest]
    if told:
        yield "\n# What it is told of a fact beside the fact key, which is new in every run.\n"
    for statement in told:
        yield f"[emitters.{emitter.key}.facts.{toml_key(statement.event)}]\n"
        yield from (f"{toml_key(name)} = {_toml(value)}\n" for name, value in statement.rest.items())


def _toml(value: Any) -> str:
    """Return a JSON value as one of TOML; a null, which TOML doesn't have, is left out."""
    match value:
        case Mapping():
            inner = (f"{toml_key(name)} = {_toml(one)}" for name, one in value.items() if one is not None)
            return f"{{ {', '.join(inner)} }}" if value else "{}"
        case list() | tuple():
            return f"[{', '.join(_toml(one) for one in value if one is not None)}]"
    # Texts, numbers and truth are written alike in both; the DEL that TOML refuses is spelled out.
    return json.dumps(value, ensure_ascii=False).replace("\x7f", "\\u007f")


def _first_step(emitter: NewEmitter) -> tuple[str, ...]:
    return (f"grow {emitter.module}/emitter.py into your emitter; STATES says which events it really states",)


KIND = RepositoryKind(
    test_command="python -m pytest tests",
    recorded=False,
    image="python:3.12",
    packages=(),
    values=_values,
    files=_files,
    first_step=_first_step,
)
