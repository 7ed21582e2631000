"""`contracts explain EVENT`: fields with types, an example, who may state it, who reads what of it."""

from __future__ import annotations

import json
import re
from pathlib import Path

import pytest

from contracts.cli.app import run
from contracts.model.events import CanonicalEvent
from contracts.model.pact import parse_pact
from tests.domains.tiny.events import CATALOGUE

SCALES, VAN = "scales", "van"


@pytest.fixture
def parcels(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A project of another team's domain, with two pacts that read its events in several ways."""
    (tmp_path / "contracts.toml").write_text('domain = "tests.domains.tiny"\n', encoding="utf-8")
    (tmp_path / "pacts" / "planned").mkdir(parents=True)
    weighed = _interaction("parcel_weighed", "the queue", {"address": {"city": "Riga"}, "contents": [{"kind": "p"}]})
    paid = _interaction("parcel_weighed", "the bill", {"weight_kg": 1.5})
    delivered = _interaction("parcel_delivered", "the door", {"parcel_id": "p"}, pending=True)
    _pact(tmp_path / "pacts" / "scales.json", SCALES, weighed, paid, delivered)
    _pact(tmp_path / "pacts" / "planned" / "van.json", VAN, delivered)
    monkeypatch.chdir(tmp_path)
    return tmp_path


def _interaction(event: str, title: str, data: object, *, pending: bool = False) -> dict[str, object]:
    contents = {"content": {"id": "1", "type": event, "data": data}, "encoded": False}
    return {
        "type": "Asynchronous/Messages",
        "description": f"{event}: {title}",
        "key": f"{event}/{title.replace(' ', '-')}",
        "pending": pending,
        "contents": contents,
    }


def _pact(file: Path, emitter: str, *interactions: object) -> None:
    document = {
        "consumer": {"name": "parcel-desk"},
        "provider": {"name": emitter},
        "interactions": interactions,
        "metadata": {"pactSpecification": {"version": "4.0"}},
    }
    file.write_text(json.dumps(document), encoding="utf-8")


def _explained(capsys: pytest.CaptureFixture[str], *words: str) -> str:
    assert run(["explain", *words]) == 0
    return capsys.readouterr().out


def test_an_event_is_explained_by_its_fields(parcels: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """Each field at any depth has its type in words, and what may be left out or null is said of it alone."""
    del parcels
    fields = dict(re.findall(r"^    ([a-z_.\[\]]+)  +(.*)$", _explained(capsys, "parcel_weighed"), re.MULTILINE))
    assert fields["data.parcel_id"] == "text in the form `uuid`; part of the fact key"
    assert fields["data.contents[].marks"].startswith("list, length at most 3, each item: text that matches")
    assert fields["data.pieces"] == "whole number, at least 1, at most 1000"
    assert fields["data.sealed"] == "always `true`"
    assert fields["data.floor"] == "one of `-1`, `0`"
    assert fields["data.remark"] == "text; may be null; may be left out"
    assert fields["data.tare_kg"] == "number; may be null"
    assert "left out" not in fields["data.note"]


@pytest.mark.parametrize("model", CATALOGUE.models)
def test_its_example_is_one_that_the_contract_takes(
    parcels: Path, capsys: pytest.CaptureFixture[str], model: type[CanonicalEvent]
) -> None:
    """What is shown as an example is a valid message, whichever event it is."""
    del parcels
    name = model.model_fields["type"].annotation.__args__[0]  # type: ignore[union-attr]
    shown = _explained(capsys, name)
    example = shown[shown.index("    {\n") : shown.rindex("}") + 1]
    assert model.model_validate_json(example)


def test_it_says_who_may_state_it_and_who_reads_what(parcels: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """Each expectation has the fields that it reads; one that stands in two pacts is said once, with both emitters."""
    del parcels
    weighed, delivered, lost = (
        _explained(capsys, event) for event in ("parcel_weighed", "parcel_delivered", "parcel_lost")
    )
    assert "  stated by:\n    scales: implemented; each fact once\n" in weighed
    assert "the queue, of scales:\n      id, type, data.address.city, data.contents[].kind\n" in weighed
    assert "parcel-desk, for the bill, of scales:\n      id, type, data.weight_kg\n" in weighed
    assert "data.remark" in weighed[weighed.index("No pact holds what may be absent") :].split("\n")[0]
    assert "scales: planned" in delivered
    assert "van: planned" in delivered
    assert delivered.count("for the door") == 1
    assert "for the door, of scales (pending), van (pending):" in delivered
    assert "No pact holds" not in delivered
    assert "nobody may state it; giving it an emitter takes a decision" in lost
    assert "read by: nobody" in lost


def test_other_names_are_told_what_was_meant(parcels: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """A slip is answered with the nearest event or rule, an emitter alone with its events; a rule stays a rule."""
    del parcels
    for word, said in (
        ("parcel_wieghed", "did you mean 'parcel_weighed'?"),
        ("wrong-fcat", "did you mean 'wrong-fact'?"),
        (SCALES, "name an event after it: parcel_weighed, parcel_delivered"),
    ):
        assert run(["explain", word]) == 2
        assert said in capsys.readouterr().err
    assert _explained(capsys, "wrong-fact").startswith("wrong-fact (finding)")
    assert _explained(capsys, SCALES, "parcel_weighed").startswith("scales parcel_weighed\n")


def test_what_a_pact_reads_has_the_paths_of_an_expectation() -> None:
    """Items of lists are one path, an empty object or list is read itself, a body of text has no path."""
    contents = {"a": [{"b": 1}, {"b": 2, "c": []}], "d": {}, "e": {"f": None}}
    for content, paths in ((contents, ("a[].b", "a[].c", "d", "e.f")), ("text", ()), (None, ()), ([1], ("[]",))):
        body = {"content": content, "encoded": False}
        document = {
            "consumer": {"name": "c"}, "provider": {"name": "p"},
            "interactions": [{"type": "Asynchronous/Messages", "description": "x: y", "contents": body}],
            "metadata": {"pactSpecification": {"version": "4.0"}},
        }  # fmt: skip
        assert parse_pact(json.dumps(document), source="x").interactions[0].paths == paths
