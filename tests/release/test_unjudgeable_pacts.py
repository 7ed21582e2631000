"""Pacts that can't be judged in full: what the broker holds as pending fails no build, and no answer is a dead end."""

from __future__ import annotations

import json
import shlex
from pathlib import Path
from typing import Any

import pytest

from contracts.broker.publishing import PactPublication, publish
from contracts.model.pact import PactDocument, parse_pact
from tests.release.commands import Cli, Done, emissions
from tests.release.project import COMPLETED, CONSUMER, TRACKER, pact
from tests.release.test_every_consumer import SECOND, deploy, places, post

__all__ = ["places"]

PLUGIN = {"metadata": {"pactSpecification": {"version": "4.0"}, "plugins": [{"name": "protobuf", "version": "1"}]}}
HTTP = {
    "interactions": [
        {"type": "Synchronous/HTTP", "description": "a call", "request": {"path": "/"}, "response": {"status": 200}}
    ]
}
OTHERS = {"it needs Pact's plugins (protobuf)": PLUGIN, "'a call' is no asynchronous message": HTTP}


def publish_other(cli: Cli, changes: dict[str, Any]) -> None:
    """Publish the second consumer's a1, whose pact this toolkit can't judge in full."""
    document = {**pact(consumer=SECOND), **changes}
    other = PactDocument(SECOND, TRACKER, (), "there", json.loads(json.dumps(document)))
    publish(cli.client, PactPublication(SECOND, "a1", "main", (other,)))


def publish_first(cli: Cli) -> None:
    """Publish the first consumer's c1, which reads an event's type alone."""
    document = pact()
    for interaction in document["interactions"]:
        interaction["contents"]["content"] = {"type": interaction["key"].partition("/")[0]}
    publish(cli.client, PactPublication(CONSUMER, "c1", "main", (parse_pact(json.dumps(document), source="here"),)))


def verify(cli: Cli) -> Done:
    """Verify p1, which keeps the first consumer's pact, and publish."""
    captures = emissions(Path.cwd() / "sent.ndjson", [COMPLETED])
    where = ("--broker", "--publish", "--version", "p1", "--branch", "main")
    return cli("verify", TRACKER, "--captures", str(captures), *where, "--output", "json")


@pytest.mark.parametrize(("why", "changes"), OTHERS.items(), ids=["plugins", "another kind"])
def test_a_pending_pact_that_cant_be_judged_is_a_note(places: Cli, why: str, changes: dict[str, Any]) -> None:
    """The other consumer's result is posted, this one has none, and the note says why."""
    publish_first(places)
    publish_other(places, changes)
    done = verify(places)
    assert done.code == 0, done
    results = {entry["consumer_version"]: entry["result"] for entry in done.document["pacts"]}
    assert results == {"c1": True, "a1": None}
    (note,) = [note for note in done.document["notes"] if note["consumer"] == SECOND]
    assert why in note["message"]
    assert "no result of it is posted (the broker holds this pact as pending)" in note["message"]


@pytest.mark.parametrize("deployed", [True, False])
def test_the_release_that_waits_for_it_leads_on(places: Cli, deployed: bool) -> None:
    """Nobody is sent to a verification that can't end in a result: what is printed, typed, ends in a yes."""
    publish_first(places)
    publish_other(places, PLUGIN)
    if deployed:
        deploy(places, SECOND, "a1")
    assert verify(places).code == 0
    asked = places("can-i-deploy", TRACKER, "--version", "p1", "--to-environment", "production", "--output", "json")
    (blocker,) = asked.document["blockers"]
    assert asked.document["answer"] == "unknown"
    assert "it needs Pact's plugins" in blocker["text"]
    line = blocker["next"].partition("; or ")[0].removeprefix("leave it out of the decision: contracts ")
    again = places(*shlex.split(line))
    assert again.code == 0, again
    assert f"--ignore {SECOND}: its results are left out" in again.out + again.err


def test_one_that_was_kept_before_is_refused(places: Cli) -> None:
    """It isn't pending any more: without its result the build can't hold."""
    publish_first(places)
    publish_other(places, PLUGIN)
    post(places.client, "p0", "a1", success=True, consumer=SECOND)
    done = verify(places)
    assert done.code == 2
    assert "can't be judged in full" in done.out


def test_where_nothing_else_is_asked_the_version_is_recorded(places: Cli) -> None:
    """The pending one alone is on the broker: nothing is posted by right, and the line says which pact."""
    publish_other(places, PLUGIN)
    done = verify(places)
    assert (done.code, done.document["pacts"][0]["result"]) == (0, None)
    assert done.document["success"] is True
