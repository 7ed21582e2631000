"""The vocabulary of the HAL API: addresses, links and JSON answers."""

from __future__ import annotations

import json
from dataclasses import dataclass
from functools import lru_cache
from typing import Any
from urllib.parse import quote

from flask import Request, Response, current_app

BASE_URL_KEY = "contracts.broker.base_url"
HAL_JSON = "application/hal+json"
Link = dict[str, Any]


def json_response(body: Any, status: int = 200, *, kind: str = HAL_JSON, location: str | None = None) -> Response:
    """Answer with a JSON document.

    Args:
        body: the document.
        status: the HTTP status.
        kind: its media type.
        location: the address of what was created.
    """
    response = Response(json.dumps(body, separators=(",", ":")), status, content_type=f"{kind};charset=utf-8")
    if location is not None:
        response.headers["Location"] = location
    return response


def base_url(request: Request) -> str:
    """Return the address that the client knows this broker by, without a slash at the end; empty where it has none."""
    said: str | None = current_app.config[BASE_URL_KEY]
    try:
        return said or request.root_url.rstrip("/")
    except ValueError:
        # `Host: [::1` is the beginning of an address.
        return ""


def link(href: str, title: str | None = None, name: str | None = None, *, templated: bool = False) -> Link:
    """Return a link object with the members that are known."""
    members = {"title": title, "name": name, "href": href, "templated": templated or None}
    return {key: value for key, value in members.items() if value is not None}


def moment(at: str) -> str:
    """Return a stored time as it is shown: RFC 3339, to the second."""
    return f"{at[:19]}+00:00"


@lru_cache(maxsize=4096)
def _quoted(segment: str) -> str:
    # One document holds dozens of addresses, made of the same few names.
    return quote(segment, safe="")


@dataclass(frozen=True, slots=True)
class Addresses:
    """The addresses of the API's resources.

    Args:
        base: the broker's own address, without a slash at the end.
    """

    base: str

    def _at(self, *segments: str) -> str:
        return "/".join((self.base, *map(_quoted, segments)))

    def pacticipant(self, name: str) -> str:
        """Return the address of a pacticipant."""
        return self._at("pacticipants", name)

    def version(self, name: str, number: str) -> str:
        """Return the address of a pacticipant's version."""
        return self._at("pacticipants", name, "versions", number)

    def tag(self, name: str, number: str, tag: str) -> str:
        """Return the address of a version's tag."""
        return self._at("pacticipants", name, "versions", number, "tags", tag)

    def branch(self, name: str, branch: str) -> str:
        """Return the address of a branch."""
        return self._at("pacticipants", name, "branches", branch)

    def branch_version(self, name: str, branch: str, number: str) -> str:
        """Return the address of a version on a branch."""
        return self._at("pacticipants", name, "branches", branch, "versions", number)

    def environment(self, uuid: str) -> str:
        """Return the address of an environment."""
        return self._at("environments", uuid)

    def placement(self, kind: str, uuid: str) -> str:
        """Return the address of a deployed or released version."""
        return self._at(f"{kind}-versions", uuid)

    def record(self, name: str, number: str, kind: str, environment: str) -> str:
        """Return the address that a version's deployment or release to an environment is posted to."""
        return self._at("pacticipants", name, "versions", number, f"{kind}-versions", "environment", environment)

    def pacts_of(self, provider: str, *rest: str) -> str:
        """Return an address below a provider's pacts."""
        return self._at("pacts", "provider", provider, *rest)

    def pair(self, provider: str, consumer: str, *rest: str) -> str:
        """Return an address below the pacts between a consumer and a provider."""
        return self.pacts_of(provider, "consumer", consumer, *rest)

    def pact(self, provider: str, consumer: str, number: str) -> str:
        """Return the address of the pact that a consumer version published."""
        return self.pair(provider, consumer, "version", number)

    def pact_version(self, provider: str, consumer: str, digest: str, metadata: str | None = None) -> str:
        """Return the address of a pact's content, with why it was selected."""
        return self.pair(provider, consumer, "pact-version", digest, *(("metadata", metadata) if metadata else ()))

    def results(self, provider: str, consumer: str, digest: str, metadata: str | None = None) -> str:
        """Return the address that verification results are posted to."""
        return self.pact_version(provider, consumer, digest, metadata) + "/verification-results"

    def webhooks(self) -> str:
        """Return the address of the webhooks."""
        return self._at("webhooks")

    def webhook(self, uuid: str) -> str:
        """Return the address of a webhook."""
        return self._at("webhooks", uuid)

    def webhook_logs(self, uuid: str) -> str:
        """Return the address of the log of a webhook's call."""
        return self._at("triggered-webhooks", uuid, "logs")
