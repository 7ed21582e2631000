"""Requests that are wrong: the statuses that a Pact Broker was recorded to answer with, and nothing stored."""

from __future__ import annotations

import os
from typing import Any

import pytest

from tests.broker.conftest import Names
from tests.broker.running import Broker, pact

AGAINST_REAL = bool(os.environ.get("CONTRACTS_TEST_BROKER_URL"))


def _contract(**changes: Any) -> dict[str, Any]:
    contract = {
        "consumerName": "c",
        "providerName": "p",
        "specification": "pact",
        "contentType": "application/json",
        "content": "e30=",
    }
    return {key: value for key, value in {**contract, **changes}.items() if value is not None}


def _publication(*contracts: Any, **changes: Any) -> dict[str, Any]:
    body = {
        "pacticipantName": "c",
        "pacticipantVersionNumber": "1",
        "branch": "main",
        "contracts": list(contracts),
    }
    return {key: value for key, value in {**body, **changes}.items() if value is not None}


# What is wrong, the body, the recorded status (None: not recorded), ours, and why ours differs.
PUBLICATIONS: list[tuple[str, Any, int | None, int, str]] = [
    ("no base64", _publication(_contract(content="%%%")), 400, 400, ""),
    ("content is no JSON", _publication(_contract(content="e25vcGU=")), 400, 400, ""),
    ("content is an array", _publication(_contract(content="W10=")), 400, 400, ""),
    ("content is binary", _publication(_contract(content="//4A")), 400, 400, ""),
    ("content is no text", _publication(_contract(content=5)), None, 400, ""),
    ("content type", _publication(_contract(contentType="application/xml")), 400, 400, ""),
    ("specification", _publication(_contract(specification="openapi")), 400, 400, ""),
    ("no provider", _publication(_contract(providerName=None)), 400, 400, ""),
    ("another consumer", _publication(_contract(), pacticipantName="other"), 400, 400, ""),
    ("no version", _publication(_contract(), pacticipantVersionNumber=None), 400, 400, ""),
    ("blank version", _publication(_contract(), pacticipantVersionNumber="  "), 400, 400, ""),
    ("two-line version", _publication(_contract(), pacticipantVersionNumber="1\n2"), None, 400, ""),
    ("contracts missing", _publication(contracts=None), 400, 400, ""),
    ("no contract", _publication(), 500, 400, "a bad request is no fault of the broker"),
    ("an array", [], 400, 400, ""),
    ("no JSON", b"{nope", 400, 400, ""),
    ("NaN", b'{"pacticipantName": NaN}', None, 400, ""),
    ("nested beyond reason", b"[" * 100_000, None, 400, ""),
    ("a half character", b'{"pacticipantName": "\\ud800", "pacticipantVersionNumber": "1"}', None, 400, ""),
    ("not UTF-8", b'{"pacticipantName": "\xff"}', None, 400, ""),
    ("nothing", b"", 400, 400, ""),
]


@pytest.mark.parametrize(
    ("body", "real", "ours", "why"), [row[1:] for row in PUBLICATIONS], ids=[row[0] for row in PUBLICATIONS]
)
def test_a_bad_publication(shared_broker: Broker, body: Any, real: int | None, ours: int, why: str) -> None:
    """It is refused with errors by field, and its version doesn't exist."""
    response = shared_broker.call("POST", "/contracts/publish", body)
    assert response.status_code == (real or ours if AGAINST_REAL else ours), response.text
    assert {"error", "errors"} & response.json().keys()
    assert (real in {None, ours}) is (why == "")
    assert shared_broker.call("GET", "/pacticipants/c/versions/1").status_code == 404


# What is wrong, the body, the recorded status (None: not recorded), ours, and why ours differs.
RESULTS: list[tuple[str, Any, int | None, int, str]] = [
    ("no success", {"providerApplicationVersion": "1"}, 400, 400, ""),
    ("success is a text", {"success": "true", "providerApplicationVersion": "1"}, 400, 400, ""),
    ("success is null", {"success": None, "providerApplicationVersion": "1"}, 400, 400, ""),
    ("success is a number", {"success": 1, "providerApplicationVersion": "1"}, None, 400, ""),
    ("no version", {"success": True}, 400, 400, ""),
    ("blank version", {"success": True, "providerApplicationVersion": " "}, 400, 400, ""),
    (
        "build URL",
        {"success": True, "providerApplicationVersion": "1", "buildUrl": "not a url"},
        400,
        400,
        "",
    ),
    ("no JSON", b"{nope", 400, 400, ""),
    ("an array", [], 500, 400, "a bad request is no fault of the broker"),
]


@pytest.mark.parametrize(("body", "real", "ours", "why"), [row[1:] for row in RESULTS], ids=[row[0] for row in RESULTS])
def test_a_bad_result(shared_broker: Broker, names: Names, body: Any, real: int | None, ours: int, why: str) -> None:
    """It is refused, and no result and no provider version come of it."""
    shared_broker.publish(names.consumer, "1", pact(names.consumer, names.provider))
    links = shared_broker.pact(names.consumer, names.provider, "1")["_links"]
    response = shared_broker.call("POST", links["pb:publish-verification-results"]["href"], body)
    # A real broker has been seen to answer an array with either, whatever its version.
    assert response.status_code in ({real or ours, ours} if AGAINST_REAL else {ours}), response.text
    assert (real in {None, ours}) is (why == "")
    assert shared_broker.call("GET", links["pb:latest-verification-results"]["href"]).status_code == 404
    assert shared_broker.call("GET", f"/pacticipants/{names.provider}/versions/1").status_code == 404


def test_a_result_for_unknown_content(shared_broker: Broker, names: Names) -> None:
    """It is 404."""
    shared_broker.publish(names.consumer, "1", pact(names.consumer, names.provider))
    pair = f"/pacts/provider/{names.provider}/consumer/{names.consumer}"
    body = {"success": True, "providerApplicationVersion": "1"}
    response = shared_broker.call("POST", f"{pair}/pact-version/{'0' * 40}/verification-results", body)
    assert response.status_code == 404


@pytest.mark.parametrize("metadata", ["", "/metadata/!!!!", "/metadata/bm9uc2Vuc2U"])
def test_a_result_with_metadata_that_says_nothing(shared_broker: Broker, names: Names, metadata: str) -> None:
    """What can't be read of the selection doesn't keep a result from being stored."""
    shared_broker.publish(names.consumer, "1", pact(names.consumer, names.provider))
    content = shared_broker.pact(names.consumer, names.provider, "1")["_links"]["pb:pact-version"]["href"]
    body = {"success": True, "providerApplicationVersion": "1"}
    assert shared_broker.call("POST", f"{content}{metadata}/verification-results", body).status_code == 201


REQUESTS: list[tuple[str, str, Any, dict[str, str], int]] = [
    ("GET", "/nonsense/path", None, {}, 404),
    ("GET", "/contracts/publish", None, {}, 405),
    ("DELETE", "/pacts/latest", None, {}, 405),
    ("POST", "/contracts/publish", b"{}", {"Content_Type": "text/plain"}, 415),
    ("GET", "/pacticipants", None, {"Accept": "application/xml"}, 406),
    ("GET", "/pacticipants", None, {"Accept": "*/*"}, 200),
    ("GET", "/matrix", None, {}, 400),
    ("GET", "/matrix?q[][pacticipant]=nobody-known&q[][version]=1", None, {}, 400),
    ("GET", "/can-i-deploy?pacticipant=nobody-known", None, {}, 400),
    ("POST", "/environments", {}, {}, 400),
    ("POST", "/environments", {"name": "two words", "production": True}, {}, 400),
    ("POST", "/environments", {"name": "fine", "production": "yes"}, {}, 400),
    ("POST", "/pacticipants", {"name": " "}, {}, 400),
    ("PUT", "/pacticipants/nobody-known", {"name": "nobody-known"}, {}, 404),
    ("POST", "/pacts/provider/nobody-known/for-verification", {}, {}, 404),
    ("GET", "/environments/00000000-0000-0000-0000-000000000000", None, {}, 404),
    ("GET", "/deployed-versions/00000000-0000-0000-0000-000000000000", None, {}, 404),
    ("PUT", "/pacts/provider/p/consumer/other/version/1", pact("c", "p"), {}, 400),
    ("PUT", "/pacts/provider/p/consumer/c/version/1", b"{nope", {}, 400),
]


@pytest.mark.parametrize(("method", "path", "body", "headers", "status"), REQUESTS)
def test_statuses(
    shared_broker: Broker, method: str, path: str, body: Any, headers: dict[str, str], status: int
) -> None:
    """Each request has the status that HTTP and the real broker have for it."""
    assert shared_broker.call(method, path, body, **headers).status_code == status


SELECTORS: list[tuple[dict[str, Any], int]] = [
    ({"mainBranch": True}, 200),
    ({"mainBranch": True, "latest": True}, 200),
    ({"mainBranch": True, "nonsense": 1}, 200),
    ({}, 400),
    ({"latest": False}, 400),
    ({"mainBranch": False}, 400),
    ({"mainBranch": True, "tag": "x"}, 400),
    ({"branch": "main", "tag": "x"}, 400),
    ({"branch": "main", "fallbackBranch": "other"}, 200),
    ({"fallbackBranch": "other"}, 400),
    ({"tag": "x", "latest": True, "fallbackTag": "y"}, 200),
    ({"tag": "x", "fallbackTag": "y"}, 400),
    ({"matchingBranch": True}, 400),
    ({"branch": "main", "deployed": True}, 400),
    ({"deployed": True, "released": True}, 400),
    ({"environment": "mars"}, 400),
    ({"branch": 5}, 400),
]


@pytest.mark.parametrize(("selector", "status"), SELECTORS)
def test_selectors_that_contradict_themselves(
    shared_broker: Broker, names: Names, selector: dict[str, Any], status: int
) -> None:
    """They are refused, and their near misses are not."""
    shared_broker.publish(names.consumer, "1", pact(names.consumer, names.provider))
    answered = shared_broker.for_verification(names.provider, consumerVersionSelectors=[selector])
    assert answered.status_code == status, answered.text


@pytest.mark.parametrize(
    "body",
    [
        {"includeWipPactsSince": "yesterday", "providerVersionBranch": "main"},
        {"includePendingStatus": "maybe"},
        {"consumerVersionSelectors": "main"},
    ],
)
def test_verification_options_of_the_wrong_shape(shared_broker: Broker, names: Names, body: dict[str, Any]) -> None:
    """They are refused by name."""
    shared_broker.publish(names.consumer, "1", pact(names.consumer, names.provider))
    answered = shared_broker.for_verification(names.provider, **body)
    assert answered.status_code == 400
    assert answered.json()["errors"].keys() <= body.keys()


def test_a_name_that_looks_like_a_known_one_is_refused(broker: Broker) -> None:
    """A new name that differs in case or separators only is taken for a slip, unless it was created first."""
    broker.publish("scenario-service", "1", pact("scenario-service", "tracker"))
    for similar in ("Scenario-Service", "scenario_service", "scenarioService"):
        assert broker.publish(similar, "1", pact(similar, "tracker")).status_code == 409
        path = f"/pacts/provider/tracker/consumer/{similar}/version/1"
        assert broker.call("PUT", path, pact(similar, "tracker")).status_code == 409
        assert broker.call("GET", f"/pacticipants/{similar}").status_code == 404
    assert broker.publish("scenario-service-2", "1", pact("scenario-service-2", "tracker")).status_code == 200
    assert broker.call("POST", "/pacticipants", {"name": "Scenario-Service"}).status_code == 201
    assert broker.publish("Scenario-Service", "1", pact("Scenario-Service", "tracker")).status_code == 200


@pytest.mark.parametrize("odd", ["feat/1", "a b", "100%", "a%2Fb", "ä+ö", "a?b#c", "x" * 300])
def test_odd_names_are_kept_apart(broker: Broker, odd: str) -> None:
    """Slashes, percent signs and the like in versions, branches and tags come back as they were."""
    broker.publish("service", odd, pact("service", "tracker"), branch=odd, tags=[odd])
    read = broker.get("/pacticipants/service/latest-version")
    assert read["number"] == odd
    assert broker.get(read["_embedded"]["branchVersions"][0]["_links"]["self"]["href"])
    assert broker.get(read["_embedded"]["tags"][0]["_links"]["self"]["href"])["name"] == odd
    assert broker.get(read["_links"]["pb:pact-versions"][0]["href"])["consumer"]["name"] == "service"
