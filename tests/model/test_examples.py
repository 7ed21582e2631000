"""Examples of events: made from the model alone, and accepted by it."""

from __future__ import annotations

from enum import StrEnum
from typing import Annotated, Any, Literal
from uuid import UUID

import pytest
from pydantic import AwareDatetime, BaseModel, ConfigDict, Field, StringConstraints, create_model

from contracts.errors import MisuseError
from contracts.model.events import CanonicalEvent, EventData, Timestamp, Token
from contracts.model.examples import example_event, example_of
from contracts.model.schemas import shape_of
from contracts.model.shapes import Shape
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


def field_shape(annotation: Any) -> Shape:
    """Return the shape of a field of this type."""
    model = create_model("Model", value=(annotation, ...))
    return shape_of(model).fields[0].shape


@pytest.mark.parametrize(
    ("annotation", "example"),
    [
        (Literal["a"], "a"),
        (bool, True),
        (int, 1),
        (float, 1.5),
        (Annotated[int, Field(ge=10, lt=12)], 10),
        (Annotated[int, Field(gt=10, multiple_of=11)], 11),
        (Annotated[float, Field(le=-2)], -2),
        (Annotated[str, StringConstraints(min_length=12)], "value-111111"),
        (Annotated[str, StringConstraints(max_length=3)], "1"),
        (Annotated[str, StringConstraints(pattern="^[A-Z]$")], "A"),
        (Annotated[str, Field(pattern="^x9$", examples=["no", "x9"])], "x9"),
        (AwareDatetime, "2026-01-31T18:00:00+03:00"),
        (Annotated[list[int], Field(min_length=2)], [1, 1]),
    ],
)
def test_an_example_is_one_that_the_field_takes(annotation: Any, example: Any) -> None:
    """Examples follow from the field alone, so that they are the same on every machine."""
    assert example_of(field_shape(annotation), "value") == example


def test_an_example_that_nobody_can_think_of_has_to_be_given() -> None:
    """The error says where to write it."""
    with pytest.raises(MisuseError, match="no example of 'value'") as refused:
        example_of(field_shape(Annotated[str, StringConstraints(pattern="^[0-9]{5}-x$")]), "value")
    assert "Field(examples=" in str(refused.value.next_step)


def test_different_fields_have_different_uuids() -> None:
    """A handler that mixes them up is found out."""
    shape = shape_of(create_model("Model", a=(UUID, ...), b=(UUID, ...)))
    example = example_of(shape)
    assert example["a"] != example["b"]
    assert example == example_of(shape)
