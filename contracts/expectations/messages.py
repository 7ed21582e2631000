"""The message that a consumer's handler is given, as it comes over HTTP."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from types import MappingProxyType
from typing import Any

from contracts.model.events import CONTENT_TYPE


@dataclass(frozen=True, slots=True)
class Message:
    """One message on its way to the consumer.

    Attributes:
        body: the bytes that came over the wire.
        headers: by lower-case name.
    """

    body: bytes
    headers: Mapping[str, str] = field(default_factory=lambda: MappingProxyType({"content-type": CONTENT_TYPE}))

    @property
    def event(self) -> Any:
        """The body as a JSON value."""
        return json.loads(self.body)


def message_of(event: Mapping[str, Any]) -> Message:
    """Return the message that carries `event` in CloudEvents' structured JSON mode."""
    return Message(json.dumps(event, ensure_ascii=False).encode())
