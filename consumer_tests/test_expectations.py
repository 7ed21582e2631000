"""What the scenario service reads of each canonical event.

Each test says what is read, and hands the message to the service's own intake: once with what is read and
nothing else, once with the whole canonical event. A full, green `contracts capture` writes it into the pacts.
"""

from __future__ import annotations

from contracts.testing import Expect, Handler

ENVELOPE = ("specversion", "id", "source", "type", "time")


def test_a_completed_webinar_is_recorded(expect: Expect, handler: Handler) -> None:
    """The completion of a webinar is recorded once."""
    message = expect(
        "client_webinar_completed",
        "the completion of a webinar",
        reads=[*ENVELOPE, "data.client_id", "data.webinar_id"],
    )
    assert handler(message) is True
    assert handler(message) is False


def test_an_entered_webinar_is_recorded(expect: Expect, handler: Handler) -> None:
    """Each visit to a webinar is recorded once."""
    message = expect(
        "client_webinar_entered",
        "the start of a visit",
        reads=[*ENVELOPE, "data.client_id", "data.webinar_id", "data.visit_id"],
    )
    assert handler(message) is True
    assert handler(message) is False


def test_a_submitted_form_is_recorded(expect: Expect, handler: Handler) -> None:
    """Each submission of a form is recorded once."""
    message = expect(
        "client_webinar_form_submitted",
        "the submission of a form",
        reads=[*ENVELOPE, "data.client_id", "data.webinar_id", "data.submission_id"],
    )
    assert handler(message) is True
    assert handler(message) is False


def test_a_registration_is_recorded(expect: Expect, handler: Handler) -> None:
    """A registration is recorded once; no emitter may state it yet, so that it is in no pact."""
    message = expect(
        "client_webinar_registered",
        "a registration",
        reads=[*ENVELOPE, "data.client_id", "data.webinar_id"],
    )
    assert handler(message) is True
    assert handler(message) is False


def test_a_left_webinar_is_recorded(expect: Expect, handler: Handler) -> None:
    """The end of each visit is recorded once; no emitter may state it yet, so that it is in no pact."""
    message = expect(
        "client_webinar_left",
        "the end of a visit",
        reads=[*ENVELOPE, "data.client_id", "data.webinar_id", "data.visit_id"],
    )
    assert handler(message) is True
    assert handler(message) is False
