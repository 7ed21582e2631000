"""Reading a webhook as it is posted: what it has to hold, and what is wrong with it."""

from __future__ import annotations

import base64
import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any
from urllib.parse import urlsplit

from contracts.broker.embedded.problems import ValidationProblem
from contracts.broker.embedded.publication import name_error
from contracts.broker.embedded.webhooks.settings import WebhookSettings
from contracts.broker.embedded.webhooks.template import VARIABLES, placeholders, render

EVENTS = (
    "contract_published",
    "contract_content_changed",
    "contract_requiring_verification_published",
    "provider_verification_published",
    "provider_verification_succeeded",
    "provider_verification_failed",
)
DEFAULT_EVENTS = ("contract_content_changed",)
METHODS = ("POST", "PUT", "PATCH", "GET", "DELETE")
HIDDEN = "**********"
# A header's name (RFC 9110, section 5.1), and a value that stays one line.
_HEADER_NAME = re.compile(r"[!#$%&'*+.^_`|~0-9A-Za-z-]+")
_SECRET = re.compile(r"auth|token|key|secret|password|cookie", re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class WebhookRequest:
    """The request that a webhook sends; its texts may hold variables."""

    method: str
    url: str
    headers: Mapping[str, str]
    body: Any
    username: str | None
    password: str | None

    def shown_headers(self) -> dict[str, str]:
        """Return the headers as they may be shown: what could be a secret is hidden."""
        return {name: HIDDEN if _SECRET.search(name) else value for name, value in self.headers.items()}

    def basic_credentials(self) -> str:
        """Return the credentials as basic authentication sends them (RFC 7617)."""
        return base64.b64encode(f"{self.username or ''}:{self.password or ''}".encode()).decode()

    def without_secrets(self, text: str) -> str:
        """Return a text of the far side with the request's secrets hidden."""
        secrets = [value for name, value in self.headers.items() if _SECRET.search(name)]
        if self.password:
            secrets += [self.password, self.basic_credentials()]
        for secret in sorted(filter(None, secrets), key=len, reverse=True):
            text = text.replace(secret, HIDDEN)
        return text


@dataclass(frozen=True, slots=True)
class WebhookDefinition:
    """A webhook: on which events, for whom, what is sent."""

    description: str | None
    consumer: str | None
    provider: str | None
    enabled: bool
    events: tuple[str, ...]
    request: WebhookRequest


def webhook_definition(body: dict[str, Any], settings: WebhookSettings) -> WebhookDefinition:
    """Read and check a webhook.

    Raises:
        ValidationProblem: what is wrong, by field; a host that isn't allowed among it.
    """
    errors: dict[str, list[str]] = {}
    for side in ("consumer", "provider"):
        if text := _side_error(body.get(side)):
            errors[side] = [text]
    names = _event_names(body.get("events"), errors)
    if not isinstance(body.get("enabled", True), bool):
        errors["enabled"] = ["must be true or false"]
    if body.get("description") is not None and not isinstance(body["description"], str):
        errors["description"] = ["must be a string"]
    asked = body.get("request")
    if not isinstance(asked, dict):
        errors["request"] = ["is missing"]
    else:
        errors |= {f"request.{field}": [text] for field, text in _request_errors(asked, settings).items()}
    if errors:
        raise ValidationProblem(errors)
    assert isinstance(asked, dict)  # noqa: S101 - checked above
    return WebhookDefinition(
        description=body.get("description") or None,
        consumer=_name(body.get("consumer")),
        provider=_name(body.get("provider")),
        enabled=body.get("enabled", True),
        events=names,
        request=WebhookRequest(
            asked["method"].upper(),
            asked["url"],
            dict(asked.get("headers") or {}),
            asked.get("body"),
            asked.get("username"),
            asked.get("password"),
        ),
    )


def _name(side: Any) -> str | None:
    return side["name"] if side else None


def _side_error(side: Any) -> str | None:
    if side is None:
        return None
    if not isinstance(side, dict):
        return "must be an object"
    if side.get("label") is not None:
        return "can't be chosen by label: this broker has no labels, name it"
    text = name_error(side, "name") if side else None
    return f"name {text}" if text else None


def _event_names(events: Any, errors: dict[str, list[str]]) -> tuple[str, ...]:
    if events is None:
        return DEFAULT_EVENTS
    if not isinstance(events, list) or not events or not all(isinstance(one, dict) for one in events):
        errors["events"] = ["must be a list of at least one event"]
        return ()
    names = tuple(one.get("name") for one in events)
    unknown = [f"{name!r} is no event; those are {', '.join(EVENTS)}" for name in names if name not in EVENTS]
    if unknown:
        errors["events"] = unknown
    return tuple(dict.fromkeys(name for name in names if name in EVENTS))


def _request_errors(asked: dict[str, Any], settings: WebhookSettings) -> dict[str, str]:
    errors = {field: text for field in ("method", "url") if (text := name_error(asked, field))}
    if "method" not in errors and asked["method"].upper() not in METHODS:
        errors["method"] = f"must be one of {', '.join(METHODS)}"
    if "url" not in errors and (text := url_error(asked["url"], settings)):
        errors["url"] = text
    headers = asked.get("headers") or {}
    if not isinstance(headers, dict) or not all(
        _HEADER_NAME.fullmatch(name) and isinstance(value, str) and value.isprintable()
        for name, value in headers.items()
    ):
        errors["headers"] = "must be an object of header names and one-line texts"
    for field in ("username", "password"):
        if asked.get(field) is not None and not isinstance(asked[field], str):
            errors[field] = "must be a string"
    unknown = sorted({name for part in asked.values() for name in placeholders(part)} - set(VARIABLES))
    if unknown:
        errors["body"] = f"there is no variable {', '.join(unknown)}; there are {', '.join(VARIABLES)}"
    return errors


def url_error(url: str, settings: WebhookSettings) -> str | None:
    """Say what keeps a webhook from calling a URL: its form, or its host, which must be allowed and no variable."""
    try:
        hosts = {urlsplit(render(url, dict.fromkeys(VARIABLES, value))).hostname for value in ("a", "b")}
        scheme = urlsplit(url).scheme.lower()
    except ValueError:
        return "is no URL"
    if scheme not in {"http", "https"}:
        return "must be an http or https URL"
    if len(hosts) != 1:
        return "can't have a variable for a host"
    (host,) = hosts
    if not host:
        return "must name a host"
    if not settings.allows(host):
        return f"the host {host} isn't allowed: serve the broker with --webhook-host {host}"
    return None
