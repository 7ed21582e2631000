"""What order-desk reads of each event. `contracts capture` makes the pacts of it."""

import pytest

from contracts.testing import Expect, Handler

ENVELOPE = ("id", "source", "type", "time")
READS = {
    "order_placed": (
        "data.order_id",
        "data.items[].sku",
        "data.items[].quantity",
        "data.items[].price.minor_units",
        "data.total.minor_units",
        "data.total.currency",
        "data.voucher_id",
    ),
    "order_paid": ("data.order_id", "data.amount", "data.method"),
    "parcel_packed": ("data.order_id", "data.parcel_number", "data.skus"),
    "parcel_shipped": ("data.order_id", "data.parcel_number", "data.carrier"),
    "refund_issued": ("data.order_id", "data.amount.minor_units"),
}


@pytest.mark.parametrize("event", READS)
def test_an_event_is_told_to_the_customer(expect: Expect, handler: Handler, event: str) -> None:
    """The handler makes a line for the customer of what is listed here, and of nothing else."""
    message = expect(event, "a line for the customer", reads=[*ENVELOPE, *READS[event]])
    assert handler(message)
