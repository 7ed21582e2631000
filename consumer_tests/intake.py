"""The reference intake of the scenario service: it takes a message, drops repeats and records the fact.

It stands in for the real service, which names its own in the settings: `handler = "module:name"`.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime

from contracts.testing import Message


class NotAnEventError(ValueError):
    """The message isn't an event that the scenario service knows."""


@dataclass(frozen=True)
class Fact:
    """What the scenario service keeps of an event."""

    event: str
    happened_at: datetime
    about: Mapping[str, str]


_READS = {
    "client_webinar_registered": ("client_id", "webinar_id"),
    "client_webinar_entered": ("client_id", "webinar_id", "visit_id"),
    "client_webinar_form_submitted": ("client_id", "webinar_id", "submission_id"),
    "client_webinar_completed": ("client_id", "webinar_id"),
    "client_webinar_left": ("client_id", "webinar_id", "visit_id"),
}


class Intake:
    """Takes messages; `facts` are those that it has recorded, by source and id."""

    def __init__(self) -> None:
        self.facts: dict[tuple[str, str], Fact] = {}

    def __call__(self, message: Message) -> bool:
        """Record the fact that a message states.

        Returns:
            True where the fact is new; False for a repeat, known by its source and id.

        Raises:
            NotAnEventError: the message isn't an event that the scenario service knows.
        """
        marker, fact = _parsed(message)
        if marker in self.facts:
            return False
        self.facts[marker] = fact
        return True


def _parsed(message: Message) -> tuple[tuple[str, str], Fact]:
    content_type = message.headers.get("content-type", "").partition(";")[0].strip().lower()
    if content_type != "application/cloudevents+json":
        raise NotAnEventError(f"the content type is {content_type!r}")
    try:
        event = json.loads(message.body)
        if event["specversion"] != "1.0":
            raise NotAnEventError(f"specversion is {event['specversion']!r}")
        keys = _READS[event["type"]]
        about = {key: str(event["data"][key]) for key in keys}
        return (event["source"], event["id"]), Fact(event["type"], datetime.fromisoformat(event["time"]), about)
    except (KeyError, TypeError, ValueError) as error:
        raise NotAnEventError(f"{type(error).__name__}: {error}") from None
