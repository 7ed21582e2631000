"""What a promotion rests on: the results of one run, whoever else posted in the same second."""

from __future__ import annotations

import json
from collections.abc import Mapping
from pathlib import Path

import pytest

from contracts.broker import hal
from contracts.broker.client import BrokerClient
from contracts.broker.environments import environment, record
from contracts.broker.versions import put_on_branch
from contracts.project.domain import load_domain
from contracts.project.settings import Settings, load_settings
from contracts.release.readiness import live_versions
from tests.release.commands import Cli, emissions
from tests.release.project import (
    COMPLETED,
    CONSUMER,
    ENTERED,
    STATUSES,
    TRACKER,
    add_consumer_tests,
    registry_toml,
)
from tests.release.test_every_consumer import SECOND, publish_pact

NOT_YET = "in its latest result client_webinar_entered wasn't ready"


@pytest.fixture
def production(own_cli: Cli) -> Cli:
    """Return the commands on a broker where p1 is deployed, and three pacts are published: two consumers, a feature."""
    assert own_cli("create-environment", "production").code == 0
    publish_pact(own_cli.client, "c1")
    publish_pact(own_cli.client, "f1", branch="feat/one")
    publish_pact(own_cli.client, "a1", SECOND)
    for version in ("p1", "p2"):
        put_on_branch(own_cli.client, TRACKER, version, "main")
    record(own_cli.client, environment(own_cli.client, "production"), TRACKER, "p1", kind="deployed")
    return own_cli


@pytest.fixture
def ticking(monkeypatch: pytest.MonkeyPatch) -> None:
    """Have each result arrive a second after the one before."""
    moments = iter(f"2026-03-01T00:{minute:02d}:{second:02d}+00:00" for minute in range(9) for second in range(60))
    monkeypatch.setattr("contracts.broker.embedded.records.results.now", lambda: next(moments))


@pytest.fixture
def at_once(monkeypatch: pytest.MonkeyPatch) -> None:
    """Have every result arrive in the same second."""
    monkeypatch.setattr("contracts.broker.embedded.records.results.now", lambda: "2026-03-01T00:00:00+00:00")


def post(
    client: BrokerClient,
    run: str | None,
    version: str,
    pact: tuple[str, str],
    events: Mapping[str, bool],
    contract: str | None = None,
) -> None:
    """Post a result of a run: each event emitted rightly or not, judged by this contract or another one."""
    consumer, consumer_version = pact
    url = client.link(
        "pb:publish-pact", provider=TRACKER, consumer=consumer, consumerApplicationVersion=consumer_version
    )
    document = client.get(url, doing="fetching the pact")
    domain = load_domain(load_settings(Path.cwd()))
    tests = [
        {
            "event": event,
            "success": right,
            "pending": event != COMPLETED,
            "ready": right,
            "registry": domain.registry.digest,
        }
        for event, right in events.items()
    ]
    if run is not None:
        tests[0]["run"] = {"id": run, "contract": contract or domain.contract_digest, "untested": {}, "remarks": []}
    body = {
        "success": events[COMPLETED],
        "providerApplicationVersion": version,
        "testResults": tests,
        "verifiedBy": {"implementation": "webinar-contracts" if run else "pact-other", "version": "1"},
    }
    answer = client.send("POST", hal.link(document, "pb:publish-verification-results"), body, repeatable=True)
    assert answer.status == 201


def shortcomings(cli: Cli) -> dict[str, str | None]:
    """Return what each version in production lacks for the entered event."""
    domain = load_domain(load_settings(Path.cwd()))
    pair = domain.registry.pair(TRACKER, ENTERED)
    assert pair is not None
    return {one.version: one.shortcoming for one in live_versions(cli.client, domain, pair, "production")}


@pytest.mark.usefixtures("ticking")
def test_every_result_of_the_run_counts_whenever_it_arrived(production: Cli) -> None:
    """The feature branch's pact was judged last and is ready; main's, of the same run, isn't: not ready."""
    post(production.client, "r1", "p1", (CONSUMER, "c1"), {COMPLETED: True, ENTERED: False})
    post(production.client, "r1", "p1", (SECOND, "a1"), {COMPLETED: True, ENTERED: True})
    post(production.client, "r1", "p1", (CONSUMER, "f1"), {COMPLETED: True, ENTERED: True})
    assert (shortcomings(production)["p1"] or "").startswith(NOT_YET)


@pytest.mark.usefixtures("ticking")
def test_a_later_run_replaces_an_earlier_one_as_a_whole(production: Cli) -> None:
    """What an earlier run said of a pact that the later one wasn't handed is no part of it."""
    post(production.client, "r1", "p1", (CONSUMER, "f1"), {COMPLETED: True, ENTERED: False})
    post(production.client, "r1", "p1", (CONSUMER, "c1"), {COMPLETED: True, ENTERED: False})
    post(production.client, "r2", "p1", (CONSUMER, "c1"), {COMPLETED: True, ENTERED: True})
    post(production.client, "r2", "p1", (SECOND, "a1"), {COMPLETED: True, ENTERED: True})
    assert shortcomings(production) == {"p1": None}


def test_every_expectation_of_every_result_has_to_be_ready(production: Cli) -> None:
    """Two tests of the event in two results of a run: one that isn't ready is enough to refuse."""
    post(production.client, "r1", "p1", (CONSUMER, "c1"), {COMPLETED: True, ENTERED: True})
    post(production.client, "r1", "p1", (SECOND, "a1"), {COMPLETED: True, ENTERED: True})
    assert shortcomings(production) == {"p1": None}
    post(production.client, "r1", "p1", (SECOND, "a1"), {COMPLETED: True, ENTERED: False})
    assert (shortcomings(production)["p1"] or "").startswith(NOT_YET)


def test_every_version_in_production_has_to_be_ready(production: Cli) -> None:
    """Two instances: the one that isn't ready is named, and the promotion refused."""
    place = environment(production.client, "production")
    record(production.client, place, TRACKER, "p2", kind="deployed", instance="east")
    both = {COMPLETED: True, ENTERED: True}
    for consumer in ((CONSUMER, "c1"), (SECOND, "a1")):
        post(production.client, "r1", "p1", consumer, both)
        post(production.client, "r2", "p2", consumer, {COMPLETED: True, ENTERED: False})
    found = shortcomings(production)
    assert found["p1"] is None
    assert (found["p2"] or "").startswith(NOT_YET)
    Path("pacts").mkdir()
    done = production("promote", TRACKER, ENTERED)
    assert done.code == 1
    assert f"{TRACKER} p2" in done.err
    assert f"{TRACKER} p1:" not in done.err


def test_a_result_of_another_tool_says_nothing_of_readiness(production: Cli) -> None:
    """It is named, and what helps is a verification of that very version."""
    post(production.client, None, "p1", (CONSUMER, "c1"), {COMPLETED: True, ENTERED: True})
    assert "was posted by pact-other" in (shortcomings(production)["p1"] or "")


@pytest.mark.usefixtures("at_once")
def test_a_result_of_another_tool_beside_ones_own_says_nothing_either(production: Cli) -> None:
    """Which of two results of one second is the later one, nobody knows: the one of the other tool is named."""
    post(production.client, "r1", "p1", (CONSUMER, "c1"), {COMPLETED: True, ENTERED: True})
    post(production.client, None, "p1", (SECOND, "a1"), {COMPLETED: True, ENTERED: True})
    assert "was posted by pact-other" in (shortcomings(production)["p1"] or "")


@pytest.mark.usefixtures("at_once")
def test_a_run_under_another_contract_beside_one_under_this_is_no_evidence(production: Cli) -> None:
    """Two runs of one second, under two contracts: the version isn't known to be ready under this one."""
    post(production.client, "r1", "p1", (CONSUMER, "c1"), {COMPLETED: True, ENTERED: True})
    post(production.client, "r2", "p1", (SECOND, "a1"), {COMPLETED: True, ENTERED: True}, contract="0" * 64)
    assert "another contract" in (shortcomings(production)["p1"] or "")


def test_a_pair_that_nobody_expects_has_its_reason_and_its_way_out(own_cli: Cli, settings: Settings) -> None:
    """No result can ever speak of it: the refusal says so, and what it prints leads to the promotion."""
    event = "client_webinar_registered"
    text = registry_toml({TRACKER: {**STATUSES, event: "planned"}})
    text = text.replace('repeats = "guarded"\n', 'repeats = "guarded"\ndecision = "D-1"\n')
    (settings.root / "emitters.toml").write_text(text, encoding="utf-8")
    add_consumer_tests(settings.root)
    assert own_cli("capture").code == 0
    refused = own_cli("promote", TRACKER, event)
    assert refused.code == 1
    assert f"no consumer test expects it of {TRACKER}" in refused.err
    assert f"contracts promote {TRACKER} {event} --evidence verification.json" in refused.err
    captures = emissions(settings.root / "sent.ndjson", (COMPLETED, event))
    verified = own_cli("verify", TRACKER, "--captures", str(captures), "--output", "json")
    (settings.root / "verification.json").write_text(verified.out, encoding="utf-8")
    done = own_cli("promote", TRACKER, event, "--evidence", "verification.json", "--output", "json")
    assert done.code == 0, done.err
    assert done.document["freezes"] == []
    assert any("no consumer test expects" in note for note in done.document["notes"])
    assert json.loads(verified.out)["pairs"]
