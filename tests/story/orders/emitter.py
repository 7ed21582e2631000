"""The shop: it states facts through an outbox, and sends them with httpx."""

import json
import sqlite3
import tempfile
import uuid
from collections.abc import Callable, Mapping
from contextlib import closing
from datetime import UTC, datetime
from functools import cache
from pathlib import Path
from typing import Any

import httpx

SOURCE = "shop"
STATED = ("order_placed",)
KEYS = {"order_placed": ("order_id",), "order_paid": ("order_id", "payment_id")}
# Each event with the rest of its data, beside the fact key.
DATA: dict[str, Callable[[], Mapping[str, Any]]] = {
    "order_placed": lambda: {
        "items": [
            {"sku": "tea-1", "quantity": 2, "price": {"minor_units": 450, "currency": "EUR"}},
            {"sku": "cup-7", "quantity": 1, "price": {"minor_units": 999, "currency": "EUR"}, "gift_note_id": "g-1"},
        ],
        "total": {"minor_units": 1899, "currency": "EUR"},
    },
    "order_paid": lambda: {"amount": {"minor_units": 1899, "currency": "EUR"}, "method": "card"},
}


class Shop:
    """States facts through an outbox, which is one SQLite file."""

    def __init__(self, outbox: Path, destination: str) -> None:
        self._outbox = outbox
        self._destination = destination
        self._run("CREATE TABLE IF NOT EXISTS outbox (id TEXT PRIMARY KEY, body TEXT NOT NULL, sent INT DEFAULT 0)")

    def state(self, event: str, fact: Mapping[str, Any]) -> None:
        """Store a fact, once, and send what the receiver hasn't taken yet."""
        key = {name: fact[name] for name in KEYS[event]}
        marker = str(uuid.uuid5(uuid.NAMESPACE_URL, json.dumps([SOURCE, event, *key.values()])))
        message = {
            "specversion": "1.0",
            "id": marker,
            "source": SOURCE,
            "type": event,
            "time": datetime.now(UTC).isoformat(timespec="milliseconds"),
            "data": {**key, **DATA[event]()},
        }
        self._run("INSERT OR IGNORE INTO outbox (id, body) VALUES (?, ?)", marker, json.dumps(message))
        for waiting, body in self._run("SELECT id, body FROM outbox WHERE NOT sent ORDER BY rowid"):
            if self._post(body):
                self._run("UPDATE outbox SET sent = 1 WHERE id = ?", waiting)

    def _post(self, body: str) -> bool:
        headers = {"Content-Type": "application/cloudevents+json"}
        try:
            return httpx.post(self._destination, content=body.encode(), headers=headers, timeout=10).is_success
        except httpx.HTTPError:
            return False

    def _run(self, statement: str, *values: str) -> list[Any]:
        with closing(sqlite3.connect(self._outbox, timeout=10)) as database, database:
            return database.execute(statement, values).fetchall()


def emit(trigger: Any, destination: str) -> None:
    """State the fact of a trigger: what the verification calls, for contracts.toml names it."""
    if trigger.event not in STATED:
        raise NotImplementedError(trigger.event)
    Shop(Path(_folder_of_this_run().name) / "outbox.sqlite", destination).state(trigger.event, trigger.fact)


@cache
def _folder_of_this_run() -> tempfile.TemporaryDirectory[str]:
    return tempfile.TemporaryDirectory()
