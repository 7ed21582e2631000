"""Every document that a command prints with `--output json` has the shape that the reference promises."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any
from xml.etree import ElementTree as ET

import click
import pytest

from contracts.cli.app import contracts
from tests.broker.running import running
from tests.docs.shapes import differences, shapes
from tests.pages.console import Shown, environment, project_copy, run
from tests.report.junit_schema import faults

EMITTER, SERVICE = "client-webinar-tracker-v2", "client-webinar-scenario-service"
PRODUCTION = "--to-environment production"


def _line(event: str, data: dict[str, str], marker: str) -> str:
    body = {"specversion": "1.0", "id": marker, "source": EMITTER, "type": event}
    body |= {"time": "2026-03-01T18:00:00Z"}
    return json.dumps(
        {"headers": {"content-type": "application/cloudevents+json"}, "body": json.dumps({**body, "data": data})}
    )


FACT = {"client_id": "c-1", "webinar_id": "w-1"}
BOTH = [
    _line("client_webinar_completed", FACT, "m-1"),
    _line("client_webinar_entered", {**FACT, "visit_id": "v-1"}, "m-2"),
]
# A finding, a violation, a note and an error of the harness, so that no list is empty.
BROKEN = [
    _line("client_webinar_completed", {"client_id": "c-1"}, "m-1"),
    _line("client_webinar_left", {**FACT, "visit_id": "v-1"}, "m-2"),
    _line("client_webinar_entered", {**FACT, "visit_id": "v-1"}, "m-3"),
    "{",
]

# In this order, each relies on those before it. What stands alone is a command without JSON that prepares the next.
RUNS = (
    "contracts matrix",
    "contracts lint",
    "contracts rules",
    "contracts doctor",
    "contracts capture",
    "contracts capture --check",
    "contracts check --junit found.xml --sarif found.sarif",
    "contracts drift docs/emitters.en.md wrong.md",
    f"contracts verify {EMITTER}",
    f"contracts verify {EMITTER} --captures broken.ndjson",
    "contracts audit broken.ndjson both.ndjson",
    "contracts create-environment production --production",
    "contracts publish --version c1 --branch main --dry-run",
    "contracts publish --version c1 --branch main",
    f"contracts verify {EMITTER} --captures both.ndjson --broker --publish --version p1 --branch main",
    f"contracts can-i-deploy {EMITTER} --version p9 {PRODUCTION}",
    f"contracts can-i-deploy {EMITTER} --version p1 {PRODUCTION}",
    f"contracts record-deployment {EMITTER} --version p1 {PRODUCTION}",
    f"contracts reverify {PRODUCTION}",
    "contracts publish --version c1 --branch main --reverify",
    f"contracts can-i-deploy {SERVICE} --version c1 {PRODUCTION}",
    f"contracts promote {EMITTER} client_webinar_entered",
    "contracts registry diff HEAD",
    f"contracts demote {EMITTER} client_webinar_entered --reason 'a test'",
    f"contracts record-undeployment {EMITTER} --environment production",
    f"contracts record-release {EMITTER} --version p1 {PRODUCTION}",
    f"contracts record-support-ended {EMITTER} --version p1 --environment production",
    "contracts broker backup copy.sqlite",
    "contracts broker clean --keep 90d --dry-run",
    "contracts broker push --to BROKER",
)
# A difference, a status that isn't understood, and a mention.
WRONG = f"""# Emitters

## `{EMITTER}`

- `client_webinar_completed`: planned, not implemented
- `client_webinar_entered`: mothballed

See `client_webinar_left` in the old wiki pages of the team.
"""


def _commands(group: click.Group, path: str) -> Iterator[tuple[str, click.Command]]:
    context = click.Context(group)
    for name in group.list_commands(context):
        command = group.get_command(context, name)
        if isinstance(command, click.Group):
            yield from _commands(command, f"{path} {name}")
        elif command is not None:
            yield f"{path} {name}", command


def with_json() -> set[str]:
    """Return the commands that offer JSON."""
    return {
        path
        for path, command in _commands(contracts, "contracts")
        for option in command.params
        if option.name == "output" and isinstance(option.type, click.Choice) and "json" in option.type.choices
    }


def _shape_of(command: str, known: dict[str, Any]) -> str:
    return max((name for name in known if command.startswith(name)), key=len)


def test_every_command_that_offers_json_is_on_the_page_and_tried() -> None:
    """A new command can't offer JSON without promising a shape."""
    known = shapes()
    listed = {name for name in known if name.startswith("contracts ")}
    assert listed == with_json()
    assert {_shape_of(command, known) for command in RUNS} == listed


def test_what_is_printed_is_what_the_page_promises(tmp_path: Path) -> None:
    """Run after run: the document is one, and every key of it is on the page with its type."""
    project = tmp_path / "project"
    project.mkdir()
    project_copy(project)
    for name, lines in (("both.ndjson", BOTH), ("broken.ndjson", BROKEN), ("wrong.md", [WRONG])):
        (project / name).write_text("\n".join(lines) + "\n", encoding="utf-8")
    variables, known = environment(project, tmp_path / "tools"), shapes()
    with running(tmp_path / "other.sqlite") as other:
        for command in RUNS:
            typed = command.replace("BROKER", other.url)
            _, printed = run(Shown(f"{typed} --output json 2>/dev/null", "", 0), project, variables)
            document = json.loads(printed)
            assert "error" not in document, (command, document)
            assert not list(differences(document, known[_shape_of(command, known)], known)), command
    # The files that a command was asked for beside its JSON are whole too.
    assert faults(ET.parse(project / "found.xml").getroot()) == []  # noqa: S314 - our own output
    assert json.loads((project / "found.sarif").read_text(encoding="utf-8"))["version"] == "2.1.0"


@pytest.mark.parametrize(
    "command", ["verify nobody", "drift nowhere.md", "can-i-deploy nobody --version 1 --to-environment production"]
)
def test_an_error_has_the_promised_shape(command: str, tmp_path: Path) -> None:
    """Also for errors stdout holds one document."""
    project = tmp_path / "project"
    project.mkdir()
    project_copy(project)
    variables, known = environment(project, tmp_path / "tools"), shapes()
    code, printed = run(Shown(f"contracts {command} --output json 2>/dev/null", "", 0), project, variables)
    assert code == 2
    assert not list(differences(json.loads(printed), known["an error"], known))


@pytest.mark.parametrize(
    ("value", "shape", "said"),
    [
        ({"a": 1}, {"a": "number"}, []),
        ({"a": None}, {"a?": "number"}, []),
        ({"a": None}, {"a": "number"}, ["$.a is None, not number"]),
        ({"a": True}, {"a": "number"}, ["$.a is True, not number"]),
        ({"b": 1}, {"a": "number"}, ["$.b isn't on the page", "$.a is missing"]),
        (["x", 1], ["text"], ["$[1] is 1, not text"]),
        ({"a": 1, "b": 2}, {"...": "one", "b": "number"}, []),
        ({"b": 2}, {"...": "one", "b": "number"}, ["$.a is missing"]),
    ],
)
def test_a_document_of_another_shape_is_told(value: Any, shape: Any, said: list[str]) -> None:
    """The comparison itself can fail."""
    assert list(differences(value, shape, {"one": {"a": "number"}})) == said
