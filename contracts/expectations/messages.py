"""The message that a consumer's handler is given, as it comes over HTTP."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any
from urllib.parse import quote

from contracts.expectations.headers import Headers
from contracts.model.events import BATCH_CONTENT_TYPE, CONTENT_TYPE
from contracts.model.registry import Mode


@dataclass(frozen=True, slots=True)
class Message:
    """One message on its way to the consumer.

    Attributes:
        body: the bytes that came over the wire.
        headers: by name, in any case.
    """

    body: bytes
    headers: Mapping[str, str] = Headers({"content-type": CONTENT_TYPE})

    @property
    def event(self) -> Any:
        """The body as a JSON value."""
        return json.loads(self.body)


def message_of(event: Mapping[str, Any], mode: Mode = "structured") -> Message:
    """Return the message that carries `event` over HTTP.

    Args:
        mode: CloudEvents' mode (HTTP protocol binding, section 3); a batch holds the one event.
    """
    if mode == "batch":
        return Message(_json([event]), Headers({"content-type": BATCH_CONTENT_TYPE}))
    if mode == "structured":
        return Message(_json(event))
    attributes = {name: value for name, value in event.items() if name not in ("data", "datacontenttype")}
    headers = {f"ce-{name}": quote(str(value), safe=_NOT_ENCODED) for name, value in attributes.items()}
    content_type = event.get("datacontenttype", "application/json")
    body = _json(event["data"]) if "data" in event else b""
    return Message(body, Headers({**headers, "content-type": content_type}))


def _json(value: Any) -> bytes:
    return json.dumps(value, ensure_ascii=False).encode()


# Section 3.1.3.2: a blank, a double quote, a percent sign and all that isn't printable ASCII are percent-encoded.
_NOT_ENCODED = "".join(chr(code) for code in range(0x21, 0x7F) if chr(code) not in '"%')
