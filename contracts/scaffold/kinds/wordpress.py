"""A WordPress plugin: told of facts by its own actions, while the recorder writes down what it sends."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from pathlib import Path

from contracts.model.facts import at_path
from contracts.model.shapes import UUID_PATTERN
from contracts.scaffold.filling import filled
from contracts.scaffold.kinds.kind import Beginning, RepositoryKind, examples_file
from contracts.scaffold.new_file import NewFile
from contracts.scaffold.request import DESTINATION, NewEmitter
from contracts.scaffold.stated_events import StatedEvent

RECORDER = Path(__file__).parents[2] / "emitters" / "recorder" / "contracts-recorder.php"
_FOLDER = "tests/contracts"


def _files(beginning: Beginning) -> tuple[NewFile, ...]:
    return (
        NewFile(f"{_FOLDER}/contracts-recorder.php", RECORDER.read_text(encoding="utf-8")),
        NewFile(f"{_FOLDER}/bootstrap.php", filled("wordpress/bootstrap.php", beginning.values)),
        NewFile(f"{_FOLDER}/state-facts.php", filled("wordpress/state-facts.php", beginning.values)),
        examples_file(f"{_FOLDER}/examples.json", beginning.statements),
    )


def _values(emitter: NewEmitter, statements: tuple[StatedEvent, ...]) -> Mapping[str, str]:
    option = emitter.destination_option
    return {
        "statements": "".join(line for one in statements for line in _statement(one, emitter.hooks.get(one.event))),
        "keys": "".join(map(_keys, statements)),
        "destination_mark": "" if option else "// ",
        "destination_option": option or "your_plugin_destination",
    }


def _statement(statement: StatedEvent, hook: str | None) -> Iterator[str]:
    mark = "" if hook else "// "
    told = [_taken(path) for path in statement.key] + ["$data"] * bool(statement.rest)
    yield f"\t\t{mark}'{statement.event}' => static function ( array $data ): void {{\n"
    yield f"\t\t{mark}\tdo_action( '{hook or f'your_plugin_{statement.event}'}', {', '.join(told)} );\n"
    yield f"\t\t{mark}}},\n"


def _taken(path: str) -> str:
    return "$data" + "".join(f"['{step}']" for step in path.split("."))


def _keys(statement: StatedEvent) -> str:
    parts = ", ".join(f"'{path}' => '{_how(statement, path)}'" for path in statement.key)
    return f"\t'{statement.event}' => array( {parts} ),\n"


def _how(statement: StatedEvent, path: str) -> str:
    """Return how a value of the fact key is made new: as the file says of itself."""
    value = at_path(statement.examples[0], path)
    if isinstance(value, int):
        return "number"
    if re.search(UUID_PATTERN, value):
        return "uuid"
    return "text" if path in statement.fresh else "fixed"


def _first_step(emitter: NewEmitter) -> tuple[str, ...]:
    steps = []
    if not emitter.hooks:
        steps.append("say in tests/contracts/state-facts.php how the plugin is told that something happened")
    if not emitter.destination_option:
        steps.append(f"have the plugin send to CONTRACTS_DESTINATION ({DESTINATION}) in its tests")
    return tuple(steps)


KIND = RepositoryKind(
    test_command="php tests/contracts/state-facts.php",
    recorded=True,
    image="php:8.3-cli",
    packages=("git", "python3-venv"),
    values=_values,
    files=_files,
    first_step=_first_step,
)
