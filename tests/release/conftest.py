"""What the release tests share: a project with pacts, and a broker in process and over a socket."""

from __future__ import annotations

import os
from collections.abc import Iterator
from pathlib import Path

import pytest
import requests

from contracts.broker.access import BrokerAccess
from contracts.broker.client import BrokerClient, client_for
from contracts.consumer.pact_writing import write_pacts
from contracts.project.broker_choice import embedded_client
from contracts.project.domain import load_domain
from contracts.project.settings import Settings, load_settings
from tests.release.brokers import served
from tests.release.commands import Cli
from tests.release.project import CI_VARIABLES, CONSUMER, CRM, TRACKER, add_consumer_tests, make_project

REAL_BROKER = "CONTRACTS_TEST_BROKER_URL"


@pytest.fixture(autouse=True)
def _no_variables(monkeypatch: pytest.MonkeyPatch) -> None:
    """Run every test without the variables of a CI job or of the developer's broker."""
    for name in CI_VARIABLES:
        monkeypatch.delenv(name, raising=False)


@pytest.fixture
def settings(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Settings:
    """Return the settings of a project whose folder is the current one: a registry and no pacts yet."""
    root = make_project(tmp_path / "project")
    monkeypatch.chdir(root)
    return load_settings(root)


@pytest.fixture(scope="session")
def written_pacts(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The pacts of a scenario service that reads the tracker's three events, written once."""
    root = make_project(tmp_path_factory.mktemp("written"))
    add_consumer_tests(root)
    settings = load_settings(root)
    write_pacts(settings, load_domain(settings), check=False, echo=print)
    return root / "pacts"


@pytest.fixture(params=["in process", "socket", *(["real"] if REAL_BROKER in os.environ else [])])
def client(request: pytest.FixtureRequest, settings: Settings, tmp_path: Path) -> Iterator[BrokerClient]:
    """Return a client of an empty broker: the embedded one in process, over a socket, and a real one if named."""
    if request.param == "in process":
        yield embedded_client(settings)
    elif request.param == "socket":
        with served(tmp_path / "served.sqlite") as (url, _):
            yield client_for(BrokerAccess(url))
    else:
        yield client_for(_emptied(os.environ[REAL_BROKER]))


def _emptied(url: str) -> BrokerAccess:
    """Remove what an earlier test left in the real broker, which has to be one that nobody needs."""
    for name in (CONSUMER, TRACKER, CRM):
        requests.delete(f"{url}/pacticipants/{name}", timeout=10)
    return BrokerAccess(url)


@pytest.fixture(params=["in process", "socket"])
def cli(
    request: pytest.FixtureRequest,
    settings: Settings,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> Iterator[Cli]:
    """Return `contracts …` with an empty broker: the project's own in process, or one over a socket."""
    if request.param == "in process":
        yield Cli(capsys, embedded_client(settings))
    else:
        with served(tmp_path / "served.sqlite") as (url, _):
            monkeypatch.setenv("PACT_BROKER_BASE_URL", url)
            yield Cli(capsys, client_for(BrokerAccess(url)))


@pytest.fixture
def own_cli(settings: Settings, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> Cli:
    """Return `contracts …` with the project's own empty broker."""
    return Cli(capsys, embedded_client(settings))
