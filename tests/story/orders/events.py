"""The canonical events of orders: one class an event, and all of them in CATALOGUE."""

from enum import Enum
from typing import Annotated, ClassVar, Literal

from pydantic import Field

from contracts.model.events import CanonicalEvent, Catalogue, EventData, Timestamp, Token


class Currency(Enum):
    """What an amount is in."""

    EUR = "EUR"
    USD = "USD"


class Carrier(Enum):
    """Who brings a parcel."""

    POST = "post"
    COURIER = "courier"


class Method(Enum):
    """What was paid with."""

    CARD = "card"
    TRANSFER = "transfer"


class Amount(EventData):
    """Money, in the smallest unit of its currency: no fraction is ever rounded."""

    minor_units: Annotated[int, Field(ge=0)]
    currency: Currency


class Item(EventData):
    """What is ordered, how often, and at which price."""

    sku: Token
    quantity: Annotated[int, Field(ge=1, le=1000)]
    price: Amount
    gift_note_id: Token | None = None


class Order(EventData):
    """An order by its number."""

    order_id: Token


class Placed(Order):
    """An order with what it holds."""

    items: Annotated[list[Item], Field(min_length=1, max_length=100)]
    total: Amount
    voucher_id: Token | None = None


class Paid(Order):
    """A payment of an order."""

    payment_id: Token
    amount: Amount
    method: Method


class Parcel(Order):
    """A parcel of an order."""

    parcel_number: Annotated[int, Field(ge=1)]
    weight_grams: Annotated[int, Field(ge=1)]
    skus: Annotated[list[Token], Field(min_length=1, max_length=100)]


class Shipment(Order):
    """A parcel that is on its way."""

    parcel_number: Annotated[int, Field(ge=1)]
    carrier: Carrier
    expected_at: Timestamp | None = None


class Refund(Order):
    """Money that was given back."""

    refund_id: Token
    amount: Amount


class OrderPlaced(CanonicalEvent):
    """A customer has placed an order."""

    fact_key: ClassVar[tuple[str, ...]] = ("order_id",)
    type: Literal["order_placed"]
    data: Placed


class OrderPaid(CanonicalEvent):
    """An order has been paid."""

    fact_key: ClassVar[tuple[str, ...]] = ("order_id", "payment_id")
    type: Literal["order_paid"]
    data: Paid


class ParcelPacked(CanonicalEvent):
    """A parcel of an order has been packed."""

    fact_key: ClassVar[tuple[str, ...]] = ("order_id", "parcel_number")
    type: Literal["parcel_packed"]
    data: Parcel


class ParcelShipped(CanonicalEvent):
    """A parcel of an order has left the warehouse."""

    fact_key: ClassVar[tuple[str, ...]] = ("order_id", "parcel_number")
    type: Literal["parcel_shipped"]
    data: Shipment


class RefundIssued(CanonicalEvent):
    """Money has been given back for an order."""

    fact_key: ClassVar[tuple[str, ...]] = ("refund_id",)
    type: Literal["refund_issued"]
    data: Refund


class OrderCancelled(CanonicalEvent):
    """An order has been cancelled; nobody may say so yet."""

    fact_key: ClassVar[tuple[str, ...]] = ("order_id",)
    type: Literal["order_cancelled"]
    data: Order


CATALOGUE = Catalogue((OrderPlaced, OrderPaid, ParcelPacked, ParcelShipped, RefundIssued, OrderCancelled))
