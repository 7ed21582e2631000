"""Fetching pacts to verify and posting results: what is asked for, what is posted, and what is never posted."""

from __future__ import annotations

import json
from dataclasses import replace
from datetime import date
from pathlib import Path
from typing import Any

import pytest
import requests

from contracts.broker.access import BrokerAccess
from contracts.broker.client import BrokerClient
from contracts.broker.publishing import PactPublication, publish
from contracts.broker.results import result as fetch_result
from contracts.broker.retry import RetryPolicy
from contracts.broker.transport import Timeouts, Transport
from contracts.broker.version_matrix import results_matrix
from contracts.errors import BrokerError, ExitCode
from contracts.model.pact import PactUnderTest, parse_pact
from contracts.model.posting import Posting, RunRecord
from contracts.model.verdict import Finding, InteractionResult, PactResult
from contracts.project.settings import Settings
from contracts.release.posting import PactRequest, pacts_to_verify, post_result
from tests.release.brokers import served
from tests.release.commands import emissions, verify, verify_and_post
from tests.release.project import COMPLETED, CONSUMER, ENTERED, SUBMITTED, TRACKER, pact, registry_toml
from tests.release.stub_broker import http, stub_broker

POSTING = Posting("p1", "feat/one", "0.1.0", "digest", "contract", "run-1", "https://ci.example/1")
RECORD = RunRecord("run-1", "contract", {COMPLETED: ("lost-fact",)}, ("it was a Tuesday",))


def publish_service(
    client: BrokerClient, version: str, branch: str = "main", statuses: dict[str, str] | None = None
) -> None:
    """Publish a pact of the scenario service with the tracker."""
    document = parse_pact(json.dumps(pact(statuses)), source="here")
    publish(client, PactPublication(CONSUMER, version, branch, (document,)))


def posted(client: BrokerClient, version: str) -> dict[str, Any]:
    """Return the one result of a version, as the broker has it."""
    (row,) = [r for r in results_matrix(client, CONSUMER, TRACKER, version).rows if r.emitter_version == version]
    assert row.result_url is not None
    return client.get(row.result_url, doing="reading the result")


def test_the_broker_says_which_pacts_and_why(client: BrokerClient) -> None:
    """Main branch, matching branch; pending ones are marked, and each with the broker's reason."""
    publish_service(client, "c1")
    publish_service(client, "c2", "feat/one", {COMPLETED: "implemented"})
    publish_service(client, "c3", "feat/two", {ENTERED: "implemented"})
    pacts = pacts_to_verify(client, TRACKER, PactRequest("feat/one"))
    assert {p.consumer_version for p in pacts} == {"c1", "c2"}
    assert all(p.broker_pending and not p.wip for p in pacts)
    assert all("c1" in " ".join(p.reasons) or "c2" in " ".join(p.reasons) for p in pacts)
    assert all(i.interaction_id for p in pacts for i in p.document.interactions)
    assert {p.consumer_version for p in pacts_to_verify(client, TRACKER, PactRequest())} == {"c1"}
    selected = pacts_to_verify(client, TRACKER, PactRequest("main", ({"branch": "feat/two"},)))
    assert [p.consumer_version for p in selected] == ["c3"]


def test_work_in_progress_is_marked(client: BrokerClient) -> None:
    """What other branches work on is included where it is asked for, and marked."""
    publish_service(client, "c1")
    publish_service(client, "c3", "feat/two", {ENTERED: "implemented"})
    pacts = pacts_to_verify(client, TRACKER, PactRequest("main", wip_since=date(2020, 1, 1)))
    assert {(p.consumer_version, p.wip) for p in pacts} == {("c1", False), ("c3", True)}


def test_an_emitter_that_the_broker_does_not_know_has_no_pacts(client: BrokerClient) -> None:
    """An emitter with planned pairs only is unknown to the broker: nothing to verify, no error."""
    assert pacts_to_verify(client, "crm-sync", PactRequest("main")) == ()


def test_a_selector_that_the_broker_refuses_is_exit_4(client: BrokerClient) -> None:
    """The broker's own words say what is wrong with it."""
    publish_service(client, "c1")
    with pytest.raises(BrokerError, match="400") as caught:
        pacts_to_verify(client, TRACKER, PactRequest("main", ({"environment": "mars"},)))
    assert "mars" in caught.value.what


def test_a_result_says_everything(client: BrokerClient) -> None:
    """One test an interaction, with the broker's id, mismatches and rules, planned ones pending and ready."""
    publish_service(client, "c1")
    (wanted,) = pacts_to_verify(client, TRACKER, PactRequest("feat/one"))
    findings = {SUBMITTED: (Finding("not-emitted", "it wasn't emitted"),)}
    interactions = tuple(
        InteractionResult(
            i.key,
            i.description,
            i.event,
            i.interaction_id,
            not i.pending,
            i.event != SUBMITTED,
            findings.get(i.event, ()),
        )
        for i in wanted.document.interactions
    )
    done = post_result(client, PactResult(wanted, interactions, True), POSTING, RECORD)
    assert done.published
    document = posted(client, "p1")
    assert document["success"] is True
    assert document["buildUrl"] == "https://ci.example/1"
    assert document["verifiedBy"]["implementation"] == "webinar-contracts"
    assert document["verifiedBy"]["version"] == "0.1.0"
    tests = {test["event"]: test for test in document["testResults"]}
    ids = {i.event: i.interaction_id for i in wanted.document.interactions}
    assert {event: test["interactionId"] for event, test in tests.items()} == ids
    assert "pending" not in tests[COMPLETED]
    assert (tests[ENTERED]["pending"], tests[ENTERED]["ready"], tests[ENTERED]["success"]) == (True, True, True)
    assert (tests[SUBMITTED]["pending"], tests[SUBMITTED]["ready"], tests[SUBMITTED]["success"]) == (True, False, False)
    assert tests[SUBMITTED]["mismatches"][0]["rule"] == "not-emitted"
    url = document["_links"]["self"]["href"]
    assert fetch_result(client, url).registry == "digest"
    version = client.get(client.link("pb:pacticipant-version", pacticipant=TRACKER, version="p1"), doing="looking")
    assert [b["name"] for b in version["_embedded"]["branchVersions"]] == ["feat/one"]


def test_no_verdict_posts_nothing(client: BrokerClient) -> None:
    """Where the run says nothing of a pact, the broker hears nothing: not even a version is made."""
    publish_service(client, "c1")
    (wanted,) = pacts_to_verify(client, TRACKER, PactRequest("main"))
    nothing = PactResult(wanted, (), None, unposted="no interaction is required")
    assert post_result(client, nothing, POSTING, RECORD) == nothing
    url = client.link("pb:pacticipant-version", pacticipant=TRACKER, version="p1")
    assert client.find(url, doing="looking for the version") is None


def test_a_pact_with_planned_pairs_only_gets_no_result(
    client: BrokerClient, tmp_path: Path, settings: Settings
) -> None:
    """With nothing required there is nothing to say: an empty success would be a yes without evidence."""
    (settings.root / "emitters.toml").write_text(registry_toml({TRACKER: {ENTERED: "planned"}}), encoding="utf-8")
    publish_service(client, "c1", statuses={ENTERED: "planned"})
    assert verify_and_post(client, emissions(tmp_path / "e.ndjson", (ENTERED,)), "p1") == {"c1": None}
    assert [row.result_url for row in results_matrix(client, CONSUMER, TRACKER, "p1").rows] == [None]


@pytest.mark.parametrize(
    ("answers", "words"),
    [
        ([http("500 Internal Server Error")], "putting client-webinar-tracker-v2 p1 on the branch"),
        ([http("201 Created", "{}"), http("401 Unauthorized", "", "text/plain")], "401"),
        ([http("201 Created", "{}"), http("500 Internal Server Error")], "500"),
        ([http("201 Created", "{}"), http("200 OK", '{"success": true}')], "200"),
        ([http("201 Created", "{}"), http("302 Found")], "302"),
        ([http("201 Created", "{}"), http("201 Created", "<html>", "text/html")], "no JSON object"),
        ([http("201 Created", "{}"), http("201 Created", '{"success": false}')], "not confirmed"),
        ([http("201 Created", "{}"), b""], "can't be reached"),
    ],
    ids=["branch 500", "401", "500", "200", "302", "html", "other result", "dies"],
)
def test_only_the_confirmation_of_this_result_counts(answers: list[bytes], words: str) -> None:
    """Natively a result that isn't taken is one line in a log; ours is exit 4."""
    with stub_broker(b"") as stub:
        links = {
            "pb:pacticipant-branch-version": {"href": f"{stub.url}/p/{{pacticipant}}/b/{{branch}}/v/{{version}}"},
            "pb:publish-verification-results": {"href": f"{stub.url}/results"},
        }
        stub.answers[:] = [http("200 OK", json.dumps({"_links": links})), *answers]
        transport = Transport(
            requests.Session(), BrokerAccess(stub.url), RetryPolicy(1), Timeouts(2, 2, 5), lambda _: None
        )
        document = parse_pact(json.dumps({**pact(), "_links": links}), source=stub.url)
        verdict = PactResult(PactUnderTest(document, "c1"), (), True)
        with pytest.raises(BrokerError, match=words) as caught:
            post_result(BrokerClient(transport), verdict, POSTING, RECORD)
    assert caught.value.exit_code is ExitCode.BROKER


def test_a_broker_that_dies_between_pacts_and_results(tmp_path: Path, settings: Settings) -> None:
    """The result is exit 4 and isn't there; after a restart the pacts are, and posting again completes it."""
    assert settings.root
    database = tmp_path / "served.sqlite"
    captures = emissions(tmp_path / "e.ndjson", (COMPLETED,))

    def quick(url: str) -> BrokerClient:
        return BrokerClient(
            Transport(requests.Session(), BrokerAccess(url), RetryPolicy(2), Timeouts(2, 5, 10), lambda _: None)
        )

    with served(database) as (url, process):
        publish_service(quick(url), "c1")
        run = verify(quick(url), captures)
        (verdict,) = run.pacts
        client = quick(url)
        client.index()
        process.kill()
        process.wait(timeout=10)
        with pytest.raises(BrokerError, match="can't be reached"):
            post_result(client, verdict, replace(POSTING, registry=run.registry), RECORD)
    with served(database) as (url, _):
        assert [row.result_url for row in results_matrix(quick(url), CONSUMER, TRACKER, "p1").rows] == [None]
        assert set(verify_and_post(quick(url), captures, "p1")) == {"c1"}
