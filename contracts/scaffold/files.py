"""The files of a new emitter's repository, from templates and the registry."""

from __future__ import annotations

import json
import shlex
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path

from contracts import __version__
from contracts.model.domain import Domain
from contracts.model.registry import Status
from contracts.scaffold.filling import filled
from contracts.scaffold.request import DESTINATION, EmitterKind, NewEmitter

RECORDER = Path(__file__).parents[1] / "emitters" / "recorder" / "contracts-recorder.php"
CAPTURES = "contracts-captures.ndjson"
REQUIREMENT = f"webinar-contracts=={__version__}"

_TEST_COMMANDS = {
    EmitterKind.PYTHON: "python -m pytest tests",
    EmitterKind.WORDPRESS: "php tests/contracts/state-facts.php",
}
_MACHINES = {
    EmitterKind.PYTHON: "Python 3.11 or later with venv",
    EmitterKind.WORDPRESS: "PHP, a WordPress with the plugin active, and Python 3.11 or later with venv",
}

Keys = Mapping[str, tuple[str, ...]]
"""The events that the registry gives the emitter, each with its fact key."""


@dataclass(frozen=True, slots=True)
class NewFile:
    """A file to write.

    Attributes:
        path: relative to the repository.
        yields: what is there already under its name stays as it is.
    """

    path: str
    text: str
    executable: bool = False
    yields: bool = False


def files_for(emitter: NewEmitter, domain: Domain) -> tuple[NewFile, ...]:
    """Return the files of an emitter's repository.

    Args:
        emitter: a checked one.
        domain: its registry says which events the emitter states; one that it doesn't have states none yet.
    """
    values = _values(emitter, domain)
    values["own_packages"] = filled(f"{emitter.kind.value}/own-packages", values)
    values["how"] = filled(f"{emitter.kind.value}/how.md", values).strip()
    common = (
        NewFile("contracts.toml", filled(f"{emitter.kind.value}/contracts.toml", values)),
        NewFile("ci/contracts", filled("common/contracts", values), executable=True),
        NewFile(".github/workflows/contracts.yml", _workflow(emitter, values)),
        NewFile("CONTRACTS.md", filled("common/CONTRACTS.md", values)),
    )
    if emitter.kind is EmitterKind.PYTHON:
        return (
            *common,
            NewFile(f"{emitter.module}/__init__.py", filled("python/__init__.py", values)),
            NewFile(f"{emitter.module}/emitter.py", filled("python/emitter.py", values)),
            NewFile("tests/test_contract.py", filled("python/test_contract.py", values)),
        )
    folder = "tests/contracts"
    return (
        *common,
        NewFile(f"{folder}/contracts-recorder.php", RECORDER.read_text(encoding="utf-8")),
        NewFile(f"{folder}/bootstrap.php", filled("wordpress/bootstrap.php", values)),
        NewFile(f"{folder}/state-facts.php", filled("wordpress/state-facts.php", values)),
    )


def _values(emitter: NewEmitter, domain: Domain) -> dict[str, str]:
    test_command = emitter.test_command or _TEST_COMMANDS[emitter.kind]
    pairs = list(domain.registry.pairs(emitter.name))
    keys = {pair.event: domain.catalogue.fact_key(pair.event) for pair in pairs}
    implemented = {pair.event for pair in pairs if pair.entry.status is Status.IMPLEMENTED}
    option = emitter.destination_option
    return {
        "name": emitter.name,
        "key": emitter.key,
        "module": emitter.module,
        "requirement": REQUIREMENT,
        "options": "".join(
            f" \\\n  --{name} {shlex.quote(value)}" for name, value in _inputs(emitter.kind, test_command)
        ),
        "test_command": test_command,
        "captures": CAPTURES,
        "machine": _MACHINES[emitter.kind],
        "states": "".join(_python_states(keys, implemented)),
        "statements": "".join(_php_statements(keys, emitter.hooks)),
        "keys": "".join(_php_keys(keys)),
        "destination_mark": "" if option else "// ",
        "destination_option": option or "your_plugin_destination",
    }


def _inputs(kind: EmitterKind, test_command: str) -> Iterator[tuple[str, str]]:
    yield "test-command", test_command
    if kind is EmitterKind.WORDPRESS:
        yield "captures", CAPTURES
        yield "destination", DESTINATION


def _python_states(keys: Keys, implemented: Iterable[str]) -> Iterator[str]:
    for event, key in keys.items():
        mark = "" if event in implemented else "# "
        yield f'    {mark}"{event}": ({", ".join(map(json.dumps, key))}{"," * (len(key) == 1)}),\n'


def _php_statements(keys: Keys, hooks: Mapping[str, str]) -> Iterator[str]:
    for event, key in keys.items():
        mark = "" if event in hooks else "// "
        hook = hooks.get(event, f"your_plugin_{event}")
        values = ", ".join(f"$fact['{part}']" for part in key)
        yield f"\t\t{mark}'{event}' => static function ( array $fact ): void {{\n"
        yield f"\t\t{mark}\tdo_action( '{hook}', {values} );\n"
        yield f"\t\t{mark}}},\n"


def _php_keys(keys: Keys) -> Iterator[str]:
    for event, key in keys.items():
        parts = ", ".join(f"'{part}'" for part in key)
        yield f"\t'{event}' => array( {parts} ),\n"


def _workflow(emitter: NewEmitter, values: dict[str, str]) -> str:
    set_up = filled(f"github/set-up-{emitter.kind.value}.yml", values)
    if emitter.action is None:
        run = filled("github/run-script.yml", values)
        # The script installs what a Python emitter needs by itself.
        set_up = set_up if emitter.kind is EmitterKind.WORDPRESS else ""
    else:
        # A text of JSON is one of YAML.
        inputs = "".join(
            f"          {name}: {json.dumps(value)}\n" for name, value in _inputs(emitter.kind, values["test_command"])
        )
        run = filled("github/run-action.yml", values | {"action": emitter.action, "inputs": inputs})
    return filled("github/workflow.yml", values | {"set_up": set_up, "run": run})
