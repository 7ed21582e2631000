"""Whatever is sent is answered: no body, name or query breaks the broker."""

from __future__ import annotations

import base64
import json
from pathlib import Path
from typing import Any
from urllib.parse import quote

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from contracts.broker.embedded.inprocess import BASE_URL, session_for
from tests.broker.running import UNHURRIED, Broker, pact

KEYS = [
    "name",
    "production",
    "displayName",
    "contacts",
    "mainBranch",
    "repositoryUrl",
    "buildUrl",
    "success",
    "providerApplicationVersion",
    "testResults",
    "verifiedBy",
    "pacticipantName",
    "pacticipantVersionNumber",
    "branch",
    "tags",
    "contracts",
    "consumerName",
    "providerName",
    "content",
    "contentType",
    "specification",
    "consumerVersionSelectors",
    "providerVersionBranch",
    "providerVersionTags",
    "includePendingStatus",
    "includeWipPactsSince",
    "latest",
    "tag",
    "deployed",
    "environment",
    "applicationInstance",
    "currentlyDeployed",
    "currentlySupported",
    "interactions",
    "messages",
    "metadata",
    "consumer",
    "provider",
    "pactSpecification",
    "version",
]
names = st.sampled_from(["c", "p", "1", "main", "production", "application/json", "pact", "e30=", "2020-01-01"])
leaves = st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False) | st.text(max_size=5) | names
bodies = st.recursive(
    leaves,
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.sampled_from(KEYS), inner, max_size=6),
    max_leaves=12,
)
PARAMETERS = [
    "q[][pacticipant]",
    "q[][version]",
    "q[][latest]",
    "q[][tag]",
    "q[][branch]",
    "q[][mainBranch]",
    "q[]",
    "latestby",
    "environment",
    "tag",
    "limit",
    "latest",
    "mainBranch",
    "ignore[][pacticipant]",
    "ignore[][version]",
    "success[]",
    "pageNumber",
    "pageSize",
    "pacticipant",
    "version",
    "to",
]
values = st.sampled_from(["c", "p", "1", "true", "false", "", "cvpv", "cvp", "cp", "production", "main", "0", "9" * 20])
queries = st.lists(st.tuples(st.sampled_from(PARAMETERS), values | st.text(max_size=3)), max_size=6)
WRITES = [
    ("POST", "/contracts/publish"),
    ("PUT", "/pacts/provider/p/consumer/c/version/2"),
    ("POST", "/pacts/provider/p/for-verification"),
    ("POST", "{results}"),
    ("POST", "/environments"),
    ("PUT", "{environment}"),
    ("POST", "/pacticipants"),
    ("PATCH", "/pacticipants/c"),
    ("PUT", "/pacticipants/c/versions/1"),
    ("PUT", "/pacticipants/c/branches/main/versions/1"),
    ("POST", "{deployments}"),
    ("PATCH", "{deployment}"),
]


@pytest.fixture(scope="module")
def filled(tmp_path_factory: pytest.TempPathFactory) -> tuple[Broker, dict[str, str]]:
    """A broker in this process with one of everything, and where that is."""
    database: Path = tmp_path_factory.mktemp("any") / "broker.sqlite"
    broker = Broker(BASE_URL.rstrip("/"), session=session_for(database))
    broker.publish("c", "1", pact("c", "p"), tags=["t"])
    uuid = broker.environment("production")
    return broker, {
        "environment": f"/environments/{uuid}",
        "results": broker.pact("c", "p", "1")["_links"]["pb:publish-verification-results"]["href"],
        "deployments": f"/pacticipants/c/versions/1/deployed-versions/environment/{uuid}",
        "deployment": broker.deploy("c", "1", uuid).json()["_links"]["self"]["href"],
    }


@pytest.mark.parametrize(("method", "path"), WRITES)
def test_any_body(filled: tuple[Broker, dict[str, str]], method: str, path: str) -> None:
    """Every JSON document is either taken or refused with what is wrong."""
    broker, places = filled

    @settings(UNHURRIED, max_examples=60)
    @given(bodies)
    def check(body: Any) -> None:
        response = broker.call(method, path.format(**places), body if body is not None else b"null")
        assert response.status_code < 500, response.text
        if response.status_code >= 400:
            assert {"error", "errors"} & response.json().keys()

    check()


@settings(UNHURRIED, max_examples=60)
@given(bodies)
def test_any_pact(filled: tuple[Broker, dict[str, str]], body: Any) -> None:
    """Every JSON document can be tried as a pact's content."""
    broker, _ = filled
    content = base64.b64encode(json.dumps(body).encode()).decode()
    contract = {
        "consumerName": "c",
        "providerName": "p",
        "specification": "pact",
        "contentType": "application/json",
        "content": content,
    }
    sent = {"pacticipantName": "c", "pacticipantVersionNumber": "any", "contracts": [contract]}
    assert broker.call("POST", "/contracts/publish", sent).status_code in {200, 400, 409}


@settings(UNHURRIED, max_examples=200)
@given(st.sampled_from(["/matrix", "/can-i-deploy", "/pacticipants/c/versions", "/pacts/provider/p/latest"]), queries)
def test_any_query(filled: tuple[Broker, dict[str, str]], path: str, query: list[tuple[str, str]]) -> None:
    """Every query is answered."""
    broker, _ = filled
    text = "&".join(f"{key}={quote(value)}" for key, value in query)
    assert broker.call("GET", f"{path}?{text}").status_code in {200, 400}
