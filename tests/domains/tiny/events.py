"""Three canonical events of a parcel."""

from __future__ import annotations

from enum import Enum, IntEnum
from typing import Annotated, ClassVar, Literal
from uuid import UUID

from pydantic import Field, StringConstraints

from contracts.model.events import CanonicalEvent, Catalogue, EventData, Timestamp, Token


class Size(Enum):
    """How large a parcel is; a dot and a plus mean something in a regular expression."""

    SMALL = "small"
    LARGE = "large"
    EXTRA_LARGE = "1.5+"


class Floor(IntEnum):
    """Where a shelf is."""

    CELLAR = -1
    GROUND = 0


class Parcel(EventData):
    """A parcel by its number."""

    parcel_id: UUID


class Address(EventData):
    """Where a parcel goes."""

    city: Annotated[str, StringConstraints(min_length=2, max_length=40)]
    house: Annotated[int, Field(ge=1)]
    entrance: Token | None = None


class Piece(EventData):
    """One piece of a parcel."""

    kind: Literal["piece"]
    weight_kg: float
    marks: list[Token] = Field(max_length=3)


class Weighing(Parcel):
    """What the scales found out."""

    size: Size
    floor: Floor
    weight_kg: float
    tare_kg: float | None
    pieces: Annotated[int, Field(ge=1, le=1000)]
    is_fragile: bool
    sealed: Literal[True]
    address: Address
    contents: list[Piece] = Field(min_length=1)
    grid: list[list[int]]
    note: str
    code: Annotated[str, StringConstraints(pattern="[0-9]{2}|^X")] = Field(examples=["A42"])
    remark: str | None = None
    weighed_at: Timestamp
    checked: bool = False


class ParcelWeighed(CanonicalEvent):
    """A parcel has been weighed."""

    fact_key: ClassVar[tuple[str, ...]] = ("parcel_id",)
    type: Literal["parcel_weighed"]
    data: Weighing


class ParcelDelivered(CanonicalEvent):
    """A parcel has been delivered."""

    fact_key: ClassVar[tuple[str, ...]] = ("parcel_id",)
    type: Literal["parcel_delivered"]
    data: Parcel


class ParcelLost(CanonicalEvent):
    """A parcel is lost; nobody may say so yet."""

    fact_key: ClassVar[tuple[str, ...]] = ("parcel_id",)
    type: Literal["parcel_lost"]
    data: Parcel


CATALOGUE = Catalogue((ParcelWeighed, ParcelDelivered, ParcelLost))
