"""What order-desk does with a message: it makes the line that a customer reads."""

import json
from collections.abc import Callable
from typing import Any

from contracts.testing import Message


def handle(message: Message) -> str:
    """Return the line of an event.

    Raises:
        KeyError: it is none that is read here, or it lacks what is read.
    """
    event = json.loads(message.body)
    return _LINES[event["type"]](event["data"])


def _placed(data: dict[str, Any]) -> str:
    items = ", ".join(f"{item['quantity']} of {item['sku']}" for item in data["items"])
    prices = sum(item["quantity"] * item["price"]["minor_units"] for item in data["items"])
    total = data["total"]
    saved = " with a voucher" if data.get("voucher_id") else ""
    return f"{data['order_id']}: {items}, {total['minor_units']} of {prices} {total['currency']}{saved}"


_LINES: dict[str, Callable[[dict[str, Any]], str]] = {
    "order_placed": _placed,
    "order_paid": lambda data: f"{data['order_id']}: paid {data['amount']['minor_units']} by {data['method']}",
    "parcel_packed": lambda data: f"{data['order_id']}: parcel {data['parcel_number']} holds {', '.join(data['skus'])}",
    "parcel_shipped": lambda data: f"{data['order_id']}: parcel {data['parcel_number']} goes by {data['carrier']}",
    "refund_issued": lambda data: f"{data['order_id']}: {data['amount']['minor_units']} come back",
}
