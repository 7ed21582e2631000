"""Why a pact was selected, carried in its address from the selection to the result.

It is opaque to clients: base64 of a query string. A result for work in progress is remembered as one.
"""

from __future__ import annotations

import base64
import binascii
from dataclasses import dataclass
from urllib.parse import parse_qs, urlencode


@dataclass(frozen=True, slots=True)
class Metadata:
    """What an address says about the selection: the consumer version, and whether it was work in progress."""

    number: str | None = None
    wip: bool = False


def write_metadata(*, number: str, wip: bool, pending: bool | None) -> str:
    """Return the segment of an address that holds the metadata."""
    values = {"cvn": number, **({"w": "true"} if wip else {})}
    if pending is not None:
        values["p"] = str(pending).lower()
    return base64.urlsafe_b64encode(urlencode(values).encode()).decode().rstrip("=")


def read_metadata(segment: str | None) -> Metadata:
    """Read the segment; what can't be read says nothing."""
    try:
        padded = (segment or "") + "=" * (-len(segment or "") % 4)
        values = parse_qs(base64.b64decode(padded, altchars=b"-_", validate=True).decode())
    except (binascii.Error, ValueError):
        return Metadata()
    return Metadata(number=values.get("cvn", [None])[0], wip=values.get("w") == ["true"])
