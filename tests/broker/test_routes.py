"""Each address is there for somebody: a verb, a verifier, a command of ours, a relation of the index."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
from werkzeug.exceptions import MethodNotAllowed, NotFound
from werkzeug.routing import MapAdapter

from contracts.broker.embedded.app import create_app
from contracts.broker.embedded.documents.index import index

RUBY = Path(__file__).with_name("ruby_client.txt").read_text().splitlines()
PAIR = "/pacts/provider/p/consumer/c"
# Who asks for what no relation of the index and not the Ruby client's pact leads to.
ASKED = {
    "an operator's health check": ["GET /diagnostic/status/heartbeat"],
    "pact broker can-i-deploy, can-i-merge": ["GET /matrix"],
    "pact broker create-environment": ["POST /environments"],
    "pact broker update-environment, describe-environment, delete-environment": [
        "PUT /environments/u",
        "GET /environments/u",
        "DELETE /environments/u",
    ],
    "pact broker record-deployment, record-undeployment": [
        "POST /pacticipants/a/versions/1/deployed-versions/environment/u",
        "GET /environments/u/deployed-versions/currently-deployed",
        "PATCH /deployed-versions/u",
    ],
    "pact broker record-release, record-support-ended": [
        "POST /pacticipants/a/versions/1/released-versions/environment/u",
        "GET /environments/u/released-versions/currently-supported",
        "PATCH /released-versions/u",
    ],
    "who follows the Location of what was recorded": ["GET /deployed-versions/u", "GET /released-versions/u"],
    "pact broker create-version-tag, delete-version-tag": [
        "PUT /pacticipants/a/versions/1/tags/t",
        "DELETE /pacticipants/a/versions/1/tags/t",
    ],
    "pact broker create-or-update-version": ["PUT /pacticipants/a/branches/b/versions/1"],
    "pact broker delete-branch": ["DELETE /pacticipants/a/branches/b"],
    "pact broker create-or-update-pacticipant": ["PATCH /pacticipants/a", "POST /pacticipants"],
    "pact broker get-pacts --consumer": [f"GET {PAIR}/branch{rest}" for rest in ("", "/latest", "/b", "/b/latest")],
    "pact broker provider-states list": [
        f"GET /pacts/provider/p/provider-states{rest}" for rest in ("", "/branch/b", "/environment/production")
    ],
    "pact broker create-webhook and the other verbs of webhooks": [
        "POST /webhooks",
        "POST /webhooks/provider/p/consumer/c",
        "PUT /webhooks/u",
        "DELETE /webhooks/u",
        "POST /webhooks/u/execute",
    ],
    "who looks up why a webhook failed": ["GET /triggered-webhooks/u/logs"],
    "the official verifiers": [
        "POST /pacts/provider/p/for-verification",
        f"GET {PAIR}/pact-version/d/metadata/m",
        f"POST {PAIR}/pact-version/d/metadata/m/verification-results",
    ],
    "contracts verify --publish, can-i-deploy, reverify": [
        f"GET {PAIR}/pact-version/d",
        f"POST {PAIR}/pact-version/d/verification-results",
        f"GET {PAIR}/pact-version/d/verification-results/1",
        f"GET {PAIR}/pact-version/d/metadata/m/verification-results/1",
        f"GET {PAIR}/pact-version/d/verification-results/latest",
    ],
    "contracts publish": ["POST /contracts/publish", f"PUT {PAIR}/version/1"],
    "contracts broker push": [
        "PUT /pacticipants/a/versions/1",
        "GET /pacticipants/a/versions",
        "GET /pacticipants/a/versions/1/tags/t",
    ],
}


@pytest.fixture
def adapter(tmp_path: Path) -> MapAdapter:
    """What finds the route of a request."""
    return create_app(tmp_path / "broker.sqlite").url_map.bind("localhost")


def _rule(adapter: MapAdapter, method: str, path: str) -> str | None:
    try:
        rule, _ = adapter.match(path, method, return_rule=True)
    except (NotFound, MethodNotAllowed):
        return None
    return f"{rule.rule} {rule.endpoint}"


def _from_the_index() -> list[tuple[str, str]]:
    paths = [re.sub(r"\{[^}]*\}", "x", link["href"]).split("?")[0] for link in _links() if "href" in link]
    return [(method, path) for path in paths for method in ("GET", "POST", "PUT")]


def _links() -> list[dict[str, str]]:
    return [link for name, link in index("")["_links"].items() if name not in {"self", "curies"}]


def test_each_request_is_answered(adapter: MapAdapter) -> None:
    """What is said to be asked for has a route."""
    requests = [request.split(" ", 1) for listed in ASKED.values() for request in listed]
    assert [request for request in requests if _rule(adapter, *request) is None] == []


def test_nobody_is_answered_who_does_not_ask(adapter: MapAdapter) -> None:
    """Each route is asked for by somebody in the table, by the Ruby client, or by a relation of the index."""
    asked = [tuple(request.split(" ", 1)) for listed in ASKED.values() for request in listed]
    asked += [tuple(line.split(" ", 1)) for line in RUBY]
    asked += [("GET", "/"), *_from_the_index()]
    known = {_rule(adapter, method, path) for method, path in asked}
    assert {f"{rule.rule} {rule.endpoint}" for rule in adapter.map.iter_rules()} - known == set()
