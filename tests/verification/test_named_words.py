"""A key that the canonical event itself names is what the emitter was asked for, whatever words it holds."""

from __future__ import annotations

import json
from typing import ClassVar, Literal

from contracts.model.events import CanonicalEvent, EventData, Token
from contracts.verification.shape import shape_findings
from tests.verification.support import emission, read_message, webinar_domain


class Print(EventData):
    """How a book was printed."""

    page_count: int
    delivery_channel: Token


class Printed(EventData):
    """Two books."""

    book_id: Token
    prints: list[Print]


class BookPrinted(CanonicalEvent):
    """Books were printed."""

    fact_key: ClassVar[tuple[str, ...]] = ("book_id",)
    type: Literal["book_printed"]
    data: Printed


def found(data: dict[str, object]) -> list[tuple[str, str | None]]:
    """Return the rule and the path of each finding of a message with these data."""
    body = {
        "specversion": "1.0", "id": "a", "source": "press", "type": "book_printed", "time": "2026-03-01T18:00:00Z",
        "data": data,
    }  # fmt: skip
    message = read_message(emission(json.dumps(body).encode()))
    findings = shape_findings(message, BookPrinted, webinar_domain().registry.vocabulary)
    return [(finding.rule, finding.path) for finding in findings]


def test_a_named_key_with_a_refused_word_is_no_finding() -> None:
    """Both of them, in each of two items; a value that is wrong is still a finding of the schema."""
    printed = {"page_count": 1, "delivery_channel": "post"}
    assert found({"book_id": "a", "prints": [printed, printed]}) == []
    wrong = {"page_count": "one", "delivery_channel": "post"}
    assert found({"book_id": "a", "prints": [printed, wrong]}) == [("event-schema", "$.data.prints[1].page_count")]


def test_the_same_key_in_another_place_is_a_finding() -> None:
    """Where the event doesn't name it, nobody asked for it."""
    printed = {"page_count": 1, "delivery_channel": "post", "next_step": "b"}
    assert found({"book_id": "a", "page_count": 1, "prints": [printed]}) == [
        ("not-a-fact", "$.data.page_count"),
        ("not-a-fact", "$.data.prints[0].next_step"),
    ]
