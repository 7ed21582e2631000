"""The official `Verifier` against the embedded broker: selectors, pending, work in progress, results."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from tests.broker.running import Broker, interaction, pact, running
from tests.broker.verifying import RIGHT, WRONG, verify

MAIN = [{"main_branch": True}]


@pytest.fixture
def published(broker: Broker) -> Broker:
    """A broker with a pact of `completed` on main, and one of `entered` on a feature branch."""
    broker.publish("service", "1", pact("service", "tracker"))
    broker.publish("service", "2", pact("service", "tracker", interaction("entered")), branch="feat/x")
    return broker


def _results(broker: Broker, number: str) -> Any:
    address = broker.pact("service", "tracker", number)["_links"]["pb:latest-verification-results"]["href"]
    response = broker.call("GET", address)
    return response.json() if response.ok else None


def test_a_success_is_published(published: Broker) -> None:
    """The result names each interaction by the broker's id, and the version is put on its branch."""
    verify(published, "tracker", {"completed": RIGHT}, version="p1", branch="feat/y", selectors=MAIN)
    result = _results(published, "1")
    ids = {one["_id"] for one in published.pact("service", "tracker", "1")["interactions"]}
    assert result["success"] is True
    assert {one["interactionId"] for one in result["testResults"]} == ids
    assert result["verifiedBy"]["client_implementation"] == "pact-python"
    version = published.get("/pacticipants/tracker/versions/p1")
    assert [one["name"] for one in version["_embedded"]["branchVersions"]] == ["feat/y"]
    assert _results(published, "2") is None


def test_a_failure_is_published_and_fails_the_run(published: Broker) -> None:
    """Without the pending status a mismatch fails."""
    with pytest.raises(RuntimeError):
        verify(published, "tracker", {"completed": WRONG}, version="p1", branch="main", selectors=MAIN)
    assert _results(published, "1")["success"] is False


def test_a_pending_pact_does_not_fail_the_run_until_it_was_verified(published: Broker) -> None:
    """The first failure passes, is published as a failure, and after a success a failure counts."""
    options: dict[str, Any] = {"branch": "main", "selectors": MAIN, "pending": True}
    verify(published, "tracker", {"completed": WRONG}, version="p1", **options)
    assert _results(published, "1")["success"] is False
    verify(published, "tracker", {"completed": RIGHT}, version="p2", **options)
    with pytest.raises(RuntimeError):
        verify(published, "tracker", {"completed": WRONG}, version="p3", **options)


def test_work_in_progress_is_verified_and_stays_so(published: Broker) -> None:
    """The feature branch's pact is verified though nobody asked, and its success doesn't end its progress."""
    options: dict[str, Any] = {
        "branch": "main",
        "selectors": MAIN,
        "pending": True,
        "wip_since": "2020-01-01",
    }
    verify(published, "tracker", {"completed": RIGHT, "entered": WRONG}, version="p1", **options)
    assert _results(published, "2")["success"] is False
    verify(published, "tracker", {"completed": RIGHT, "entered": RIGHT}, version="p2", **options)
    assert _results(published, "2")["success"] is True
    listed = published.for_verification(
        "tracker",
        providerVersionBranch="main",
        includePendingStatus=True,
        includeWipPactsSince="2020-01-01",
        consumerVersionSelectors=[{"mainBranch": True}],
    ).json()["_embedded"]["pacts"]
    assert [one["verificationProperties"].get("wip") for one in listed] == [None, True]


@pytest.mark.parametrize(
    ("selector", "verified"),
    [
        ({"branch": "feat/x"}, {"2"}),
        ({"latest": True}, {"2"}),
        ({"tag": "blue", "latest": True}, {"1"}),
        ({"deployed_or_released": True}, {"1"}),
        ({"environment": "production"}, {"1"}),
    ],
)
def test_selectors(published: Broker, selector: dict[str, Any], verified: set[str]) -> None:
    """Each kind of selector picks the consumer versions it names."""
    published.call("PUT", "/pacticipants/service/versions/1/tags/blue", {})
    published.deploy("service", "1", published.environment("production"))
    messages = {"completed": RIGHT, "entered": RIGHT}
    verify(published, "tracker", messages, version="p1", branch="main", selectors=[selector])
    assert {number for number in ("1", "2") if _results(published, number)} == verified


def test_nothing_selected_fails_the_run(published: Broker) -> None:
    """The official verifier takes an empty selection for an error, and publishes nothing."""
    with pytest.raises(RuntimeError):
        verify(published, "tracker", {}, version="p1", selectors=[{"consumer": "nobody", "latest": True}])
    assert _results(published, "1") is None


def test_a_token_opens_the_broker(tmp_path: Path) -> None:
    """The verifier and its results pass with the token, and nothing does without."""
    with running(tmp_path / "broker.sqlite", token="s3cret") as started:
        broker = Broker(started.url, token="s3cret")
        broker.publish("service", "1", pact("service", "tracker"))
        verify(broker, "tracker", {"completed": RIGHT}, version="p1", branch="main")
        assert _results(broker, "1")["success"] is True
        with pytest.raises(RuntimeError):
            verify(Broker(started.url), "tracker", {"completed": RIGHT}, version="p2", branch="main")
