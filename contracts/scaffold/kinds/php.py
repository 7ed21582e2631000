"""An emitter in PHP without a framework: a class with an outbox, whose tests are a script and are recorded."""

from __future__ import annotations

from collections.abc import Mapping

from contracts.scaffold.filling import filled
from contracts.scaffold.kinds.kind import Beginning, RepositoryKind, examples_file
from contracts.scaffold.new_file import NewFile
from contracts.scaffold.request import NewEmitter
from contracts.scaffold.stated_events import StatedEvent


def _files(beginning: Beginning) -> tuple[NewFile, ...]:
    return (
        NewFile("src/Emitter.php", filled("php/Emitter.php", beginning.values)),
        NewFile("tests/contract.php", filled("php/contract.php", beginning.values)),
        examples_file("tests/examples.json", beginning.statements),
    )


def _values(_: NewEmitter, statements: tuple[StatedEvent, ...]) -> Mapping[str, str]:
    return {"states": "".join(map(_state, statements))}


def _state(statement: StatedEvent) -> str:
    key = ", ".join(f"'{path}'" for path in statement.key)
    return f"        {'' if statement.stated else '// '}'{statement.event}' => [{key}],\n"


def _first_step(_: NewEmitter) -> tuple[str, ...]:
    return ("grow src/Emitter.php into your emitter; STATES says which events it really states",)


KIND = RepositoryKind(
    test_command="php tests/contract.php",
    recorded=True,
    image="php:8.3-cli",
    packages=("git", "python3-venv"),
    values=_values,
    files=_files,
    first_step=_first_step,
)
