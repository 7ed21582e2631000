"""What the test suite of an emitter's version records: all that the table holds of it, unless the table says less."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from datetime import datetime
from typing import Any

from tests.release.world.contract import TRACKER
from tests.release.world.table import Flaw, Hidden, Statement, Version

PASSED, REFUSED = 202, 503


def recording(version: Version, at: datetime, clean: bool) -> str:
    """Return the captures of a version.

    Args:
        at: when its tests ran.
        clean: its folder was the commit's when they ran.
    """
    lines = []
    for event, statement in version.states.items():
        for message in _messages(version, event, statement):
            noted = {"at": at.isoformat(), **message}
            if version.name in NOTE_COMMITS:
                noted["commit"] = {"id": version.commit, "clean": clean}
            lines.append(json.dumps(noted))
    return "".join(f"{line}\n" for line in lines)


NOTE_COMMITS = (TRACKER,)
"""The emitters whose recorder notes the checkout's commit; of the others' captures the time alone says when."""


def _messages(version: Version, event: str, statement: Statement) -> Iterator[Mapping[str, Any]]:
    """Yield a fact stated once, one stated twice, and one whose first delivery is refused."""
    yield _message(version, event, statement, fact="once")
    if statement.hidden is Hidden.REPEATS:
        return
    yield _message(version, event, statement, fact="twice")
    yield _message(version, event, statement, fact="twice", attempt=2)
    if statement.hidden is Hidden.REFUSALS:
        return
    yield _message(version, event, statement, fact="refused", status=REFUSED)
    if statement.flaw is not Flaw.LOSES:
        yield _message(version, event, statement, fact="refused", attempt=2)


def _message(
    version: Version, event: str, statement: Statement, *, fact: str, attempt: int = 1, status: int = PASSED
) -> Mapping[str, Any]:
    keys = version.contract.edition.keys(event)
    stated = {key: f"{key.removesuffix('_id')}-{fact}" for key in keys}
    data = {key: value for key, value in stated.items() if key != statement.lacks}
    if statement.flaw is Flaw.EXTRA:
        data["next_step"] = "call"
    marker = f"{event}-{fact}"
    if statement.flaw is Flaw.MARKER and attempt > 1:
        marker += f"-{attempt}"
    body = {
        "specversion": "1.0",
        "id": marker,
        "source": version.name,
        "type": event,
        "time": "2026-03-01T18:00:00+03:00",
        "data": data,
    }
    kind = "application/json" if statement.flaw is Flaw.TYPE else "application/cloudevents+json"
    fact_key = {key: value for key, value in stated.items() if key != "room_id"}
    return {
        "method": "POST",
        "url": "https://scenarios.example/events",
        "headers": {"content-type": kind},
        "body": json.dumps(body),
        "body_encoding": "utf-8",
        "response": {"status": status},
        "trigger": {"event": event, "fact": fact_key, "attempt": attempt},
    }
