"""An emitter in Node.js: a module with an outbox, whose tests are recorded; no package beside Node's own."""

from __future__ import annotations

import json
from collections.abc import Mapping

from contracts.scaffold.filling import filled
from contracts.scaffold.kinds.kind import Beginning, RepositoryKind, examples_file
from contracts.scaffold.new_file import NewFile
from contracts.scaffold.request import NewEmitter
from contracts.scaffold.stated_events import StatedEvent


def _files(beginning: Beginning) -> tuple[NewFile, ...]:
    return (
        NewFile("emitter.mjs", filled("node/emitter.mjs", beginning.values)),
        NewFile("tests/contract.test.mjs", filled("node/contract.test.mjs", beginning.values)),
        examples_file("tests/examples.json", beginning.statements),
    )


def _values(_: NewEmitter, statements: tuple[StatedEvent, ...]) -> Mapping[str, str]:
    return {
        "states": "".join(
            f"  {'' if statement.stated else '// '}{json.dumps(statement.event)}: {json.dumps(statement.key)},\n"
            for statement in statements
        )
    }


def _first_step(_: NewEmitter) -> tuple[str, ...]:
    return ("grow emitter.mjs into your emitter; STATES says which events it really states",)


KIND = RepositoryKind(
    test_command="node --test tests/contract.test.mjs",
    recorded=True,
    image="node:22",
    packages=("python3-venv",),
    values=_values,
    files=_files,
    first_step=_first_step,
)
