"""A broker's file with a long history, made in a few transactions, and what a request to it costs."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import requests

from contracts.broker.embedded.app import create_app
from contracts.broker.embedded.context import STORE_KEY
from contracts.broker.embedded.inprocess import BASE_URL, WsgiAdapter
from contracts.broker.embedded.records.pacts import publish
from contracts.broker.embedded.records.participants import ensure_version
from contracts.broker.embedded.records.results import add_result
from contracts.broker.embedded.store import Store
from tests.broker.running import Broker, interaction, pact

# SQLite reports every so many instructions of its machine.
_GRAIN = 10
_AT_ONCE = 250


@dataclass
class Grown:
    """A broker in this process whose history grows: consumer `c`, provider `p`, versions `c0`, `p0` and so on."""

    broker: Broker
    store: Store
    size: int = 0
    instructions: int = 0

    def grow(self, size: int, *, same_content: bool = False) -> None:
        """Publish and verify further versions; each tenth is a branch's of its own, in progress."""
        for start in range(self.size, size, _AT_ONCE):
            with self.store.write() as db:
                for index in range(start, min(start + _AT_ONCE, size)):
                    progress = index % 10 == 0
                    example = "c-same" if same_content and not progress else f"c-{index}"
                    version = ensure_version(db, "c", f"c{index}", branch=f"feat/{index}" if progress else "main")
                    published = publish(db, version, "p", pact("c", "p", interaction("completed", example=example)))
                    ensure_version(db, "p", f"p{index}", branch="main")
                    if not progress:
                        add_result(
                            db, published, provider_version=f"p{index}", success=True, wip=False,
                            build_url=None, test_results=None, verified_by={},
                        )  # fmt: skip
        self.size = size

    def cost(self, request: Callable[[], object]) -> int:
        """Return how many instructions of SQLite's machine a request takes: no clock, so no noise."""
        before = self.instructions
        request()
        return (self.instructions - before) * _GRAIN


def grown(database: Path) -> Grown:
    """Return a broker with an empty history."""
    app = create_app(database)
    store: Store = app.config[STORE_KEY]
    session = requests.Session()
    session.trust_env = False
    session.mount(BASE_URL, WsgiAdapter(app))
    made = Grown(Broker(BASE_URL.rstrip("/"), session=session), store)

    def count() -> int:
        made.instructions += 1
        return 0

    # One request at a time is asked: it gets the one connection that is idle.
    with store.read() as db:
        db.set_progress_handler(count, _GRAIN)
    return made
