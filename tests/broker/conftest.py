"""A broker to talk to: ours, or the real one that `CONTRACTS_TEST_BROKER_URL` names."""

from __future__ import annotations

import os
import uuid
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest

from tests.broker.running import Broker, running

REAL_BROKER = os.environ.get("CONTRACTS_TEST_BROKER_URL", "").rstrip("/")


@dataclass(frozen=True)
class Names:
    """Names that no other test uses, for a broker that many tests share."""

    consumer: str
    provider: str
    environment: str


@pytest.fixture(scope="session")
def shared_broker(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Broker]:
    """The broker that the tests of native behaviour share."""
    if REAL_BROKER:
        yield Broker(REAL_BROKER, token=os.environ.get("CONTRACTS_TEST_BROKER_TOKEN", ""))
        return
    with running(tmp_path_factory.mktemp("broker") / "broker.sqlite") as started:
        yield Broker(started.url)


@pytest.fixture
def names() -> Names:
    """Names of this test's own."""
    mark = uuid.uuid4().hex[:10]
    return Names(f"consumer-{mark}", f"provider-{mark}", f"environment-{mark}")


@pytest.fixture
def database(tmp_path: Path) -> Path:
    """The file of a broker of this test's own."""
    return tmp_path / "broker.sqlite"


@pytest.fixture
def broker(database: Path) -> Iterator[Broker]:
    """A broker of ours, of this test's own."""
    with running(database) as started:
        yield Broker(started.url)
