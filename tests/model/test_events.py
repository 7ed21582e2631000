"""The canonical events: closed, strict envelopes, judged the way messages are: from JSON text."""

from __future__ import annotations

import json
import re
from datetime import datetime
from typing import Any, Literal

import pytest
from hypothesis import example, given
from hypothesis import strategies as st
from pydantic import ValidationError

from contracts.model.events import (
    RFC3339_PATTERN,
    TOKEN_PATTERN,
    CanonicalEvent,
    Catalogue,
    EventData,
    data_model,
    event_name,
    parse_rfc3339,
)
from contracts.model.examples import example_event
from contracts.webinar import CATALOGUE

KEYS = {
    "client_webinar_registered": ("client_id", "webinar_id"),
    "client_webinar_entered": ("client_id", "webinar_id", "visit_id"),
    "client_webinar_form_submitted": ("client_id", "webinar_id", "submission_id"),
    "client_webinar_completed": ("client_id", "webinar_id"),
    "client_webinar_left": ("client_id", "webinar_id", "visit_id"),
}
"""The promised events and their data, which is also their fact key."""

EVENTS = sorted(KEYS)


def message(event: str) -> dict[str, Any]:
    """Return a right message of an event."""
    return example_event(CATALOGUE[event], source="some-emitter")


def accepted(event: str, body: Any) -> bool:
    """Is this body, sent as JSON, the canonical event?"""
    try:
        CATALOGUE[event].model_validate_json(json.dumps(body))
    except ValidationError:
        return False
    return True


def test_the_catalogue_is_what_is_promised() -> None:
    """Five events, each with its data keys; the fact key is the whole data."""
    assert {name: tuple(data_model(CATALOGUE[name]).model_fields) for name in CATALOGUE} == KEYS
    assert {name: CATALOGUE.fact_key(name) for name in CATALOGUE} == KEYS


@pytest.mark.parametrize("event", EVENTS)
def test_the_envelope_is_closed_and_whole(event: str) -> None:
    """Every attribute and key is required but datacontenttype, and no other is let in."""
    right = message(event)
    assert accepted(event, right)
    for attribute in ("specversion", "id", "source", "type", "time", "data"):
        assert not accepted(event, {key: value for key, value in right.items() if key != attribute})
    for key in KEYS[event]:
        assert not accepted(event, right | {"data": {k: v for k, v in right["data"].items() if k != key}})
        assert not accepted(event, right | {"data": right["data"] | {key: None}})
        assert not accepted(event, right | {"data": right["data"] | {key: 17}})
        assert not accepted(event, right | {"data": right["data"] | {key: [right["data"][key]]}})
    assert not accepted(event, right | {"subject": "x"})
    assert not accepted(event, right | {"dataschema": "https://example.org/x"})
    assert not accepted(event, right | {"data": right["data"] | {"extra": "x"}})
    assert not accepted(event, right | {"Id": right["id"]})


@pytest.mark.parametrize("event", EVENTS)
@pytest.mark.parametrize("other", EVENTS)
def test_an_event_is_known_by_its_type(event: str, other: str) -> None:
    """A message under another event's name is that event or none."""
    assert accepted(event, message(event) | {"type": other}) == (event == other)


@pytest.mark.parametrize(
    ("change", "right"),
    [
        ({}, True),
        ({"datacontenttype": "application/json"}, True),
        ({"datacontenttype": None}, False),
        ({"datacontenttype": "text/json"}, False),
        ({"datacontenttype": "application/json; charset=utf-8"}, False),
        ({"specversion": "1.0.2"}, False),
        ({"specversion": "0.3"}, False),
        ({"specversion": 1.0}, False),
        ({"type": "Client_webinar_completed"}, False),
        ({"data": None}, False),
        ({"data": []}, False),
        ({"data": "{}"}, False),
        ({"time": None}, False),
        ({"time": 1767225600}, False),
        ({"source": ""}, False),
        ({"source": "/sensors/1"}, False),
        ({"id": 7}, False),
    ],
)
def test_attributes_take_what_is_promised_and_no_other_type(change: dict[str, Any], right: bool) -> None:
    """Nothing is converted: a number is no text, null is no absence."""
    assert accepted("client_webinar_completed", message("client_webinar_completed") | change) is right


@pytest.mark.parametrize(
    ("token", "right"),
    [
        ("a", True),
        ("0", True),
        ("A1._:-z", True),
        ("a" * 128, True),
        ("a" * 129, False),
        ("", False),
        ("-a", False),
        (".a", False),
        (":a", False),
        ("_a", False),
        ("a b", False),
        ("a\n", False),
        ("\na", False),
        ("a@example.org", False),
        ("+79990001122", False),
        ("клиент", False),
        ("é", False),
        ("a\u200b", False),
        ("\u0661", False),
        ("a/b", False),
    ],
)
def test_an_identifier_is_a_token(token: str, right: bool) -> None:
    """Letters, digits and `._:-`, no e-mail address, no telephone number, no line end behind it."""
    event = "client_webinar_completed"
    body = message(event)
    assert accepted(event, body | {"id": token}) is right
    assert accepted(event, body | {"source": token}) is right
    assert accepted(event, body | {"data": body["data"] | {"client_id": token}}) is right


@given(st.text(st.sampled_from("aZ09._:- \n@é"), max_size=6) | st.from_regex(TOKEN_PATTERN))
def test_the_model_takes_exactly_the_pattern(token: str) -> None:
    """pydantic's matcher and Python's agree on every token."""
    event = "client_webinar_completed"
    right = re.fullmatch(TOKEN_PATTERN.rstrip("$"), token) is not None
    assert accepted(event, message(event) | {"id": token}) is right


@pytest.mark.parametrize(
    "text",
    [
        "2026-01-31T18:00:00Z",
        "2026-01-31t18:00:00z",
        "2026-01-31T18:00:00+03:00",
        "2026-01-31T18:00:00-23:59",
        "2026-01-31T18:00:00-00:00",
        "2026-01-31T18:00:00.5Z",
        "2026-01-31T18:00:00.123456789012Z",
        "2024-02-29T00:00:00Z",
        "2026-12-31T23:59:59Z",
        "0001-01-01T00:00:00Z",
        "9999-12-31T23:59:59-23:59",
    ],
)
def test_moments_that_rfc_3339_has(text: str) -> None:
    """Either case, any offset, any number of digits behind the point."""
    assert re.fullmatch(RFC3339_PATTERN, text)
    assert parse_rfc3339(text).tzinfo is not None
    assert accepted("client_webinar_completed", message("client_webinar_completed") | {"time": text})


@pytest.mark.parametrize(
    "text",
    [
        "2026-01-31T18:00:00",
        "2026-01-31 18:00:00Z",
        "2026-01-31T18:00Z",
        "2026-01-31T18:00:00.Z",
        "2026-01-31T18:00:00,5Z",
        "2026-01-31T18:00:00+0300",
        "2026-01-31T18:00:00+03",
        "2026-01-31T18:00:00+24:00",
        "2026-01-31T18:00:00+03:60",
        "2026-01-31T24:00:00Z",
        "2026-01-31T18:60:00Z",
        "2026-01-31T23:59:60Z",
        "2026-13-01T00:00:00Z",
        "2026-00-01T00:00:00Z",
        "2026-01-32T00:00:00Z",
        "26-01-31T18:00:00Z",
        "+2026-01-31T18:00:00Z",
        "20260131T180000Z",
        "2026-W05-6T18:00:00Z",
        "2026-01-31",
        "2026-01-31T18:00:00Z\n",
        " 2026-01-31T18:00:00Z",
        "\uff12026-01-31T18:00:00Z",
        "2026-01-31T18:00:00Z+03:00",
        "1769871600",
        "",
    ],
)
def test_moments_that_rfc_3339_hasnt(text: str) -> None:
    """No offset, a leap second, a line end, another standard's form."""
    assert not re.fullmatch(RFC3339_PATTERN.rstrip("$"), text)
    with pytest.raises(ValueError, match="RFC 3339"):
        parse_rfc3339(text)
    assert not accepted("client_webinar_completed", message("client_webinar_completed") | {"time": text})


@pytest.mark.parametrize("text", ["2016-12-31T23:59:60Z", "2017-01-01T02:59:60.5+03:00"])
def test_a_leap_second_is_refused_by_name(text: str) -> None:
    """RFC 3339 has it, and whoever sent it learns why it can't be taken; other minutes of sixty aren't one."""
    with pytest.raises(ValueError, match="is a leap second, which RFC 3339 has and no calendar library reads"):
        parse_rfc3339(text)
    for wrong in (text.replace(":60", ":61"), text.replace(":60", ""), text.replace(":59:60", ":60:59")):
        with pytest.raises(ValueError, match="is no RFC 3339 date-time"):
            parse_rfc3339(wrong)


@pytest.mark.parametrize("text", ["2026-02-29T00:00:00Z", "2026-04-31T00:00:00Z", "0000-01-01T00:00:00Z"])
def test_days_that_no_calendar_has(text: str) -> None:
    """The pattern lets them pass, the calendar doesn't."""
    assert re.fullmatch(RFC3339_PATTERN, text)
    with pytest.raises(ValueError, match=r"day|year"):
        parse_rfc3339(text)
    assert not accepted("client_webinar_completed", message("client_webinar_completed") | {"time": text})


_PIECES = st.sampled_from(
    ["2026-01-31", "2025-02-29", "T", "t", " ", "18:00:00", "24:00:00", "23:59:60", ".5", ".", "Z", "z", "+03:00",
     "-00:00", "+0300", "\n", "é", "٣", "", "18:00"]
)  # fmt: skip


@given(st.from_regex(RFC3339_PATTERN) | st.lists(_PIECES, max_size=6).map("".join) | st.text(max_size=25))
@example("2026-01-31T18:00:00Z\n")
def test_the_pattern_and_the_parser_agree_but_for_the_calendar(text: str) -> None:
    """Whatever the text: what the parser reads has the form, and what has the form is read if the day exists."""
    has_form = re.fullmatch(RFC3339_PATTERN.rstrip("$"), text) is not None
    try:
        moment = parse_rfc3339(text)
    except ValueError:
        if has_form:
            with pytest.raises(ValueError, match=r"day|year"):
                datetime.fromisoformat(text[:10])
        return
    assert has_form
    assert moment.isoformat()[:19] == text[:19].upper()


def test_a_moment_without_offset_is_no_moment() -> None:
    """Also as a datetime."""
    with pytest.raises(ValueError, match="no offset"):
        parse_rfc3339(datetime(2026, 1, 31))  # noqa: DTZ001 - the case
    with pytest.raises(ValueError, match="RFC 3339"):
        parse_rfc3339(None)


def test_an_unknown_event_is_refused_with_the_nearest_name() -> None:
    """By the catalogue itself."""
    with pytest.raises(KeyError, match="client_webinar_left"):
        CATALOGUE["client_webinar_lefts"]
    assert "client_webinar_lefts" not in CATALOGUE


class _Nameless(CanonicalEvent):
    data: EventData


class _TwoNames(CanonicalEvent):
    type: Literal["a", "b"]
    data: EventData


@pytest.mark.parametrize("model", [_Nameless, _TwoNames])
def test_an_event_has_one_name(model: type[CanonicalEvent]) -> None:
    """A model that names none or two is a mistake in the catalogue."""
    with pytest.raises(TypeError, match="one name"):
        event_name(model)
    with pytest.raises(TypeError, match="one name"):
        _ = Catalogue((model,)).names
