"""What a Pact Broker does of itself, the unsafe parts too: ours does the same, so that our commands are
tested against it. With CONTRACTS_TEST_BROKER_URL set the same tests run against a real broker.
"""

from __future__ import annotations

import copy
import json
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import pytest

from tests.broker.conftest import Names
from tests.broker.programs import pact_broker
from tests.broker.running import Broker, interaction, pact, running
from tests.broker.verifying import RIGHT, WRONG, verify


@pytest.fixture
def deployed(shared_broker: Broker, names: Names) -> Broker:
    """A broker where consumer version 1, with one planned interaction, is deployed."""
    content = pact(names.consumer, names.provider, interaction("completed"), interaction("entered", pending=True))
    assert shared_broker.publish(names.consumer, "1", content).status_code == 200
    environment = shared_broker.environment(names.environment)
    assert shared_broker.deploy(names.consumer, "1", environment).status_code == 201
    return shared_broker


def test_a_failing_pending_interaction_is_published_as_a_failure(deployed: Broker, names: Names) -> None:
    """The official verifier succeeds, yet publishes a failure, and the release is blocked (point 1)."""
    verify(deployed, names.provider, {"completed": RIGHT, "entered": WRONG}, version="p1", branch="main")
    latest = deployed.get(
        deployed.pact(names.consumer, names.provider, "1")["_links"]["pb:latest-verification-results"]["href"]
    )
    assert latest["success"] is False
    assert deployed.can_i_deploy(names.provider, "p1", names.environment)["deployable"] is False


def test_a_posted_result_is_taken_as_it_is(deployed: Broker, names: Names) -> None:
    """Success beside failing test results is believed, and read back verbatim (point 2)."""
    read = deployed.pact(names.consumer, names.provider, "1")
    results = [
        {"interactionId": one["_id"], "success": False, "pending": True, "mine": {"kept": ["as", 1.5, None]}}
        for one in read["interactions"]
    ]
    url = "https://ci.example/builds/42"
    response = deployed.post_result(read, "p1", success=True, testResults=results, buildUrl=url)
    assert response.status_code == 201
    assert response.headers["Location"] == response.json()["_links"]["self"]["href"]
    stored = deployed.get(response.headers["Location"])
    assert (stored["testResults"], stored["buildUrl"], stored["success"]) == (results, url, True)
    assert deployed.can_i_deploy(names.provider, "p1", names.environment)["deployable"] is True


def test_a_bare_result_creates_the_provider_version_on_no_branch(deployed: Broker, names: Names) -> None:
    """The version is there, without a branch (point 2)."""
    deployed.post_result(deployed.pact(names.consumer, names.provider, "1"), "p1", success=True)
    version = deployed.get(f"/pacticipants/{names.provider}/versions/p1")
    assert version["_embedded"]["branchVersions"] == []


@pytest.mark.parametrize("outcomes", [(False, True), (True, False)])
def test_the_last_result_wins(deployed: Broker, names: Names, outcomes: tuple[bool, bool]) -> None:
    """For one pact content and provider version the last result speaks, in both directions (point 3)."""
    read = deployed.pact(names.consumer, names.provider, "1")
    for outcome in outcomes:
        assert deployed.post_result(read, "p1", success=outcome).status_code == 201
    assert deployed.can_i_deploy(names.provider, "p1", names.environment)["deployable"] is outcomes[-1]


def test_a_filter_that_matches_nothing_is_a_success(deployed: Broker, names: Names) -> None:
    """Verifying nothing is published as a success, and the release is allowed (point 4)."""
    verify(deployed, names.provider, {}, version="p1", branch="main", description="no such interaction")
    latest = deployed.get(
        deployed.pact(names.consumer, names.provider, "1")["_links"]["pb:latest-verification-results"]["href"]
    )
    assert (latest["success"], latest.get("testResults", [])) == (True, [])
    assert deployed.can_i_deploy(names.provider, "p1", names.environment)["deployable"] is True


def test_a_result_that_is_refused_does_not_fail_the_official_verifier(deployed: Broker, names: Names) -> None:
    """The broker answers 400 to a blank version; `verify()` succeeds all the same (point 5)."""
    verify(deployed, names.provider, {"completed": RIGHT, "entered": RIGHT}, version=" ")
    links = deployed.pact(names.consumer, names.provider, "1")["_links"]
    assert deployed.call("GET", links["pb:latest-verification-results"]["href"]).status_code == 404


def test_the_official_command_exits_0_on_no_when_asked_for_json(deployed: Broker, names: Names) -> None:
    """With `--output json` only `summary.deployable` tells; null means unknown (point 6)."""
    deployed.put_on_branch(names.provider, "main", "unverified")

    def question(number: str) -> tuple[str, ...]:
        # The command drops a --version that doesn't directly follow its --pacticipant.
        named = ("--pacticipant", names.provider, "--version", number)
        return ("can-i-deploy", *named, "--to-environment", names.environment)

    answers = {}
    for number in ("unverified", "unknown-version"):
        answered = pact_broker(deployed, *question(number), "--output", "json")
        answers[number] = (answered.returncode, json.loads(answered.stdout)["summary"]["deployable"])
    assert answers == {"unverified": (0, None), "unknown-version": (0, False)}
    assert pact_broker(deployed, *question("unverified")).returncode == 1


def _reversed_keys(value: Any) -> Any:
    if isinstance(value, dict):
        return {key: _reversed_keys(value[key]) for key in reversed(value)}
    return [_reversed_keys(item) for item in value] if isinstance(value, list) else value


Change = Callable[[dict[str, Any]], Any]
EQUAL: dict[str, Change] = {
    "nothing": lambda content: content,
    "interaction order": lambda content: content["interactions"].reverse(),
    "the library that wrote it": lambda content: content["metadata"].update(pactRust={"ffi": "9.9"}),
}
CHANGED: dict[str, Change] = {
    "pending": lambda content: content["interactions"][0].update(pending=True),
    "comments": lambda content: content["interactions"][0].update(comments={"text": ["a word"]}),
    "key": lambda content: content["interactions"][0].update(key="another"),
    "example": lambda content: content["interactions"][0]["contents"]["content"].update(client_id="c-9"),
    "state": lambda content: content["interactions"][0]["providerStates"][0].update(params={"client_id": "c-9"}),
    "specification": lambda content: content["metadata"].update(pactSpecification={"version": "3.0.0"}),
    "one interaction less": lambda content: content["interactions"].pop(),
}


def _two(names: Names) -> dict[str, Any]:
    return pact(names.consumer, names.provider, interaction("completed"), interaction("entered"))


@pytest.mark.parametrize("change", EQUAL.values(), ids=EQUAL)
def test_equal_content_can_be_published_again(shared_broker: Broker, names: Names, change: Change) -> None:
    """What doesn't matter to a verification is no change, and keeps the pact version (point 7)."""
    shared_broker.publish(names.consumer, "1", _two(names))
    before = shared_broker.pact(names.consumer, names.provider, "1")["_links"]["pb:pact-version"]["href"]
    again = copy.deepcopy(_two(names))
    change(again)
    assert shared_broker.publish(names.consumer, "1", _reversed_keys(again)).status_code == 200
    assert shared_broker.publish(names.consumer, "2", again).status_code == 200
    for number in ("1", "2"):
        read = shared_broker.pact(names.consumer, names.provider, number)
        assert read["_links"]["pb:pact-version"]["href"] == before


@pytest.mark.parametrize("change", CHANGED.values(), ids=CHANGED)
def test_changed_content_under_a_published_version_is_refused(
    shared_broker: Broker, names: Names, change: Change
) -> None:
    """It is 409, and nothing of the request is stored: not the other pact, not the tag (point 7)."""
    shared_broker.publish(names.consumer, "1", _two(names))
    changed = copy.deepcopy(_two(names))
    change(changed)
    other = pact(names.consumer, f"{names.provider}-2")
    response = shared_broker.publish(names.consumer, "1", other, changed, branch="other", tags=["tagged"])
    assert response.status_code == 409
    assert response.json()["notices"][0]["type"] == "error"
    version = shared_broker.get(f"/pacticipants/{names.consumer}/versions/1")
    assert [one["name"] for one in version["_embedded"]["branchVersions"]] == ["main"]
    assert version["_embedded"]["tags"] == []
    assert len(version["_links"]["pb:pact-versions"]) == 1
    assert shared_broker.publish(names.consumer, "2", changed).status_code == 200


def test_pending_status_is_included_unless_it_is_refused(deployed: Broker, names: Names) -> None:
    """Left out it means true (point 8)."""
    for asked, expected in (
        ({}, True),
        ({"includePendingStatus": True}, True),
        ({"includePendingStatus": False}, None),
    ):
        answered = deployed.for_verification(names.provider, **asked).json()
        properties = answered["_embedded"]["pacts"][0]["verificationProperties"]
        assert properties.get("pending") is expected


def test_no_selectors_mean_the_main_branch_and_what_is_deployed(deployed: Broker, names: Names) -> None:
    """An empty list selects the head of main and the deployed version, and no feature branch (point 8)."""
    for number, branch, example in (("2", "main", "c-2"), ("3", "feat/x", "c-3")):
        content = pact(names.consumer, names.provider, interaction("completed", example=example))
        deployed.publish(names.consumer, number, content, branch=branch)
    answered = deployed.for_verification(names.provider, consumerVersionSelectors=[]).json()
    contents = {
        deployed.get(one["_links"]["self"]["href"])["interactions"][0]["contents"]["content"]["client_id"]
        for one in answered["_embedded"]["pacts"]
    }
    assert contents == {"c-1", "c-2"}


def test_unauthorised_requests_are_answered_with_an_empty_text(database: Path) -> None:
    """401 has no body, even if problem+json is asked for; the heartbeat needs no token (point 9)."""
    with running(database, token="s3cret") as started:
        for token in ("", "wrong"):
            broker = Broker(started.url, token=token)
            response = broker.call("GET", "/", Accept="application/problem+json, application/hal+json")
            assert (response.status_code, response.content) == (401, b"")
            assert response.headers["Content-Type"].startswith("text/plain")
            assert "WWW-Authenticate" in response.headers
            assert broker.call("POST", "/contracts/publish", {}).status_code == 401
        assert Broker(started.url).call("GET", "/diagnostic/status/heartbeat").status_code == 200
        assert Broker(started.url, token="s3cret").call("GET", "/").status_code == 200


def test_problem_json_comes_only_when_it_is_asked_for(shared_broker: Broker) -> None:
    """Errors are plain JSON otherwise (point 9)."""
    plain = shared_broker.call("GET", "/pacticipants/nobody-at-all")
    assert (plain.status_code, list(plain.json())) == (404, ["error"])
    asked = shared_broker.call(
        "GET", "/pacticipants/nobody-at-all", Accept="application/problem+json, application/hal+json"
    )
    assert asked.headers["Content-Type"].startswith("application/problem+json")
    assert {"title", "type", "detail", "status"} <= asked.json().keys()
    invalid = shared_broker.call("POST", "/contracts/publish", {}, Accept="application/problem+json")
    assert invalid.status_code == 400
    assert {"/pacticipantName", "/contracts"} <= {error["pointer"] for error in invalid.json()["errors"]}


def test_four_publishers_at_once_are_all_served(broker: Broker, names: Names) -> None:
    """No publication is lost or refused because of the others (point 10)."""

    def publish(number: int) -> int:
        content = pact(names.consumer, names.provider, interaction("completed", example=f"c-{number % 7}"))
        return Broker(broker.url).publish(names.consumer, str(number), content).status_code

    with ThreadPoolExecutor(4) as pool:
        statuses = list(pool.map(publish, range(80)))
    assert set(statuses) == {200}
    listed = broker.get(f"/pacticipants/{names.consumer}/versions?pageSize=100")
    assert listed["page"]["totalElements"] == 80
