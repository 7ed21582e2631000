"""The state that each rule's fixture changes: three events of orders."""

from typing import Annotated, ClassVar, Literal
from uuid import UUID

from pydantic import Field

from contracts.model.events import CanonicalEvent, Catalogue, EventData, Timestamp, Token


class Address(EventData):
    """Where an order goes."""

    city: Annotated[str, Field(max_length=40)]
    floor: int | None = None


class Line(EventData):
    """One line of an order."""

    sku: Annotated[str, Field(pattern="^[A-Z]{3}$")]
    size: Literal[1, 2]


class Payment(EventData):
    """How an order was paid: what the consumer reads of it stands in its pact, each field with another matcher."""

    paid_at: Timestamp
    receipt: UUID
    currency: Literal["EUR", "USD"]
    method: Literal["card"]
    country: Annotated[str, Field(pattern="^[A-Z]{2}$")]
    label: Annotated[str, Field(min_length=2, max_length=24)]
    refundable: Literal[True]
    shares: Annotated[float, Field(ge=0, le=1)]
    lines: Annotated[list[Line], Field(min_length=2, max_length=5)]
    voucher: Literal["gift", "sale"] | None = None
    unread: Literal["a", "b"]


class Placement(EventData):
    """An order as it was placed."""

    order_id: Token
    amount: Annotated[int, Field(ge=0, le=1000)]
    kind: Literal["gift", "own"]
    note: Annotated[str, Field(max_length=20)] = ""
    code: Annotated[str, Field(pattern="^[a-z]+$", examples=["abc"])] = "abc"
    address: Address
    tags: tuple[Token, ...] = ()
    payment: Payment


class OrderPlaced(CanonicalEvent):
    """An order was placed."""

    fact_key: ClassVar[tuple[str, ...]] = ("order_id",)
    type: Literal["order_placed"]
    data: Placement


class Shipment(EventData):
    """An order on its way."""

    order_id: Token
    parcel_id: Token


class OrderShipped(CanonicalEvent):
    """An order was shipped."""

    fact_key: ClassVar[tuple[str, ...]] = ("order_id", "parcel_id")
    type: Literal["order_shipped"]
    data: Shipment


class Loss(EventData):
    """An order that got lost."""

    order_id: Token


class OrderLost(CanonicalEvent):
    """An order was lost."""

    fact_key: ClassVar[tuple[str, ...]] = ("order_id",)
    type: Literal["order_lost"]
    data: Loss


CATALOGUE = Catalogue((OrderPlaced, OrderShipped, OrderLost))
