"""A broker for the emitters' CI: what is deployed to `production` is kept, what is deployed to `strict` isn't."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest

from contracts.broker.access import BrokerAccess
from contracts.broker.client import BrokerClient, client_for
from contracts.broker.publishing import PactPublication, publish
from contracts.model.pact import parse_pact
from tests.ci.repository import ENTERED, ROOT, TRACKER, commit
from tests.release.brokers import served

CONSUMER = "client-webinar-scenario-service"
TOKEN = "a-token-that-nobody-may-see"


@dataclass(frozen=True)
class Broker:
    """A broker that asks for a token."""

    client: BrokerClient
    url: str

    @property
    def variables(self) -> dict[str, str]:
        """What an emitter's CI sets."""
        return {"PACT_BROKER_BASE_URL": self.url, "PACT_BROKER_TOKEN": TOKEN}

    def version(self, number: str) -> int:
        """Return the status of asking for a version of the tracker."""
        return self.client.ask("GET", f"pacticipants/{TRACKER}/versions/{number}").status


@pytest.fixture(scope="session")
def broker(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Broker]:
    """Serve a broker; the consumer in `strict` requires an event that is planned."""
    folder = tmp_path_factory.mktemp("broker")
    with served(folder / "broker.sqlite", token=TOKEN) as (url, _):
        found = Broker(client_for(BrokerAccess(url, token=TOKEN)), url)
        document = json.loads((ROOT / "pacts" / f"{CONSUMER}-{TRACKER}.json").read_text(encoding="utf-8"))
        _deploy(found, "production", "c1", json.dumps(document))
        for interaction in document["interactions"]:
            interaction["pending"] = interaction["pending"] and not interaction["key"].startswith(ENTERED)
        _deploy(found, "strict", "c2", json.dumps(document))
        yield found


def _deploy(broker: Broker, environment: str, version: str, pact: str) -> None:
    publish(broker.client, PactPublication(CONSUMER, version, "main", (parse_pact(pact, source="the pact"),)))
    for command in (
        ["create-environment", environment],
        ["record-deployment", CONSUMER, "--version", version, "--to-environment", environment],
    ):
        subprocess.run(
            [sys.executable, "-m", "contracts.cli", *command],
            cwd=ROOT, env={**os.environ, **broker.variables}, check=True, timeout=60, capture_output=True,
        )  # fmt: skip


@pytest.fixture
def repository(tmp_path: Path) -> Path:
    """An emitter's repository with one commit and nothing in it."""
    folder = tmp_path / "repository"
    folder.mkdir()
    commit(folder)
    return folder
