"""The matchers of a pact and the model of its event agree, judged by Pact's own matching core."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from functools import cache
from typing import Any

import pytest
from hypothesis import HealthCheck, assume, event, given, settings
from hypothesis import strategies as st

from contracts import webinar
from contracts.expectations.expectation import expect
from contracts.expectations.pacts import build_pacts
from contracts.model.events import CONTENT_TYPE, CanonicalEvent, event_name
from contracts.model.pact import parse_pact
from contracts.model.registry import Consumer, EmitterEntry, PairEntry, Registry, Status
from contracts.model.shapes import Number, Text
from contracts.pact_core.actual import ActualMessage
from contracts.pact_core.judging import Judge, Mismatch, judge_for
from contracts.testing.strategies import Corruption, canonical_events, corruptions, usual_corruptions
from tests.domains import tiny

CATALOGUES = {"webinar": webinar.CATALOGUE, "tiny": tiny.CATALOGUE}
MODELS = [(package, name) for package, catalogue in CATALOGUES.items() for name in catalogue]
SETTINGS = settings(deadline=None, suppress_health_check=[HealthCheck.too_slow, HealthCheck.filter_too_much])


def is_number(value: Any) -> bool:
    """Is it a JSON number?"""
    return isinstance(value, int | float) and not isinstance(value, bool)


JUSTIFIED: dict[str, Callable[[Corruption], bool]] = {
    # Pact has no matcher for a range: the closed schema of the event refuses what is outside.
    "a number out of its range": lambda c: (
        isinstance(c.shape, Number)
        and bool(c.shape.bounds)
        and is_number(c.value)
        and not (c.shape.integer and isinstance(c.value, float))
    ),
    # Early versions of pydantic refuse an integer beyond 2^53 where a number is meant; it is one, and Pact takes it.
    "a large integer as a number": lambda c: (
        isinstance(c.shape, Number) and not c.shape.integer and isinstance(c.value, int) and abs(c.value) > 2**53
    ),
    # A regular expression doesn't know the calendar: 30 February, the year 0.
    "a day that no calendar has": lambda c: (
        isinstance(c.shape, Text)
        and c.shape.format == "date-time"
        and isinstance(c.value, str)
        and c.value.startswith(("0000-", "2026-02-30"))
    ),
}
"""What the model refuses and the pact doesn't, by name."""


def justified(corruption: Corruption) -> str | None:
    """Return the name of the exception that the corruption is, if it is one."""
    if corruption.missing:
        return None
    return next((reason for reason, holds in JUSTIFIED.items() if holds(corruption)), None)


@cache
def judge(package: str, name: str) -> Judge:
    """Return the engine's own judge of an expectation that reads everything, as the written pact holds it."""
    catalogue = CATALOGUES[package]
    reads = [field for field in catalogue[name].model_fields if field != "datacontenttype"]
    expectation = expect(catalogue, name, "everything", reads).expectation
    # Any emitter may state any event here, also those that the real registries give to nobody.
    registry = Registry(
        consumer=Consumer(name="consumer", description="a consumer"),
        emitters={"emitter": EmitterEntry(description="an emitter", events={name: PairEntry(status=Status.PLANNED)})},
    )
    ((file, content),) = build_pacts([expectation], catalogue, registry).items()
    pact = parse_pact(content, source=file)
    return judge_for(pact, pact.interactions[0])


@pytest.fixture(scope="module", autouse=True)
def freed_in_time() -> Iterator[None]:
    """The core's handles are freed while its library is still loaded."""
    yield
    judge.cache_clear()


def mismatches(package: str, name: str, body: Any) -> tuple[Mismatch, ...]:
    """Ask the matching core."""
    message = json.dumps(body, ensure_ascii=False).encode()
    return judge(package, name)(ActualMessage(message, CONTENT_TYPE, {"contentType": CONTENT_TYPE}))


@pytest.mark.parametrize(("package", "name"), MODELS)
@SETTINGS
@given(data=st.data())
def test_what_the_model_takes_the_pact_takes(package: str, name: str, data: st.DataObject) -> None:
    """Every instance of a canonical event satisfies the matchers that its model led to."""
    body = data.draw(canonical_events(CATALOGUES[package][name]))
    assert mismatches(package, name, body) == ()


@pytest.mark.parametrize(("package", "name"), MODELS)
@SETTINGS
@given(data=st.data())
def test_what_the_model_refuses_the_pact_refuses(package: str, name: str, data: st.DataObject) -> None:
    """Every corruption of one field that is read is a mismatch, but for the exceptions that are listed."""
    corruption = data.draw(corruptions(CATALOGUES[package][name]))
    reason = justified(corruption)
    if reason:
        event(reason)
    assume(not reason)
    assert mismatches(package, name, corruption.body)


@pytest.mark.parametrize(("package", "name"), MODELS)
def test_each_usual_mistake_is_refused(package: str, name: str) -> None:
    """Each field, left out or with each usual wrong value in its place, is a mismatch."""
    model = CATALOGUES[package][name]
    example = dict(expect(CATALOGUES[package], name, "everything", ["data"]).example)
    found = [c for c in usual_corruptions(model, example) if not justified(c)]
    assert len(found) > 100
    taken = [(c.place, c.value) for c in found if not mismatches(package, name, c.body)]
    assert taken == []


@pytest.mark.parametrize(
    ("value", "place", "reason"),
    [
        (0, "pieces", "a number out of its range"),
        (1001, "pieces", "a number out of its range"),
        ("2026-02-30T18:00:00Z", "weighed_at", "a day that no calendar has"),
        ("0000-01-01T00:00:00Z", "weighed_at", "a day that no calendar has"),
    ],
)
def test_the_exceptions_are_real(value: Any, place: str, reason: str) -> None:
    """Each listed exception is one: the model refuses it, the pact takes it, and the schema stays in charge."""
    model: type[CanonicalEvent] = tiny.CATALOGUE["parcel_weighed"]
    expected = expect(tiny.CATALOGUE, event_name(model), "everything", ["data"])
    body = json.loads(json.dumps(expected.example))
    body["data"][place] = value
    with pytest.raises(ValueError, match=place):
        model.model_validate_json(json.dumps(body))
    assert mismatches("tiny", "parcel_weighed", body) == ()
    assert reason in JUSTIFIED
