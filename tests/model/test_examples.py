"""Examples of events: made from the model alone, and accepted by it."""

from __future__ import annotations

from enum import StrEnum
from typing import Annotated, Literal
from uuid import UUID

import pytest
from pydantic import BaseModel, ConfigDict, Field, StringConstraints

from contracts.errors import MisuseError
from contracts.model.events import CanonicalEvent, EventData, Timestamp, Token
from contracts.model.examples import example_event
from contracts.webinar import CATALOGUE


class _Kind(StrEnum):
    LIVE = "live"


class _Seat(BaseModel):
    model_config = ConfigDict(extra="forbid")
    row: Annotated[int, Field(ge=3, le=9)]


class _Rich(EventData):
    client_id: Token
    kind: _Kind
    visit: UUID
    begun: Timestamp
    minutes: Annotated[float, Field(gt=0, lt=0.5)] | None
    recorded: bool
    seats: Annotated[list[_Seat], Field(min_length=2)]
    code: Annotated[str, StringConstraints(min_length=12, max_length=12)]
    plan: Literal["basic", "full"]
    left_out: int = 3


class _RichEvent(CanonicalEvent):
    type: Literal["rich_event"]
    data: _Rich


class _Coded(EventData):
    code: Annotated[str, StringConstraints(pattern=r"^[0-9]{4}$")]


class _CodedEvent(CanonicalEvent):
    type: Literal["coded_event"]
    data: _Coded


class _Shown(EventData):
    code: Annotated[str, StringConstraints(pattern=r"^[0-9]{4}$"), Field(examples=["2042"])]


class _ShownEvent(CanonicalEvent):
    type: Literal["shown_event"]
    data: _Shown


@pytest.mark.parametrize("event", CATALOGUE.names)
def test_every_canonical_event_has_an_example(event: str) -> None:
    """An example can be made of each event of the webinar domain, in the emitter's name."""
    example = example_event(CATALOGUE[event], source="some-emitter")
    assert CATALOGUE[event].model_validate(example).source == "some-emitter"


def test_types_beyond_identifiers() -> None:
    """Enums, UUIDs, dates, numbers, lists and nested models get values that the model accepts."""
    example = example_event(_RichEvent, source="some-emitter")
    assert example["data"]["seats"] == [{"row": 3}, {"row": 3}]
    assert "left_out" not in example["data"]


def test_a_pattern_that_nobody_can_guess() -> None:
    """Where no example can be made, the error names the field and what to add."""
    with pytest.raises(MisuseError, match=r"coded_event can be made: data\.code") as caught:
        example_event(_CodedEvent, source="some-emitter")
    assert "examples" in str(caught.value.next_step)


def test_a_given_example_is_used() -> None:
    """An example in the catalogue is taken as it is."""
    assert example_event(_ShownEvent, source="some-emitter")["data"] == {"code": "2042"}
