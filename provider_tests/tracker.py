"""The reference tracker: a stand-in of client-webinar-tracker-v2, and an example of a Python emitter.

It keeps three promises that an emitter of canonical events makes:

- The marker (`id`) is derived from the fact, so that every repeat carries the same one.
- A message is stored with its fact and sent as it was stored, so that a retry says the same, `time` included.
- A message stays in the outbox until the receiver has answered 2xx, also across a restart.
"""

from __future__ import annotations

import atexit
import json
import os
import shutil
import sqlite3
import tempfile
import uuid
from collections.abc import Iterator, Mapping
from contextlib import closing, contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from functools import cache
from pathlib import Path

import requests

from contracts.model.emission import Trigger

SOURCE = "client-webinar-tracker-v2"
IMPLEMENTED = {"client_webinar_completed": ("client_id", "webinar_id")}
"""The events that the tracker states, each with its fact key."""

_NAMESPACE = uuid.uuid5(uuid.NAMESPACE_DNS, SOURCE)


def emit(trigger: Trigger, destination: str) -> None:
    """State the fact of `trigger`: what `contracts verify client-webinar-tracker-v2` calls.

    Args:
        trigger: the event and the values of its fact key.
        destination: the URL that messages are posted to.

    Raises:
        NotImplementedError: the tracker doesn't state this event yet.
    """
    if trigger.event not in IMPLEMENTED:
        raise NotImplementedError(trigger.event)
    tracker = Tracker(outbox_file(), destination)
    tracker.state(trigger.event, trigger.fact)
    tracker.deliver()


@cache
def outbox_file() -> Path:
    """Return the file that `TRACKER_OUTBOX` names, or one that lasts as long as this process."""
    named = os.environ.get("TRACKER_OUTBOX")
    if named:
        return Path(named)
    folder = tempfile.mkdtemp(prefix="tracker-")
    atexit.register(shutil.rmtree, folder, ignore_errors=True)
    return Path(folder) / "outbox.sqlite"


def marker(event: str, fact: Mapping[str, str]) -> str:
    """Return the marker of a fact: a UUIDv5 of source, type and fact key."""
    values = [fact[key] for key in IMPLEMENTED[event]]
    return str(uuid.uuid5(_NAMESPACE, json.dumps([SOURCE, event, *values])))


@dataclass(frozen=True, slots=True)
class Tracker:
    """States facts through an outbox.

    Attributes:
        outbox: the SQLite file that holds what was stated; it is made where it is missing.
        destination: the URL that messages are posted to.
    """

    outbox: Path
    destination: str

    def state(self, event: str, fact: Mapping[str, str]) -> None:
        """Write a fact into the outbox, once: its marker is the primary key."""
        message = {
            "specversion": "1.0",
            "id": marker(event, fact),
            "source": SOURCE,
            "type": event,
            "time": datetime.now(UTC).isoformat(timespec="milliseconds"),
            "data": {key: fact[key] for key in IMPLEMENTED[event]},
        }
        with self._database() as database:
            database.execute(
                "INSERT OR IGNORE INTO outbox (marker, body) VALUES (?, ?)", (message["id"], json.dumps(message))
            )

    def deliver(self) -> None:
        """Post what the receiver hasn't taken yet; what it refuses stays for the next time."""
        with self._database() as database:
            waiting = database.execute("SELECT marker, body FROM outbox WHERE NOT delivered ORDER BY rowid").fetchall()
        for name, body in waiting:
            if self._post(body):
                with self._database() as database:
                    database.execute("UPDATE outbox SET delivered = TRUE WHERE marker = ?", (name,))

    def _post(self, body: str) -> bool:
        try:
            answer = requests.post(
                self.destination,
                data=body.encode(),
                headers={"Content-Type": "application/cloudevents+json"},
                timeout=10,
                # A redirected POST may arrive as a GET without a body, and its 200 would look like a delivery.
                allow_redirects=False,
            )
        except requests.RequestException:
            return False
        return 200 <= answer.status_code < 300

    @contextmanager
    def _database(self) -> Iterator[sqlite3.Connection]:
        """Open the outbox for one transaction; no transaction is open while a message is under way."""
        with closing(sqlite3.connect(self.outbox, timeout=10)) as database, database:
            database.execute(
                "CREATE TABLE IF NOT EXISTS outbox"
                " (marker TEXT PRIMARY KEY, body TEXT NOT NULL, delivered BOOLEAN NOT NULL DEFAULT FALSE)"
            )
            yield database
