"""An optional field that a consumer reads: said at the capture, in no pact, and shown in the report once it is sent."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from contracts.cli.app import run
from contracts.expectations.expectation import expect
from contracts.expectations.optional_reads import optional_reads
from contracts.model.examples import example_event
from tests.domains.tiny.events import CATALOGUE, ParcelWeighed

SAID = "not in the pact: it may be absent; the handler is tried both ways"


@pytest.mark.parametrize(
    ("reads", "optional"),
    [
        (["data.parcel_id", "id"], []),
        (["data.parcel_id", "data.remark"], ["data.remark"]),
        (["data.parcel_id", "data.tare_kg"], ["data.tare_kg"]),
        (["data.address"], ["data.address.entrance"]),
        (["data.address.city"], []),
        (["data.address.city", "data.address.entrance"], ["data.address.entrance"]),
        (["data"], ["data.tare_kg", "data.address.entrance", "data.remark", "data.checked"]),
        (["id", "datacontenttype"], ["datacontenttype"]),
    ],
)
def test_what_is_read_and_may_be_absent(reads: list[str], optional: list[str]) -> None:
    """Of an object that is read as a whole too; what is always there is none of it."""
    one = expect(CATALOGUE, "parcel_weighed", "it is sorted", reads).expectation
    found = optional_reads([one, one], CATALOGUE)
    assert [(each.event, each.title, each.path) for each in found] == [
        ("parcel_weighed", "it is sorted", path) for path in optional
    ]


@pytest.fixture
def project(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A project of parcels whose consumer reads an optional field in one of its two expectations."""
    (tmp_path / ".git").mkdir()
    (tmp_path / "contracts.toml").write_text('domain = "tests.domains.tiny"\n', encoding="utf-8")
    (tmp_path / "consumer_tests").mkdir()
    (tmp_path / "consumer_tests" / "test_parcels.py").write_text(
        "def test_sorting(expect):\n"
        "    expect('parcel_weighed', 'it is sorted', reads=['id', 'data.parcel_id', 'data.remark'])\n\n"
        "def test_billing(expect):\n"
        "    expect('parcel_weighed', 'it is billed', reads=['id', 'data.weight_kg'])\n",
        encoding="utf-8",
    )
    monkeypatch.setenv("PYTHONPATH", str(Path(__file__).parents[2]))
    monkeypatch.chdir(tmp_path)
    return tmp_path


def test_it_is_said_at_the_capture_and_shown_when_it_is_sent(project: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """Once for the expectation that reads it; the verification tells which optional fields ever had a value."""
    assert run(["capture"]) == 0
    out = capsys.readouterr().out
    assert out.count(SAID) == 1
    assert f"parcel_weighed, it is sorted: data.remark: {SAID}" in out
    assert run(["capture", "--check", "--output", "json"]) == 0
    document = json.loads(capsys.readouterr().out)
    assert document["optional"] == [{"event": "parcel_weighed", "title": "it is sorted", "path": "data.remark"}]
    assert "remark" not in (project / "pacts" / "parcel-desk-scales.json").read_text(encoding="utf-8")

    message = example_event(ParcelWeighed, source="scales")
    lines: list[str] = []
    for data in ({}, {"remark": "torn"}):
        body = json.dumps(message | {"data": message["data"] | data, "id": f"m-{len(lines)}"})
        lines.append(
            json.dumps(
                {"headers": {"content-type": "application/cloudevents+json"}, "body": body, "context": str(data)}
            )
        )
    (project / "scales.ndjson").write_text("\n".join(lines), encoding="utf-8")
    with (project / "contracts.toml").open("a", encoding="utf-8") as settings:
        settings.write('[emitters.scales]\ncaptures = "scales.ndjson"\n')
    run(["verify", "scales", "--output", "json"])
    (weighed, delivered) = json.loads(capsys.readouterr().out)["pairs"]
    sent = {field["path"]: field["sent"] for field in weighed["optional_fields"]}
    assert (sent["data.remark"], sent["data.address.entrance"], sent["data.checked"]) == (True, False, False)
    assert delivered["optional_fields"] == []
    assert run(["report", "--html", "r.html", "--markdown", "r.md"]) == 0
    for name in ("r.html", "r.md"):
        text = (project / name).read_text(encoding="utf-8").lower()
        assert "optional fields sent: data.tare" in text
        assert "optional fields never sent: data.address.entrance, data.checked" in text
