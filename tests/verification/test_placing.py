"""Which pair an emission belongs to, and the precedence of what is wrong with it."""

from __future__ import annotations

from typing import Any

import pytest

from contracts.model.emission import Trigger
from tests.verification.support import COMPLETED, ENTERED, FACTS, LEFT, TRACKER, emission, message, rules_of, run

TRIGGER = Trigger(event=COMPLETED, fact=FACTS[COMPLETED])


def only(body: Any, **rest: Any) -> tuple[set[str], set[str]]:
    """Return the findings and violations of one emission beside a good one, each in a world of its own."""
    found = rules_of(run([emission(context="a"), emission(body, context="b", **rest)]))
    return found["finding"], found["violation"]


@pytest.mark.parametrize(
    ("header", "right"),
    [
        ("application/cloudevents+json", True),
        ("application/cloudevents+json; charset=utf-8", True),
        ('Application/CloudEvents+JSON ; Charset="UTF-8"', True),
        ("application/cloudevents+json;", True),
        ("application/json", False),
        ("application/cloudevents-batch+json", False),
        ("application/cloudevents+json; charset=windows-1251", False),
        ("application/cloudevents+json; profile=x", False),
        ("application/cloudevents+json; charset", False),
        ("", False),
        (None, False),
    ],
)
def test_content_types(header: str | None, right: bool) -> None:
    """The structured JSON mode's media type, in any case, alone or with UTF-8 as charset."""
    findings, violations = only(None, content_type=header)
    assert findings == (set() if right else {"content-type"})
    assert violations == set()


def test_a_wrong_content_type_hides_nothing_but_the_pacts() -> None:
    """What the body holds is judged by every rule but pact-mismatch: a JSON body is JSON under any name."""
    findings, violations = only(message(data={"button": 1}), content_type="text/plain")
    assert (findings, violations) == ({"content-type", "event-schema", "not-a-fact"}, set())
    other = message(data={"client_id": "canned", "webinar_id": "webinar-1"})
    assert only(other, trigger=TRIGGER, content_type="text/plain")[0] == {"content-type", "wrong-fact"}
    assert only("a=b", trigger=TRIGGER, content_type="text/plain")[0] == {"content-type", "event-schema"}
    assert only(message(), content_type="text/plain") == ({"content-type"}, set())


def test_a_wrong_content_type_hides_no_violation() -> None:
    """Another's name, an event of nobody and one that isn't permitted: at most one of them and the content type."""
    assert only(message(source="other"), content_type="text/plain") == (set(), {"wrong-source"})
    assert only(message(LEFT, source="other"), content_type=None) == (set(), {"wrong-source"})
    assert only(message(LEFT), content_type="text/plain") == (set(), {"undeclared-emission"})
    assert only(message(type="nobody_knows"), content_type="text/plain") == (set(), {"unknown-event"})
    assert only(message(ENTERED, source="other"), content_type="text/plain") == (set(), {"wrong-source"})


def test_the_wrong_source_comes_before_the_unknown_event() -> None:
    """One violation an emission."""
    assert only(message(type="nobody_knows", source="other")) == (set(), {"wrong-source"})
    assert only(message(LEFT, source="other")) == (set(), {"wrong-source"})


def test_emissions_of_the_wrong_source_count_for_no_pair() -> None:
    """The pair is as silent as if nothing had been sent."""
    result = run([emission(message(source="other"))])
    assert result.pairs[0].emissions == 0
    assert rules_of(result)["finding"] == {"not-emitted"}


@pytest.mark.parametrize("source", [..., 7, None, ["other"]])
def test_a_source_that_is_no_name_is_a_matter_of_the_schema(source: object) -> None:
    """Nobody else's name is spoken in."""
    assert only(message(source=source)) == ({"event-schema"}, set())


def test_a_body_that_cant_be_read_belongs_to_its_trigger() -> None:
    """The trigger's event, else an unknown event."""
    assert only("{", trigger=TRIGGER) == ({"event-schema"}, set())
    assert only("{") == (set(), {"unknown-event"})
    assert only(message(type=...), trigger=TRIGGER) == ({"event-schema"}, set())
    assert only(message(type=...)) == (set(), {"unknown-event"})
    assert only("{", trigger=Trigger(event=LEFT)) == (set(), {"undeclared-emission"})


@pytest.mark.parametrize(
    "body",
    [
        b'{"specversion":"1.0","specversion":"1.0"}',
        b'{"id":"a\\u0000b"}',
        b'{"id":"\x00"}',
        b'{"id":"\xff"}',
        b'{"id":"\\ud800"}',
        b'{"id":NaN}',
        b'{"id":-Infinity}',
        b'{"id":1e999}',
        b'{"id":' + b"9" * 5000 + b"}",
        b"[" * 100_000,
        b'\xef\xbb\xbf{"id":1}',
        "{}".encode("utf-16"),
        b"",
        b"null",
        b"[]",
        b'"text"',
    ],
    ids=lambda body: repr(body)[:24],
)
def test_bodies_that_parsers_read_differently_are_refused_before_pact_sees_them(body: bytes) -> None:
    """Each is one event-schema finding of the trigger's pair, and never a traceback."""
    findings, violations = only(body, trigger=TRIGGER)
    assert findings == {"event-schema"}
    assert violations == set()


def test_each_wrong_key_is_one_finding() -> None:
    """A key that no fact has is not-a-fact and not event-schema as well."""
    body = message(data={"client_id": "c", "screenName": 1, "extra": 2, "meta": {"retry_at": 3}}, scenario="x")
    result = run([emission(), emission(body, context="b")])
    found = sorted((finding.rule, finding.path) for finding in result.pairs[0].findings)
    assert found == [
        ("event-schema", "$.data.extra"),
        ("event-schema", "$.data.meta"),
        ("event-schema", "$.data.webinar_id"),
        ("not-a-fact", "$.data.meta.retry_at"),
        ("not-a-fact", "$.data.screenName"),
        ("not-a-fact", "$.scenario"),
    ]


@pytest.mark.parametrize("key", ["form", "submission", "steps_count", "pages", "buttonless", "context", "timeline"])
def test_near_words_are_facts(key: str) -> None:
    """Only whole words are refused: these are unknown keys and no more."""
    assert only(message(data=FACTS[COMPLETED] | {key: "x"}))[0] == {"event-schema"}


def test_wrong_facts() -> None:
    """Asked for one fact, another one was stated."""
    other = message(data={"client_id": "canned", "webinar_id": "webinar-1"})
    assert only(other, trigger=TRIGGER)[0] == {"wrong-fact"}
    assert only(message(id="x"), trigger=TRIGGER.model_copy(update={"event": ENTERED}))[0] >= {"wrong-fact"}
    assert only(message(), trigger=Trigger(event=COMPLETED, fact={"client_id": "client-1"}))[0] == set()


def test_the_emitters_name_is_compared_whole() -> None:
    """A prefix of the name is another name."""
    assert only(message(source=TRACKER + "-staging"))[1] == {"wrong-source"}
