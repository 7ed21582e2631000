"""The reference intake keeps what it read, tells facts apart and refuses what it doesn't know."""

from __future__ import annotations

import json
from typing import Any

import pytest

from consumer_tests.intake import Intake, NotAnEventError
from contracts.testing import Message

EVENT: dict[str, Any] = {
    "specversion": "1.0",
    "id": "completed:client-1:webinar-1",
    "source": "client-webinar-tracker-v2",
    "type": "client_webinar_completed",
    "time": "2026-01-31T18:00:00+03:00",
    "data": {"client_id": "client-1", "webinar_id": "webinar-1"},
}


def message(**changes: Any) -> Message:
    """Return the message of an event with other attributes."""
    return Message(json.dumps({**EVENT, **changes}).encode())


def test_the_fact_is_kept() -> None:
    """What the service will act on is what the message said."""
    intake = Intake()
    intake(message())
    (fact,) = intake.facts.values()
    assert fact.event == "client_webinar_completed"
    assert fact.about == {"client_id": "client-1", "webinar_id": "webinar-1"}
    assert fact.happened_at.isoformat() == "2026-01-31T18:00:00+03:00"


@pytest.mark.parametrize("changes", [{"id": "another"}, {"source": "another-emitter"}])
def test_another_marker_is_another_fact(changes: dict[str, str]) -> None:
    """Only the same source and the same id together make a repeat."""
    intake = Intake()
    assert intake(message()) is True
    assert intake(message(**changes)) is True
    assert intake(message(time="2026-02-01T00:00:00Z")) is False


@pytest.mark.parametrize(
    "changes",
    [
        {"type": "client_webinar_paused"},
        {"specversion": "0.3"},
        {"time": "yesterday"},
        {"data": {"client_id": "client-1"}},
        {"data": None},
    ],
)
def test_what_is_no_event_is_refused(changes: dict[str, Any]) -> None:
    """An unknown or incomplete message is an error, not a fact."""
    intake = Intake()
    with pytest.raises(NotAnEventError):
        intake(message(**changes))
    assert not intake.facts


@pytest.mark.parametrize("body", [b"", b"[]", b"\xff", b"null"])
def test_what_is_no_json_object_is_refused(body: bytes) -> None:
    """A body of another form is an error."""
    with pytest.raises(NotAnEventError):
        Intake()(Message(body))


def test_another_content_type_is_refused() -> None:
    """Structured JSON mode only; a charset parameter is accepted."""
    body = json.dumps(EVENT).encode()
    with pytest.raises(NotAnEventError):
        Intake()(Message(body, {"content-type": "application/json"}))
    assert Intake()(Message(body, {"content-type": "application/cloudevents+json; charset=UTF-8"}))
