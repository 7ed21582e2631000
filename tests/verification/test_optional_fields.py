"""Optional fields: which of them an emitter ever sent, whatever way its messages are judged."""

from __future__ import annotations

from typing import Any, ClassVar, Literal

import pytest

from contracts.model.events import CanonicalEvent, EventData, Token
from contracts.verification.optional_fields import OptionalFields


class _Place(EventData):
    city: Token
    floor: int | None


class _Piece(EventData):
    sku: Token
    mark: Token | None = None


class _Data(EventData):
    number: Token
    note: Token | None = None
    kind: Literal["a", "b"] = "a"
    place: _Place | None = None
    pieces: list[_Piece]
    grid: list[list[_Piece]]


class Packed(CanonicalEvent):
    """A parcel was packed."""

    fact_key: ClassVar[tuple[str, ...]] = ("number",)
    type: Literal["packed"]
    data: _Data


PATHS = ("data.note", "data.kind", "data.place", "data.place.floor", "data.pieces[].mark", "data.grid[][].mark")
WHOLE: dict[str, Any] = {"number": "1", "pieces": [], "grid": []}


def sent(*data: Any) -> set[str]:
    """Return the optional fields that messages with these data have sent."""
    fields = OptionalFields(Packed)
    for one in data:
        fields.see({"data": one})
    assert tuple(fields.sent) == PATHS
    return {path for path, was_sent in fields.sent.items() if was_sent}


@pytest.mark.parametrize(
    ("data", "seen"),
    [
        (WHOLE, set()),
        (WHOLE | {"note": "x"}, {"data.note"}),
        (WHOLE | {"note": None, "place": None}, set()),
        (WHOLE | {"place": {"city": "R", "floor": None}}, {"data.place"}),
        (WHOLE | {"place": {"city": "R", "floor": 0}}, {"data.place", "data.place.floor"}),
        (WHOLE | {"pieces": [{"sku": "a"}, {"sku": "b", "mark": "m"}]}, {"data.pieces[].mark"}),
        (WHOLE | {"grid": [[], [{"sku": "a"}], [{"sku": "a", "mark": "m"}]]}, {"data.grid[][].mark"}),
        (WHOLE | {"pieces": {"mark": "m"}, "grid": "m", "place": [1]}, {"data.place"}),
        ("nothing", set()),
        (None, set()),
    ],
)
def test_a_field_was_sent_where_one_message_had_a_value(data: Any, seen: set[str]) -> None:
    """In objects and in items of lists; null is no value, and what has another form is none either."""
    assert sent(data) == seen
    assert sent(WHOLE, data, WHOLE) == seen


def test_what_several_messages_sent_is_joined() -> None:
    """One message needn't have them all."""
    assert sent(WHOLE | {"note": "x"}, WHOLE | {"kind": "b"}, WHOLE | {"note": "y"}) == {"data.note", "data.kind"}


def test_the_compiled_way_names_its_paths() -> None:
    """The same fields by the paths that a compiled contract has, each once and as often as it likes."""
    fields = OptionalFields(Packed)
    fields.see_paths(["$.data.number", "$.data.note", "$.id"])
    fields.see_paths(["$.data.note"])
    assert [path for path, was_sent in fields.sent.items() if was_sent] == ["data.note"]
