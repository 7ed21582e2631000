"""Projects of other people: their own domain, their own settings, and mistakes in both."""

from __future__ import annotations

import shutil
from pathlib import Path
from uuid import UUID

import pytest

from contracts.model.examples import example_event
from tests.cli.process import ROOT, TRACKER, Done, capture_line, contracts
from tests.domains.tiny.events import ParcelDelivered, ParcelWeighed

TINY = ROOT / "tests" / "domains" / "tiny"
WEBINAR = ROOT / "contracts" / "webinar" / "emitters.toml"


@pytest.fixture
def parcels(tmp_path: Path) -> Path:
    """Another team's project: the domain of parcels beside its settings."""
    shutil.copytree(TINY, tmp_path / "parcels", ignore=shutil.ignore_patterns("__pycache__"))
    (tmp_path / "pyproject.toml").write_text('[tool.contracts]\ndomain = "parcels"\n', encoding="utf-8")
    return tmp_path


def test_another_domain_has_its_own_matrix_and_lint(parcels: Path) -> None:
    """Every name comes from the domain that the settings name; nothing of the webinar's is left."""
    matrix = contracts("matrix", cwd=parcels)
    assert matrix.code == 0
    assert "parcel_weighed" in matrix.text
    assert "webinar" not in matrix.text
    lint = contracts("lint", cwd=parcels)
    assert (lint.code, lint.text) == (0, "lint: 3 canonical events, 3 pairs, 0 findings\n")


def test_another_domain_is_verified_by_its_own_events(parcels: Path) -> None:
    """A right emission passes, a wrong key fails, another team's event is unknown."""
    weighed = example_event(ParcelWeighed, source="scales")
    delivered = example_event(ParcelDelivered, source="scales")
    file = parcels / "captures.ndjson"

    def verified(*bodies: object) -> Done:
        file.write_bytes(b"".join(capture_line(body) for body in bodies))
        return contracts("verify", "scales", "--captures", str(file), "--output", "json", cwd=parcels)

    done = verified(weighed, delivered)
    assert done.code == 0
    assert [(pair["verdict"], pair["ready"]) for pair in done.document["pairs"]] == [
        ("passed", True),
        ("pending", True),
    ]
    wrong = weighed | {"data": weighed["data"] | {"size": "huge"}}
    findings = verified(wrong).document["pairs"][0]["findings"]
    assert [(finding["rule"], finding["path"]) for finding in findings] == [("event-schema", "$.data.size")]
    lost = verified(weighed, delivered | {"type": "parcel_lost", "id": "x"})
    assert [finding["rule"] for finding in lost.document["violations"]] == ["undeclared-emission"]
    foreign = verified(weighed, {"type": "client_webinar_left"})
    assert [finding["rule"] for finding in foreign.document["violations"]] == ["unknown-event"]
    assert UUID(weighed["data"]["parcel_id"])


VAN = """
import json, requests

def emit(trigger, destination):
    if trigger.attempt > 1:
        return
    parcel = trigger.fact["parcel_id"]
    body = {
        "specversion": "1.0", "id": parcel, "source": "van", "type": trigger.event,
        "time": "2026-01-31T18:00:00Z", "data": {"parcel_id": parcel},
    }
    headers = {"Content-Type": "application/cloudevents+json"}
    requests.post(destination, data=json.dumps(body), headers=headers, timeout=5)
"""


def test_a_driven_emitter_of_another_domain_is_asked_for_facts_of_its_kind(parcels: Path) -> None:
    """Its fact key is a UUID: every fact that it is asked for is one, so that it can state them all."""
    (parcels / "van.py").write_text(VAN, encoding="utf-8")
    done = contracts("verify", "van", "--python", "van:emit", "--output", "json", cwd=parcels)
    (pair,) = done.document["pairs"]
    assert pair["findings"] == []
    assert (pair["verdict"], pair["ready"], done.code) == ("pending", True, 0)
    assert pair["emissions"] > 3
    assert "id-reused" not in done.document["untested"]


def test_a_catalogue_that_states_no_facts_is_a_lint_finding(parcels: Path) -> None:
    """A key of a user interface, a fact key that isn't in the data, an open model: exit 1, at their lines."""
    events = parcels / "parcels" / "events.py"
    text = events.read_text(encoding="utf-8")
    text = text.replace("    city: Annotated", "    screen_name: Token\n    city: Annotated")
    text = text.replace(
        'fact_key: ClassVar[tuple[str, ...]] = ("parcel_id",)\n    type: Literal["parcel_lost"]',
        'fact_key: ClassVar[tuple[str, ...]] = ("parcel",)\n    type: Literal["parcel_lost"]',
    )
    text = text.replace("    kind: Literal", "    next_step: Token\n    kind: Literal")
    events.write_text(text, encoding="utf-8")
    done = contracts("lint", "--output", "json", cwd=parcels)
    assert done.code == 1
    found = {(finding["rule"], finding["message"]) for finding in done.document["findings"]}
    assert any(rule == "not-a-fact" and "data.address.screen_name" in message for rule, message in found)
    assert any(rule == "not-a-fact" and "data.contents[].next_step" in message for rule, message in found)
    assert any(rule == "fact-key" and "did you mean 'parcel_id'?" in message for rule, message in found)
    for finding in done.document["findings"]:
        assert finding["where"]["file"] == "parcels/events.py"
        assert finding["where"]["line"] > 1
        assert finding["next"]


@pytest.mark.parametrize(
    ("settings", "place", "what"),
    [
        ("[tool.contracts]\ndomian = 'x'\n", "pyproject.toml:2", "did you mean 'domain'?"),
        ("[tool.contracts]\ndomain = 3\n", "pyproject.toml:2", "domain"),
        ("\n[tool]\ncontracts = 3\n", "pyproject.toml:3", "is no table"),
        ("[tool.contracts]\ndomain = \n", "pyproject.toml:2", "are no TOML"),
        ("[tool.contracts]\n[tool.contracts.emitters.a]\nsettle = [1]\n", "pyproject.toml:3", "settle"),
        ("[tool.contracts]\ndomain = 'no.such.package'\n", "pyproject.toml", "can't be imported"),
        ("[tool.contracts]\ndomain = 'json'\n", "json/__init__.py", "holds no CATALOGUE"),
        ("[tool.contracts]\nregistry = 'missing.toml'\n", "missing.toml", "can't be read"),
        ("[tool.contracts]\nregistry = '.'\n", "", "can't be read"),
    ],
)
def test_settings_that_cant_be_used(settings: str, place: str, what: str, tmp_path: Path) -> None:
    """Exit 2, with the file and, where there is one, the line."""
    (tmp_path / "pyproject.toml").write_text(settings, encoding="utf-8")
    done = contracts("matrix", cwd=tmp_path)
    assert (done.code, done.out) == (2, b"")
    assert place in done.errors
    assert what in done.errors
    assert "next:" in done.errors or "can't be read" in done.errors


@pytest.mark.parametrize(
    "command", [("matrix",), ("lint",), ("verify", TRACKER, "--captures", "/dev/null"), ("check",)]
)
def test_an_invalid_registry_stops_every_command(command: tuple[str, ...], tmp_path: Path) -> None:
    """Exit 2, the registry's line, the nearest name; with JSON as one document."""
    text = WEBINAR.read_text(encoding="utf-8").replace(
        "events.client_webinar_entered]", "events.client_webinar_enterd]"
    )
    (tmp_path / "emitters.toml").write_text(text, encoding="utf-8")
    (tmp_path / "contracts.toml").write_text('registry = "emitters.toml"\n', encoding="utf-8")
    line = text[: text.index("client_webinar_enterd")].count("\n") + 1
    done = contracts(*command, cwd=tmp_path)
    assert (done.code, done.out) == (2, b"")
    assert f"error: emitters.toml:{line}: 'client_webinar_enterd' is no canonical event" in done.errors
    assert "did you mean 'client_webinar_entered'?" in done.errors
    as_json = contracts(*command, "--output", "json", cwd=tmp_path)
    assert as_json.code == 2
    assert as_json.document["error"]["where"] == f"emitters.toml:{line}"


def test_a_junit_file_that_cant_be_written(tmp_path: Path) -> None:
    """Exit 2 with the file's name; with JSON as one document."""
    file = tmp_path / "captures.ndjson"
    file.write_bytes(capture_line({"type": "x"}))
    missing = str(tmp_path / "no" / "folder.xml")
    for arguments in (("--junit", missing), ("--junit", missing, "--output", "json")):
        done = contracts("verify", TRACKER, "--captures", str(file), *arguments)
        assert done.code == 2
        assert missing in (done.errors or done.document["error"]["where"])
    assert contracts("verify", TRACKER, "--captures", str(file), "--junit", str(tmp_path)).code == 2
