"""What is called safe for a published pact is asked of Pact's own matching core, with every value that may come."""

from __future__ import annotations

import json
from collections.abc import Callable
from itertools import product
from typing import Annotated, Any, Literal
from uuid import UUID

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from pydantic import Field, create_model

from contracts.expectations.matchers import matched_shape, with_matchers
from contracts.expectations.pacts import judge_of_contents
from contracts.expectations.reading import WHOLE
from contracts.model.events import CanonicalEvent, EventData, Timestamp, Token, event_name
from contracts.model.examples import example_of
from contracts.model.shapes import Node, nodes
from contracts.pact_core.judging import Mismatch
from contracts.registry_diff.fields import kind_of, loosened
from contracts.testing.strategies import canonical_events

Judge = Callable[[str], tuple[Mismatch, ...]]
"""Takes a body, returns how it differs from what a pact holds."""

TYPES: tuple[Any, ...] = (
    Literal["a"], Literal["a", "b"], Literal["b", "a", "c"], Token, UUID, Timestamp, str,
    Annotated[str, Field(pattern="^[ab]$")], Annotated[str, Field(pattern="a")],
    Annotated[str, Field(max_length=3)], Annotated[str, Field(min_length=1, max_length=4)],
    Literal[1], Literal[1, 2], int, Annotated[int, Field(ge=1, le=9)],
    Annotated[int, Field(multiple_of=3, examples=[3])], float, Annotated[float, Field(gt=0)],
    Literal[True], bool, list[Token], list[str], list[bool], list[Literal["a", "b"]],
    Annotated[list[Token], Field(min_length=1)], Annotated[list[Token], Field(min_length=2, max_length=3)],
    Annotated[list[Token], Field(max_length=4)],
)  # fmt: skip


def event_of(annotation: Any) -> type[CanonicalEvent]:
    """Return an event whose data holds one value of this type."""
    data = create_model("Data", __base__=EventData, value=(annotation, ...))
    name: Any = Literal["an_event"]
    return create_model("Event", __base__=CanonicalEvent, type=(name, ...), data=(data, ...))


def kinds(before: dict[str, Node], after: dict[str, Node]) -> bool:
    """Are the values, and the items that they may have, of one kind? Else the change is a field of another type."""
    return [kind_of(node.value) for node in before.values()] == [kind_of(node.value) for node in after.values()]


EVENTS = [event_of(annotation) for annotation in TYPES]
PLACES = [{node.path: node for node in nodes(matched_shape(event)) if "value" in node.path} for event in EVENTS]
PAIRS = [
    (before, after)
    for before, after in product(range(len(TYPES)), repeat=2)
    if before != after and kinds(PLACES[before], PLACES[after])
]


def pact_of(event: type[CanonicalEvent]) -> Judge:
    """Return what a pact holds of an event of which everything is read."""
    shape = matched_shape(event)
    return judge_of_contents(with_matchers(shape, WHOLE, example_of(shape)))


@pytest.fixture(scope="module")
def pacts() -> list[Judge]:
    """What a pact holds of each event."""
    return [pact_of(event) for event in EVENTS]


def said(before: dict[str, Node], after: dict[str, Node]) -> list[str]:
    """Return what is loosened between two states of one value, and of the items that it may have."""
    return [detail for path in before if path in after and (detail := loosened(before[path], after[path]))]


@settings(max_examples=600, deadline=None, suppress_health_check=[HealthCheck.too_slow, HealthCheck.filter_too_much])
@given(st.data())
def test_what_is_not_loosened_is_taken_by_the_published_pact(pacts: list[Judge], data: st.DataObject) -> None:
    """For every change of a type into another of its kind, and every value that the new one takes."""
    before, after = data.draw(st.sampled_from([pair for pair in PAIRS if not said(PLACES[pair[0]], PLACES[pair[1]])]))
    value = data.draw(canonical_events(EVENTS[after]))
    assert pacts[before](json.dumps(value)) == ()


@pytest.mark.parametrize(
    ("before", "after", "value"),
    [
        (Literal["a", "b"], Literal["a", "b", "c"], "c"),
        (Literal["a", "b"], str, "c"),
        (Literal[1], Literal[1, 2], 2),
        (Literal[1, 2], int, 3),
        (Literal[True], bool, False),
        (Token, str, "a b"),
        (UUID, str, "a"),
        (Timestamp, str, "2026-01-31T18:00:00"),
        (Annotated[str, Field(max_length=3)], str, "abcd"),
        (Annotated[str, Field(min_length=2)], str, "a"),
        (Annotated[list[Token], Field(min_length=2)], list[Token], ["a"]),
        (Annotated[list[Token], Field(max_length=2)], list[Token], ["a", "b", "c"]),
        (list[Token], list[str], ["a b"]),
        (list[Literal["a"]], list[Literal["a", "b"]], ["b"]),
        (Token, Token | None, None),
        (list[Token], list[Token] | None, None),
    ],
)
def test_what_is_loosened_is_refused_by_the_published_pact(before: Any, after: Any, value: Any) -> None:
    """The new value is one that the model takes now and the pact, as it was published, doesn't."""
    old, new = event_of(before), event_of(after)
    places = [{node.path: node for node in nodes(matched_shape(event))} for event in (old, new)]
    assert said(*places)
    message = {**example_of(matched_shape(new)), "data": {"value": value}}
    new.model_validate_json(json.dumps(message))
    assert event_name(new) == message["type"]
    assert pact_of(old)(json.dumps(message))
