"""A broker of ours in a process of its own, and a plain client to ask any broker."""

from __future__ import annotations

import base64
import json
import os
import subprocess
import sys
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any
from urllib.parse import quote

import requests
from hypothesis import HealthCheck, settings

ROOT = Path(__file__).parents[2]
_SERVE = """
import encodings.idna, json, os, sys
from pathlib import Path
import waitress.server, contracts.broker.embedded.app, contracts.broker.embedded.webhooks.courier
from contracts.broker.embedded.callers import served
from contracts.model.connections import ConnectionLimits
from contracts.broker.embedded.server import serve
from contracts.broker.embedded.webhooks.settings import WebhookSettings
database, host, token, patience, user, base_url, webhooks, callers, connections = sys.argv[1:]
if user:
    os.setuid(int(user))
serve(
    Path(database), host, 0, served(host, token or None, **json.loads(callers))[0], lambda url: print(url, flush=True),
    patience=float(patience), base_url=base_url or None, webhooks=WebhookSettings(**json.loads(webhooks)),
    connections=ConnectionLimits(**json.loads(connections)),
)
"""
JSON = "application/json"
# Machines that run tests are shared: how long an example takes says nothing.
UNHURRIED = settings(deadline=None, suppress_health_check=[HealthCheck.too_slow])


@dataclass(frozen=True)
class Running:
    """A broker's address and, if it is ours, its process."""

    url: str
    process: subprocess.Popen[str]


@contextmanager
def running(
    database: Path,
    *,
    host: str = "127.0.0.1",
    token: str = "",
    patience: float = 10.0,
    user: str = "",
    base_url: str = "",
    webhooks: Mapping[str, Any] | None = None,
    callers: Mapping[str, Any] | None = None,
    connections: Mapping[str, Any] | None = None,
    **options: Any,
) -> Iterator[Running]:
    """Start a broker on a free port; it is ended at the latest with the block.

    Args:
        database: its file.
        host: the address to listen on.
        token: what clients have to bear.
        patience: how many seconds a write waits for a lock.
        user: the id of the user to serve as; empty for the one who runs the tests.
        base_url: the address that clients are told.
        webhooks: the attributes of `WebhookSettings` that aren't the defaults.
        callers: further arguments of `served`: the token to read with, names.
        connections: the attributes of `ConnectionLimits` that aren't the defaults.
        options: further arguments of `subprocess.Popen`.
    """
    process = subprocess.Popen(
        [
            *(sys.executable, "-c", _SERVE, str(database), host, token, str(patience), user),
            *(base_url, json.dumps(webhooks or {}), json.dumps({"base_url": base_url or None, **(callers or {})})),
            json.dumps(connections or {}),
        ],
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
        cwd=ROOT,
        env={**os.environ, "PYTHONPATH": str(ROOT)},
        **options,
    )
    try:
        assert process.stdout is not None
        url = process.stdout.readline().strip()
        assert url, process.stderr.read() if process.stderr else ""
        yield Running(url, process)
    finally:
        process.kill()
        process.communicate(timeout=30)


@dataclass(frozen=True)
class Broker:
    """A plain client: paths and bodies as they are, so that a test shows what goes over the wire."""

    url: str
    token: str = ""
    session: requests.Session = field(default_factory=requests.Session)

    def call(self, method: str, path: str, body: Any = None, **headers: str) -> requests.Response:
        """Send a request; a body that isn't bytes is sent as JSON; `path` may be a link."""
        sent = {"Accept": f"application/hal+json, {JSON}"}
        if body is not None:
            sent["Content-Type"] = JSON
        if self.token:
            sent["Authorization"] = f"Bearer {self.token}"
        sent |= {name.replace("_", "-"): value for name, value in headers.items()}
        data = body if body is None or isinstance(body, bytes) else json.dumps(body).encode()
        address = path if path.startswith("http") else self.url + path
        return self.session.request(method, address, data=data, headers=sent, timeout=30)

    def get(self, path: str) -> Any:
        """Return the document under an address, which has to be there."""
        response = self.call("GET", path)
        assert response.status_code == 200, (path, response.status_code, response.text)
        return response.json()

    def publish(
        self, consumer: str, number: str, *pacts: dict[str, Any], branch: str | None = "main", **more: Any
    ) -> requests.Response:
        """Publish pacts under a consumer version."""
        contracts = [
            {
                "consumerName": consumer,
                "providerName": pact["provider"]["name"],
                "specification": "pact",
                "contentType": JSON,
                "content": base64.b64encode(json.dumps(pact).encode()).decode(),
            }
            for pact in pacts
        ]
        body = {
            "pacticipantName": consumer,
            "pacticipantVersionNumber": number,
            "contracts": contracts,
            **more,
        }
        return self.call("POST", "/contracts/publish", body if branch is None else {**body, "branch": branch})

    def pact(self, consumer: str, provider: str, number: str) -> Any:
        """Return the pact that a consumer version published."""
        return self.get(f"/pacts/provider/{_q(provider)}/consumer/{_q(consumer)}/version/{_q(number)}")

    def post_result(self, pact: Any, number: str, *, success: bool, **more: Any) -> requests.Response:
        """Post a verification result for a pact that was read."""
        body = {"success": success, "providerApplicationVersion": number, **more}
        return self.call("POST", pact["_links"]["pb:publish-verification-results"]["href"], body)

    def put_on_branch(self, name: str, branch: str, number: str) -> requests.Response:
        """Put a version on a branch."""
        return self.call("PUT", f"/pacticipants/{_q(name)}/branches/{_q(branch)}/versions/{_q(number)}", {})

    def environment(self, name: str, *, production: bool = True) -> str:
        """Create an environment; return its uuid."""
        response = self.call("POST", "/environments", {"name": name, "production": production})
        assert response.status_code == 201, response.text
        return str(response.json()["uuid"])

    def deploy(self, name: str, number: str, environment: str) -> requests.Response:
        """Record a deployment; `environment` is the uuid."""
        path = f"/pacticipants/{_q(name)}/versions/{_q(number)}/deployed-versions/environment/{environment}"
        return self.call("POST", path, {})

    def can_i_deploy(self, name: str, number: str, environment: str) -> Any:
        """Return the matrix's summary, as the official command asks for it; `environment` is the name."""
        query = f"q[][pacticipant]={_q(name)}&q[][version]={_q(number)}&latestby=cvpv&environment={environment}"
        return self.get(f"/matrix?{query}")["summary"]

    def for_verification(self, provider: str, **body: Any) -> requests.Response:
        """Ask for the pacts to verify."""
        return self.call("POST", f"/pacts/provider/{_q(provider)}/for-verification", body)


def _q(segment: str) -> str:
    return quote(segment, safe="")


def interaction(name: str, *, pending: bool = False, example: str = "c-1") -> dict[str, Any]:
    """Return an asynchronous message interaction."""
    return {
        "type": "Asynchronous/Messages",
        "description": f"a {name} event",
        "key": name,
        "pending": pending,
        "providerStates": [{"name": name, "params": {"client_id": example}}],
        "contents": {"content": {"client_id": example}, "contentType": JSON, "encoded": False},
        "metadata": {"contentType": JSON},
    }


def pact(consumer: str, provider: str, *interactions: dict[str, Any], **metadata: Any) -> dict[str, Any]:
    """Return a V4 pact."""
    return {
        "consumer": {"name": consumer},
        "provider": {"name": provider},
        "interactions": list(interactions) or [interaction("completed")],
        "metadata": {"pactSpecification": {"version": "4.0"}, **metadata},
    }
