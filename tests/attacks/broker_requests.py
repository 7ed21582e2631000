"""Requests to the embedded broker, for every route and method that it has, right in most of their parts."""

from __future__ import annotations

import base64
import json
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from random import Random
from typing import Any
from urllib.parse import quote

from tests.attacks.documents import TEXTS, changed, written
from tests.broker.running import pact

METHODS = ("GET", "POST", "PUT", "PATCH", "DELETE", "HEAD", "OPTIONS", "TRACE", "PROPFIND", "get", "X" * 40)
TYPES = (
    "application/json", "application/json; charset=utf-8", "application/hal+json", "application/merge-patch+json",
    "text/plain",
    "application/x-www-form-urlencoded", "multipart/form-data; boundary=x", "application/json; charset=latin-1",
    "", "a", "\xff/\xff",
)  # fmt: skip
ACCEPTS = (
    "application/hal+json", "application/json", "*/*", "text/html", "text/html;q=0.1,application/json", "text/csv",
    "image/png",
    "", "a", ";;;q=x", "text/html;q=" + "9" * 300, "\xff",
)  # fmt: skip
PARAMETERS = (
    "q[][pacticipant]", "q[][version]", "q[][latest]", "q[][tag]", "q[][branch]", "q[][mainBranch]", "q[]", "q",
    "latestby",
    "environment", "tag", "limit", "latest", "mainBranch", "ignore[][pacticipant]", "ignore[][version]",
    "success[]", "pageNumber",
    "pageSize", "page", "size", "pacticipant", "version", "to", "from", "provider_tags[]",
    "consumer_version_selectors[][tag]", "",
    "application_instance",
)  # fmt: skip
QUERIED = ("c", "p", "1", "true", "false", "", "cvpv", "cvp", "cp", "production", "main", "0", "100", "9" * 30)


@dataclass(frozen=True)
class Sent:
    """One request, as a WSGI server hands it over."""

    method: str
    path: str
    query: str = ""
    headers: Mapping[str, str] = field(default_factory=dict)
    body: bytes = b""


def contract(document: Any) -> dict[str, Any]:
    """Return a contract of a publication."""
    content = base64.b64encode(json.dumps(document).encode()).decode()
    return {
        "consumerName": "c", "providerName": "p", "specification": "pact", "contentType": "application/json",
        "content": content,
    }  # fmt: skip


WEBHOOK = {
    "description": "w", "provider": {"name": "p"}, "consumer": {"name": "c"}, "enabled": True,
    "events": [{"name": "contract_content_changed"}, {"name": "provider_verification_published"}],
    "request": {
        "method": "POST", "url": "http://127.0.0.1:9/x", "headers": {"Content-Type": "application/json", "X": "1"},
        "body": {"pact": "${pactbroker.pactUrl}"}, "username": "u", "password": "p",
    },
}  # fmt: skip
RESULT = {
    "success": True, "providerApplicationVersion": "1", "buildUrl": "http://ci.example/1",
    "testResults": [{"interactionId": "1", "success": False, "mismatches": [{"attribute": "body",
    "description": "d"}]}],
    "verifiedBy": {"implementation": "i", "version": "1"},
}  # fmt: skip
BODIES: Mapping[str, Callable[[], Any]] = {
    "/contracts/publish": lambda: {
        "pacticipantName": "c", "pacticipantVersionNumber": "1", "branch": "main", "tags": ["t"],
        "buildUrl": "http://ci.example/1", "contracts": [contract(pact("c", "p"))],
    },
    "verification-results": lambda: RESULT,
    "for-verification": lambda: {
        "consumerVersionSelectors": [
            {"mainBranch": True}, {"deployedOrReleased": True}, {"tag": "t", "latest": True, "fallbackTag": "main"},
            {"branch": "main", "consumer": "c"}, {"environment": "production"}, {"matchingBranch": True},
        ],
        "providerVersionBranch": "main", "providerVersionTags": ["t"], "includePendingStatus": True,
        "includeWipPactsSince": "2020-01-01",
    },
    "/environments": lambda: {
        "name": "staging", "displayName": "Staging", "production": False,
        "contacts": [{"name": "n", "details": {"email": "e"}}],
    },
    "/webhooks": lambda: WEBHOOK,
    "/pacts/provider": lambda: pact("c", "p"),
    "deployed-versions": lambda: {"currentlyDeployed": False, "applicationInstance": "blue"},
    "released-versions": lambda: {"currentlySupported": False},
    "/versions/": lambda: {"buildUrl": "http://ci.example/1"},
    "/pacticipants": lambda: {
        "name": "c", "displayName": "C", "mainBranch": "main", "repositoryUrl": "http://git.example/c",
        "repositoryName": "c",
    },
}  # fmt: skip
"""A right body for what is written to an address that holds these words; the first that fits counts."""


def request(dice: Random, rules: list[tuple[str, tuple[str, ...]]], known: Mapping[str, tuple[str, ...]]) -> Sent:
    """Return some request.

    Args:
        rules: the routes, with the names of their segments in angle brackets, and their methods.
        known: what a segment of some name can be so that something is there.
    """
    rule, methods = dice.choice(rules)
    method = dice.choice(methods) if dice.random() < 0.9 else dice.choice(METHODS)
    path = "/".join(_segment(part, known, dice) for part in rule.split("/"))
    if dice.random() < 0.03:
        path += dice.choice(("/", "//", "/x", "?", "#", ";a", "%", "%zz", "/..", "\xff"))
    headers = {"ACCEPT": dice.choice(ACCEPTS) if dice.random() < 0.3 else ACCEPTS[0]}
    if dice.random() < 0.1:
        name = dice.choice(
            ("AUTHORIZATION", "ORIGIN", "HOST", "X_FORWARDED_HOST", "X_FORWARDED_PROTO", "IF_NONE_MATCH", "RANGE")
        )
        headers[name] = dice.choice(TEXTS).encode("utf-8", "replace").decode("latin-1").replace("\n", "")
    body = b""
    if method not in ("GET", "HEAD", "OPTIONS") or dice.random() < 0.02:
        right: Any = next((make() for part, make in BODIES.items() if part in rule), {})
        body = written(changed(right, dice) if dice.random() < 0.6 else right, dice)
        headers["CONTENT_TYPE"] = dice.choice(TYPES) if dice.random() < 0.08 else TYPES[0]
    return Sent(method, path, _query(dice), headers, body)


def _segment(part: str, known: Mapping[str, tuple[str, ...]], dice: Random) -> str:
    if not part.startswith("<"):
        return part if dice.random() < 0.998 else part.upper()
    name = part.strip("<>").rpartition(":")[2]
    if dice.random() < 0.8:
        return dice.choice(known.get(name, ("c",)))
    text = dice.choice(TEXTS)
    return text if dice.random() < 0.2 else quote(text.encode("utf-8", "replace"), safe="")


def _query(dice: Random) -> str:
    if dice.random() < 0.6:
        return ""
    pairs = [
        (dice.choice(PARAMETERS), dice.choice(QUERIED) if dice.random() < 0.8 else dice.choice(TEXTS))
        for _ in range(dice.randrange(1, 6))
    ]
    return "&".join(f"{key}={quote(value.encode('utf-8', 'replace'))}" for key, value in pairs)
