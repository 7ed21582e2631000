"""Shapes are read from what pydantic says of a model, and schemas are rewritten without losing what isn't one."""

from __future__ import annotations

from datetime import date
from decimal import Decimal
from enum import IntEnum, StrEnum
from typing import Annotated, Any, Literal
from uuid import UUID

import pytest
from pydantic import BaseModel, ConfigDict, Field, create_model

from contracts.errors import MisuseError
from contracts.model.events import RFC3339_PATTERN, TOKEN_PATTERN, EventData, Timestamp, Token
from contracts.model.schemas import rewritten, shape_of
from contracts.model.shapes import (
    UUID_PATTERN,
    Anything,
    Boolean,
    Choice,
    Constant,
    ListOf,
    MapOf,
    Nullable,
    Number,
    OneOf,
    Recursive,
    Shape,
    Text,
    TupleOf,
    nodes,
    paths_of,
    without_options,
)


class Colour(StrEnum):
    """Two colours."""

    RED = "red"
    BLUE = "blue"


class Size(IntEnum):
    """Two sizes."""

    SMALL = 1
    LARGE = 2


class Money(EventData):
    """Minor units of a currency."""

    minor: Annotated[int, Field(ge=0)]
    currency: Literal["EUR", "USD"]


class Item(EventData):
    """One item of an order."""

    sku: Token
    price: Money
    note: Token | None = None


class Order(EventData):
    """An order with several of everything."""

    order_id: Token
    items: Annotated[list[Item], Field(min_length=1, max_length=9)]
    discount: Money | None = None
    shipped_to: Item | None


class Node(BaseModel):
    """A model that holds itself."""

    child: Node | None = None


class Open(BaseModel):
    """A model that takes keys which it doesn't name."""

    model_config = ConfigDict(extra="allow")
    name: Token


def shape(annotation: Any) -> Shape:
    """Return the shape of a field of this type."""
    return shape_of(create_model("Model", value=(annotation, ...))).fields[0].shape


@pytest.mark.parametrize(
    ("annotation", "read"),
    [
        (Token, Text(TOKEN_PATTERN)),
        (Timestamp, Text(RFC3339_PATTERN, format="date-time")),
        (UUID, Text(format="uuid")),
        (date, Text(format="date")),
        (Annotated[str, Field(min_length=2, max_length=3)], Text(min_length=2, max_length=3)),
        (Annotated[int, Field(ge=1, lt=9)], Number(True, {"minimum": 1, "exclusiveMaximum": 9})),
        (Annotated[float, Field(multiple_of=0.5)], Number(False, {"multipleOf": 0.5})),
        (float, Number(False)),
        (bool, Boolean()),
        (None, Constant(None)),
        (Literal["a"], Constant("a")),
        (Literal["a", "b"], Choice(("a", "b"))),
        (Literal["a", 1], Choice(("a", 1))),
        (Colour, Choice(("red", "blue"))),
        (Size, Choice((1, 2))),
        (Annotated[int, Field(examples=[7, 8])], Number(True, examples=(7, 8))),
        (Annotated[Colour, Field(examples=["blue"])], Choice(("red", "blue"), examples=("blue",))),
        (int | None, Nullable(Number(True))),
        (int | bool | None, Nullable(OneOf((Number(True), Boolean())))),
        (list[Annotated[int, Field(ge=1)]], ListOf(Number(True, {"minimum": 1}))),
        (set[int], ListOf(Number(True), unique=True)),
        (tuple[int, bool], TupleOf((Number(True), Boolean()))),
        (tuple[int, ...], ListOf(Number(True))),
        (dict[str, bool], MapOf(Boolean())),
        (dict, Anything("object")),
        (Any, Anything()),
        (list[Any], ListOf(Anything())),
    ],
)  # fmt: skip
def test_a_type_has_its_shape(annotation: Any, read: Shape) -> None:
    """Whatever pydantic can describe has a shape, with or without a matcher in Pact."""
    assert shape(annotation) == read


def test_a_decimal_is_a_number_or_a_text() -> None:
    """That is what pydantic takes for one, so money is better said in minor units."""
    read = shape(Decimal)
    assert isinstance(read, OneOf)
    assert [type(one) for one in read.shapes] == [Number, Text]


def test_a_model_that_holds_itself_ends() -> None:
    """The second time, only its name is said."""
    assert shape_of(Node).fields[0].shape == Nullable(Recursive("Node"))


def test_an_object_is_closed_or_open() -> None:
    """An open one takes keys that nobody named."""
    assert shape_of(Money).closed
    assert not shape_of(Open).closed
    assert not shape_of(Node).closed


def test_what_has_no_json_form_is_refused() -> None:
    """The error names the model."""
    with pytest.raises(MisuseError, match="Model has no JSON form"):
        shape(type)


def test_a_model_that_is_no_object_is_refused() -> None:
    """A list can't be an event."""
    from pydantic import RootModel

    with pytest.raises(MisuseError, match="is no JSON object"):
        shape_of(RootModel[list[int]])


def test_every_place_of_an_event_has_a_path() -> None:
    """Fields, items of lists and fields of items; each says whether it is always there."""
    found = {node.path: node.promised for node in nodes(shape_of(Order))}
    assert found == {
        "order_id": True,
        "items": True,
        "items[]": True,
        "items[].sku": True,
        "items[].price": True,
        "items[].price.minor": True,
        "items[].price.currency": True,
        "items[].note": False,
        "discount": False,
        "discount.minor": False,
        "discount.currency": False,
        "shipped_to": False,
        "shipped_to.sku": False,
        "shipped_to.price": False,
        "shipped_to.price.minor": False,
        "shipped_to.price.currency": False,
        "shipped_to.note": False,
    }
    assert set(paths_of(shape_of(Order))) == set(found) - {"items[]"}


def test_items_that_may_be_null_are_no_promise() -> None:
    """The list is there, and what it holds may not be."""
    model = create_model("Model", items=(list[Money | None], ...))
    assert [node.path for node in nodes(shape_of(model)) if node.promised] == ["items"]


def test_fields_are_known_by_their_names_in_json() -> None:
    """An alias is the name that emitters send."""
    model = create_model("Model", value=(int, Field(alias="valueOf")))
    assert paths_of(shape_of(model)) == ("valueOf",)


def test_options_are_left_out_at_any_depth() -> None:
    """What may be left out is, what may be null is null, and items keep their number."""
    item = {"sku": "a", "price": {"minor": 1, "currency": "EUR"}, "note": "b"}
    bare = {"sku": "a", "price": {"minor": 1, "currency": "EUR"}}
    order = {"order_id": "o", "items": [item, item], "discount": item["price"], "shipped_to": item}
    assert without_options(shape_of(Order), order) == {"order_id": "o", "items": [bare, bare], "shipped_to": None}


def test_each_format_with_a_pattern_has_its_regex() -> None:
    """A model's own pattern comes first; a format that no pattern is known of has none."""
    assert Text(format="uuid").regex == UUID_PATTERN
    assert Text(format="date-time").regex == RFC3339_PATTERN
    assert Text("^a$", format="uuid").regex == "^a$"
    assert Text(format="date").regex is None
    assert Text().regex is None


def test_names_and_values_are_no_schemas() -> None:
    """A field that is called `title`, a default and an example are left alone by what rewrites schemas."""
    schema = {
        "title": "dropped",
        "$defs": {"title": {"type": "string", "title": "dropped"}},
        "properties": {
            "title": {"title": "dropped", "default": {"title": "kept"}, "examples": [{"title": "kept"}]},
            "both": {"anyOf": [{"const": {"title": "kept"}, "title": "dropped"}, {"$ref": "#/$defs/title"}]},
        },
    }
    assert rewritten(schema, lambda part: {key: value for key, value in part.items() if key != "title"}) == {
        "$defs": {"title": {"type": "string"}},
        "properties": {
            "title": {"default": {"title": "kept"}, "examples": [{"title": "kept"}]},
            "both": {"anyOf": [{"const": {"title": "kept"}}, {"$ref": "#/$defs/title"}]},
        },
    }
