"""What a published run keeps: whole or not at all, once, and nothing that could be personal."""

from __future__ import annotations

import json
import re
import sqlite3
import zlib
from base64 import b64decode, b64encode
from collections.abc import Callable, Mapping
from contextlib import closing
from pathlib import Path
from typing import Any

import pytest

from contracts.broker.transport import written
from contracts.model.evidence import EvidenceRecord
from contracts.model.examples import example_event
from contracts.project.broker_choice import DATABASE
from contracts.release.evidence.sealed import Packed
from contracts.release.evidence.shelf import Shelf
from contracts.webinar.events import CATALOGUE
from tests.release.evidence.story import Story, lines_of, publish_as, write_captures
from tests.release.project import COMPLETED, CONSUMER, ENTERED, TRACKER
from tests.release.test_every_consumer import SECOND

SECRETS = ("Bearer s3cret-token", "s3cret-cookie", "s3cret-in-the-address", "jane.doe@example.org")


def sent(event: str = COMPLETED, **more: Any) -> dict[str, Any]:
    """Return a right capture of an event, with secrets wherever an emitter could have them."""
    return {
        "headers": {
            "content-type": "application/cloudevents+json",
            "authorization": SECRETS[0],
            "cookie": SECRETS[1],
        },
        "url": f"https://scenario.example/?token={SECRETS[2]}",
        "context": f"Test with data set {SECRETS[3]}",
        "body": json.dumps(example_event(CATALOGUE[event], source=TRACKER)),
        **more,
    }


def captures(story: Story, *lines: dict[str, Any]) -> Path:
    """Write captures beside the project."""
    return write_captures(story.root.parent / "sent.ndjson", *lines)


def everything_in(database: Path) -> bytes:
    """Return what stands in a broker's file, with what is packed in it unpacked."""
    whole = b"".join(file.read_bytes() for file in database.parent.glob(f"{database.name}*"))
    with closing(sqlite3.connect(database)) as db:
        rows = "\n".join(db.iterdump())
    unpacked = [zlib.decompress(b64decode(data), 31) for data in re.findall(r'"data": ?"(H4s[^"]+)"', rows)]
    assert unpacked
    return b"".join([whole, rows.encode(), *unpacked])


def test_the_first_result_holds_it_and_the_others_name_that_one(quick: Story) -> None:
    """Two consumers, one run: its emissions are there once, and a line says how many and how large."""
    publish_as(quick, "c1")
    publish_as(quick, "a1", consumer=SECOND)
    done = quick.verify("p1", captures(quick, sent(), sent(ENTERED)))
    records = {
        address: found.run.evidence
        for consumer in (CONSUMER, SECOND)
        for address, found in quick.results("p1", consumer).items()
        if found.run and found.run.evidence
    }
    assert len(records) == 2
    (holder,) = [address for address, kept in records.items() if kept.data]
    (other,) = [kept for kept in records.values() if not kept.data]
    assert other.result == holder
    assert {kept.sha256 for kept in records.values()} == {other.sha256}
    assert f"2 emissions kept with the result, {other.size} bytes ({other.sha256[:12]})" in done.out


def test_secrets_are_nowhere_in_the_brokers_file(quick: Story) -> None:
    """A token, a cookie, a token in the address and an e-mail address in a test's name: none of them is kept."""
    publish_as(quick, "c1")
    quick.verify("p1", captures(quick, sent(), sent(ENTERED)))
    found = everything_in(quick.root / DATABASE)
    assert COMPLETED.encode() in found
    for secret in SECRETS:
        assert secret.encode() not in found


@pytest.mark.parametrize(
    ("event", "change", "path"),
    [
        (ENTERED, {"note": SECRETS[3]}, "$.data.note"),
        (ENTERED, {"client_id": SECRETS[3]}, "$.data.client_id"),
    ],
)
def test_what_may_be_personal_leaves_the_run_without_evidence(
    quick: Story, event: str, change: dict[str, str], path: str
) -> None:
    """One body of two: nothing is kept, line and path are said, and the value isn't."""
    publish_as(quick, "c1")
    body = example_event(CATALOGUE[event], source=TRACKER)
    body["data"] |= change
    done = quick.verify("p1", captures(quick, sent(), sent(event, body=json.dumps(body))))
    (line,) = [text for text in done.out.splitlines() if "nothing was kept" in text]
    assert f"sent.ndjson:2, {path}: " in line
    assert SECRETS[3] not in line
    (found,) = quick.results("p1").values()
    assert found.run
    assert found.run.evidence is None


def test_no_evidence_is_kept_where_none_is_wanted(quick: Story) -> None:
    """--no-evidence: the result is posted all the same; without --publish it is no question."""
    publish_as(quick, "c1")
    done = quick.verify("p1", captures(quick, sent()), 0, "--no-evidence", "--output", "json")
    assert done.document["evidence"] == {
        "kept": False, "place": None, "sha256": None, "emissions": 0, "bytes": 0,
        "text": "nothing was kept: --no-evidence",
    }  # fmt: skip
    (found,) = quick.results("p1").values()
    assert found.run
    assert found.run.evidence is None
    refused = quick.cli("verify", TRACKER, "--captures", "x", "--broker", "--no-evidence")
    assert refused.code == 2
    assert "--no-evidence goes with --publish" in refused.err


def test_more_than_fits_is_posted_without_it(quick: Story, monkeypatch: pytest.MonkeyPatch) -> None:
    """The result goes without, that is said, and the exit code is 0."""
    publish_as(quick, "c1")
    assert "kept with the result" in quick.verify("p1", captures(quick, sent())).out
    monkeypatch.setattr("contracts.release.evidence.shelf.MOST_POSTED", 1000)
    done = quick.verify("p1", captures(quick, sent()))
    assert "nothing was kept: the result that holds it would be over" in done.out
    assert "the settings name no store" in done.out
    latest, first = quick.results("p1").values()
    assert first.run
    assert first.run.evidence
    assert latest.run
    assert latest.run.evidence is None


def sending(bodies: list[Any]) -> Callable[[Mapping[str, Any]], str]:
    """Return what takes bodies, and answers with an address."""

    def send(body: Mapping[str, Any]) -> str:
        bodies.append(body)
        return "the first"

    return send


def test_the_whole_posted_body_counts(monkeypatch: pytest.MonkeyPatch) -> None:
    """As it is sent, base64 and letters of several bytes included: a body of just that size holds it, and no larger."""

    def document(record: EvidenceRecord | None) -> dict[str, Any]:
        return {"evidence": record.to_json() if record else None, "words": "Größe"}

    packed = Packed(b"x" * 100, 2)
    data = b64encode(packed.content).decode()
    whole = len(written(document(EvidenceRecord(1, packed.sha256, 2, 100, data=data))))
    for limit, kept in ((whole, True), (whole - 1, False)):
        monkeypatch.setattr("contracts.release.evidence.shelf.MOST_POSTED", limit)
        bodies: list[Any] = []
        shelf = Shelf(packed, (TRACKER, "p1"))
        for _ in range(2):
            shelf.post(document, sending(bodies))
        holds = [(body["evidence"] or {}).get("data") for body in bodies]
        assert holds == [data if kept else None, None]
        assert (bodies[1]["evidence"] or {}).get("result") == ("the first" if kept else None)
        assert shelf.end(judged=True).place == ("result" if kept else None)


def test_a_driven_runs_silence_is_judged_again(quick: Story, monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    """A fact that was triggered and not stated is a finding in the run, and one again in what was kept of it."""
    monkeypatch.syspath_prepend(tmp_path)
    (tmp_path / "silent_emitter.py").write_text(_EMITTER, encoding="utf-8")
    publish_as(quick, "c1")
    driven = ("--python", "silent_emitter:emit", "--broker", "--publish", "--version", "p1", "--branch", "main")
    run = quick.cli("verify", TRACKER, *driven, "--output", "json")
    assert run.code == 1
    assert "kept with the result" in run.document["evidence"]["text"]
    file = tmp_path / "kept.ndjson"
    quick.ok("evidence", TRACKER, "--version", "p1", "--out", str(file))
    lines = list(lines_of(file))
    assert "driven" in lines[0]
    assert any("asked" in line for line in lines)
    again = quick.cli("verify", TRACKER, "--captures", str(file), "--output", "json")
    assert again.code == 1
    wanted = "event", "verdict", "ready", "emissions", "untested"
    for before, after in zip(run.document["pairs"], again.document["pairs"], strict=True):
        assert [before[key] for key in wanted] == [after[key] for key in wanted]
        assert [one["rule"] for one in before["findings"]] == [one["rule"] for one in after["findings"]]


_EMITTER = """import json, requests
from contracts.broker.transport import written
from contracts.model.evidence import EvidenceRecord
from contracts.model.examples import example_event
from contracts.webinar.events import CATALOGUE

asked = []

def emit(trigger, destination):
    fact = tuple(trigger.fact.items())
    if fact not in asked:
        asked.append(fact)
    if trigger.event != "client_webinar_completed" or asked.index(fact) == 1:
        return
    body = example_event(CATALOGUE[trigger.event], source="client-webinar-tracker-v2")
    body["data"] |= trigger.fact
    body["id"] = "-".join(trigger.fact.values())[:100]
    requests.post(destination, data=json.dumps(body), headers={"content-type": "application/cloudevents+json"})
"""
