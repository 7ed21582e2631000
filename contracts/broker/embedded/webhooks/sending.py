"""Sending a webhook's request once, and what is written down of it: never a secret."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any
from urllib.parse import urlsplit, urlunsplit

import requests
from requests.exceptions import RequestException

from contracts.broker.embedded.webhooks.definition import HIDDEN, WebhookRequest, url_error
from contracts.broker.embedded.webhooks.settings import WebhookSettings
from contracts.broker.embedded.webhooks.template import render, render_url

_SHOWN = 10_000
"""How many bytes of an answer are kept."""


@dataclass(frozen=True, slots=True)
class Sent:
    """A request that was sent, or couldn't be, as it may be shown."""

    method: str
    url: str
    headers: Mapping[str, str]
    body: Any
    status: int | None
    answer_headers: Mapping[str, str]
    answer: str
    error: str | None

    @property
    def success(self) -> bool:
        """Whether it was answered with a status that means so: 2xx."""
        return self.status is not None and 200 <= self.status < 300

    @property
    def log(self) -> str:
        """What happened, line by line."""
        lines = [f"{self.method} {self.url}"]
        lines += [f"{name}: {value}" for name, value in self.headers.items()]
        if self.body is not None:
            lines += ["", self.body if isinstance(self.body, str) else json.dumps(self.body)]
        lines += ["", f"failed: {self.error}" if self.error else f"answered {self.status}"]
        if self.answer:
            lines += ["", self.answer]
        return "\n".join(lines)


def send(request: WebhookRequest, variables: Mapping[str, str], settings: WebhookSettings) -> Sent:
    """Send a webhook's request with its variables filled in; what goes wrong is part of what is returned."""
    url = render_url(request.url, variables)
    headers = {name: render(value, variables) for name, value in request.headers.items()}
    body = render(request.body, variables)
    shown = WebhookRequest(request.method, url, headers, body, request.username, request.password)
    # What is allowed may have changed since the webhook was stored.
    error = url_error(request.url, settings)
    response = None
    if error is None:
        try:
            response = _post(shown, settings.timeout)
        except (RequestException, UnicodeError) as failure:
            error = f"{type(failure).__name__}: {failure}"
    known = response.headers if response is not None else {}
    return Sent(
        request.method,
        _without_userinfo(url),
        {**shown.shown_headers(), **({"Authorization": f"Basic {HIDDEN}"} if request.username else {})},
        body,
        response.status_code if response is not None else None,
        {name: shown.without_secrets(value) for name, value in known.items()},
        shown.without_secrets(_text(response)) if response is not None else "",
        shown.without_secrets(error) if error is not None else None,
    )


def _post(request: WebhookRequest, timeout: float) -> requests.Response:
    with requests.Session() as session:
        # No proxy and no netrc of whoever serves; a redirection could lead to a host that isn't allowed.
        session.trust_env = False
        headers = dict(request.headers)
        data = None
        if request.body is not None:
            text = request.body if isinstance(request.body, str) else json.dumps(request.body, ensure_ascii=False)
            data = text.encode()
            if not any(name.lower() == "content-type" for name in headers):
                headers["Content-Type"] = "application/json"
        if request.username:
            headers["Authorization"] = f"Basic {request.basic_credentials()}"
        response = session.request(
            request.method,
            request.url,
            headers={name: value.encode() for name, value in headers.items()},
            data=data,
            timeout=timeout,
            allow_redirects=False,
            stream=True,
        )
        # Read while the connection is open, and no more than is kept.
        response._content = response.raw.read(_SHOWN, decode_content=True)
        return response


def _text(response: requests.Response) -> str:
    return (response.content or b"").decode("utf-8", "replace")


def _without_userinfo(url: str) -> str:
    parts = urlsplit(url)
    return urlunsplit(parts._replace(netloc=parts.netloc.rpartition("@")[2]))
