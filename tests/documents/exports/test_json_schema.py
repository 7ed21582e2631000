"""JSON Schema exports: what the models accept is valid, what they refuse isn't, and other ecosystems agree."""

from __future__ import annotations

import copy
import json
from collections.abc import Callable, Iterator
from enum import StrEnum
from pathlib import Path
from typing import Annotated, Any, Literal
from uuid import UUID

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from jsonschema import Draft202012Validator
from pydantic import Field, ValidationError

from contracts.documents.exports import bundle, event_schema
from contracts.model.domain import Domain
from contracts.model.events import RFC3339_PATTERN, TOKEN_PATTERN, CanonicalEvent, Catalogue, EventData, Token
from contracts.model.examples import example_event
from contracts.project.domain import load_domain
from contracts.project.settings import load_settings
from tests.documents.exports.node import ask

BASE = "urn:contracts:test:"
WEBINAR = load_domain(load_settings(Path(__file__).parent))


class _Kind(StrEnum):
    LIVE = "live"
    REPLAY = "replay"


class _Seat(EventData):
    title: Token
    number: Annotated[int, Field(ge=1)]


class _Rich(EventData):
    title: Annotated[str, Field(min_length=1, max_length=5)]
    kind: _Kind
    visit: UUID
    minutes: Annotated[float, Field(ge=0)] | None
    seats: Annotated[list[_Seat], Field(max_length=3)]
    recorded: bool = False


class _RichEvent(CanonicalEvent):
    """An event of many types, with keys that are called title."""

    type: Literal["rich_event"]
    data: _Rich


RICH = Domain("rich", Catalogue((_RichEvent,)), WEBINAR.registry, WEBINAR.registry_file)
EVENTS = [(WEBINAR, event) for event in WEBINAR.catalogue] + [(RICH, "rich_event")]


@pytest.mark.parametrize(("domain", "event"), EVENTS, ids=lambda value: value if isinstance(value, str) else "")
def test_schema_is_one(domain: Domain, event: str) -> None:
    """Each schema is valid against its dialect, names itself, and its own example is valid."""
    schema = event_schema(domain, event, BASE)
    Draft202012Validator.check_schema(schema)
    assert (schema["$id"], schema["title"]) == (f"{BASE}{event}", event)
    assert schema["description"]
    for example in schema["examples"]:
        Draft202012Validator(schema).validate(example)


@pytest.mark.parametrize(("domain", "event"), EVENTS, ids=lambda value: value if isinstance(value, str) else "")
def test_every_object_is_closed(domain: Domain, event: str) -> None:
    """No object of a schema lets a key pass that it doesn't name."""
    objects = [part for part in _parts(event_schema(domain, event, BASE)) if "properties" in part]
    assert len(objects) >= 2
    assert all(part["additionalProperties"] is False for part in objects)


def test_keys_called_title_stay() -> None:
    """pydantic's titles are dropped; a key of the data that is called title isn't."""
    schema = event_schema(RICH, "rich_event", BASE)
    assert {"title", "kind"} <= set(schema["$defs"]["_Rich"]["properties"])
    assert "title" not in schema["$defs"]["_Rich"]


def test_bundle_takes_each_event_once() -> None:
    """In the bundle, an event's example is valid under exactly one of the schemas."""
    whole = bundle(WEBINAR, BASE)
    Draft202012Validator.check_schema(whole)
    validator = Draft202012Validator(whole)
    for event in WEBINAR.catalogue:
        example = example_event(WEBINAR.catalogue[event], source="some-emitter")
        validator.validate(example)
        assert not validator.is_valid({**example, "type": "other"})


_TEXTS = st.one_of(
    st.from_regex(TOKEN_PATTERN, fullmatch=True),
    st.from_regex(RFC3339_PATTERN, fullmatch=True),
    st.sampled_from(["", " ", "a b", "1.0", "application/json", "client_webinar_left", "имя", "x\n", "live", "a" * 129,
                     "6f1c2b7e-3d52-4d2a-9c55-0f6a1d2b3c4d", "2026-02-30T10:00:00Z", "2026-02-03T10:00:60Z"]),
)  # fmt: skip
_VALUES = st.one_of(_TEXTS, st.none(), st.booleans(), st.integers(-3, 3), st.floats(-1, 1), st.just([]), st.just({}))


@st.composite
def _messages(draw: st.DrawFn) -> tuple[Domain, str, dict[str, Any]]:
    """A message of an event, with none, one or two of its places changed, dropped or added."""
    domain, event = draw(st.sampled_from(EVENTS))
    message = copy.deepcopy(example_event(domain.catalogue[event], source="some-emitter"))
    places: list[tuple[dict[str, Any], str]] = [(message, key) for key in message]
    places += [(message["data"], key) for key in message["data"]]
    places += [(message, "datacontenttype"), (message, "extra"), (message["data"], "extra")]
    for _ in range(draw(st.integers(0, 2))):
        holder, key = draw(st.sampled_from(places))
        if draw(st.booleans()):
            holder[key] = draw(_VALUES)
        else:
            holder.pop(key, None)
    return domain, event, message


@settings(max_examples=400, deadline=None)
@given(_messages())
def test_what_the_model_accepts_is_valid(drawn: tuple[Domain, str, dict[str, Any]]) -> None:
    """Every message that pydantic accepts is valid under the schema; a closed schema refuses what it doesn't name."""
    domain, event, message = drawn
    valid = Draft202012Validator(event_schema(domain, event, BASE)).is_valid(message)
    if _accepts(domain, event, message):
        assert valid
    elif valid:
        # What remains: days that the calendar doesn't have, and forms that a schema names without checking them.
        assert _calendar_or_format(domain, event, message)


@settings(max_examples=200, deadline=None)
@given(
    st.from_regex(TOKEN_PATTERN, fullmatch=True).filter(lambda text: not text.endswith("\n")),
    st.datetimes(timezones=st.timezones()),
)
def test_any_identifier_and_time(token: str, at: Any) -> None:
    """Whatever identifiers and moments a message holds, the schema takes it if the model does."""
    message = example_event(WEBINAR.catalogue["client_webinar_left"], source=token)
    message |= {"id": token, "time": at.isoformat(), "data": dict.fromkeys(message["data"], token)}
    valid = Draft202012Validator(event_schema(WEBINAR, "client_webinar_left", BASE)).is_valid(message)
    assert valid or not _accepts(WEBINAR, "client_webinar_left", message)


def test_ajv_agrees() -> None:
    """npm's ajv compiles every schema in strict mode and gives the model's answer on right and wrong messages."""
    checks = [(domain, event, message) for domain, event in EVENTS for message in _variants(domain, event)]
    question = {
        "schemas": [event_schema(domain, event, BASE) for domain, event in EVENTS] + [bundle(WEBINAR, "urn:bundle:")],
        "checks": [[f"{BASE}{event}", message] for _, event, message in checks]
        + [["urn:bundle:events", example_event(WEBINAR.catalogue[event], source="a")] for event in WEBINAR.catalogue],
    }
    answers = ask("ajv.cjs", "ajv", question)
    assert len(answers) == len(checks) + len(WEBINAR.catalogue.names)
    for (domain, event, message), answer in zip(checks, answers, strict=False):
        assert (answer is True) == _accepts(domain, event, message), (message, answer)
    assert all(answer is True for answer in answers[len(checks) :])


def _variants(domain: Domain, event: str) -> Iterator[dict[str, Any]]:
    right = example_event(domain.catalogue[event], source="some-emitter")
    yield right
    yield {**right, "datacontenttype": "application/json"}
    changes: list[Callable[[dict[str, Any]], Any]] = [
        lambda message: message.update(specversion="1"),
        lambda message: message.update(id="with blank"),
        lambda message: message.update(time="2026-01-31T18:00:00"),
        lambda message: message.update(time=1769871600),
        lambda message: message.update(type="client_webinar_paused"),
        lambda message: message.update(extra=1),
        lambda message: message.update(datacontenttype="text/plain"),
        lambda message: message["data"].update(extra="x"),
        lambda message: message["data"].pop(next(iter(message["data"]))),
        lambda message: message["data"].update({next(iter(message["data"])): 7}),
        lambda message: message.pop("data"),
        lambda message: message.pop("source"),
    ]
    for change in changes:
        wrong = copy.deepcopy(right)
        change(wrong)
        yield wrong


def _accepts(domain: Domain, event: str, message: dict[str, Any]) -> bool:
    try:
        domain.catalogue[event].model_validate_json(json.dumps(message))
    except ValidationError:
        return False
    return True


def _calendar_or_format(domain: Domain, event: str, message: dict[str, Any]) -> bool:
    try:
        domain.catalogue[event].model_validate_json(json.dumps(message))
    except ValidationError as error:
        allowed = {("time",), ("data", "visit")}
        endings = {str(detail["input"]).endswith("\n") for detail in error.errors()}
        return all(detail["loc"] in allowed for detail in error.errors()) or endings == {True}
    return False


def _parts(schema: Any) -> Iterator[dict[str, Any]]:
    if isinstance(schema, dict):
        yield schema
        for value in schema.values():
            yield from _parts(value)
    elif isinstance(schema, list):
        for value in schema:
            yield from _parts(value)
