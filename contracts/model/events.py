"""Canonical events: closed CloudEvents 1.0 envelopes, and the catalogue that holds them.

The envelope's rules come from the CloudEvents 1.0.2 specification ("Context Attributes") and its JSON event
format; `time` is RFC 3339 with an offset. What is optional there and not listed here is left out on purpose:
a canonical event is closed, so that nobody comes to depend on what nobody promised.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime
from functools import cached_property
from types import MappingProxyType
from typing import Annotated, Any, ClassVar, Literal, get_args

from pydantic import BaseModel, BeforeValidator, ConfigDict, Field, StringConstraints, WithJsonSchema

from contracts.model.names import did_you_mean

TOKEN_PATTERN = r"^[A-Za-z0-9][A-Za-z0-9._:-]{0,127}$"
"""What an identifier may look like: never personal data, never free text."""

RFC3339_PATTERN = (
    r"^[0-9]{4}-(0[1-9]|1[0-2])-(0[1-9]|[12][0-9]|3[01])"
    r"[Tt]([01][0-9]|2[0-3]):[0-5][0-9]:[0-5][0-9](\.[0-9]+)?"
    r"([Zz]|[+-]([01][0-9]|2[0-3]):[0-5][0-9])$"
)
"""RFC 3339 section 5.6 with an offset. A leap second (":60") is left out: no calendar library reads it."""

CONTENT_TYPE = "application/cloudevents+json"
BATCH_CONTENT_TYPE = "application/cloudevents-batch+json"

_RFC3339 = re.compile(RFC3339_PATTERN)
_LEAP_SECOND = re.compile(RFC3339_PATTERN.replace(":[0-5][0-9](", ":60(", 1))
# "." matches no line end, so the newline that "$" lets pass is refused here.
_PARTS = re.compile(r"(?P<seconds>.{19})(?P<fraction>\.[0-9]+)?(?P<offset>.+)")


def parse_rfc3339(value: object) -> datetime:
    """Read an RFC 3339 date-time with an offset.

    Args:
        value: the text, or a datetime that has an offset.

    Returns:
        The moment, in the offset it was written with; digits beyond microseconds are dropped.

    Raises:
        ValueError: the text isn't one, or the calendar doesn't have that day.
    """
    if isinstance(value, datetime):
        if value.tzinfo is None:
            raise ValueError("has no offset")
        return value
    parts = _PARTS.fullmatch(value.upper()) if isinstance(value, str) and _RFC3339.match(value) else None
    if parts is None:
        if isinstance(value, str) and _LEAP_SECOND.match(value):
            said = "is a leap second, which RFC 3339 has and no calendar library reads; state the second before it"
            raise ValueError(f"{value!r} {said}")
        raise ValueError(f"{value!r} is no RFC 3339 date-time with an offset, such as 2026-01-31T18:00:00+03:00")
    seconds, fraction, offset = parts.group("seconds", "fraction", "offset")
    micros = f"{fraction[:7]:0<7}" if fraction else ""
    return datetime.fromisoformat(f"{seconds}{micros}{offset.replace('Z', '+00:00')}")


Token = Annotated[str, StringConstraints(pattern=TOKEN_PATTERN)]
"""An identifier: letters, digits and `._:-`, 128 characters at most."""

Timestamp = Annotated[
    datetime,
    BeforeValidator(parse_rfc3339, json_schema_input_type=str),
    WithJsonSchema({"type": "string", "format": "date-time", "pattern": RFC3339_PATTERN}),
]
"""When a fact happened: RFC 3339 with an offset."""


class EventData(BaseModel):
    """The `data` of a canonical event: closed, strict and immutable."""

    model_config = ConfigDict(extra="forbid", strict=True, frozen=True)


class CanonicalEvent(BaseModel):
    """One CloudEvents 1.0 message in structured JSON mode.

    A subclass names its event by the `type` literal and describes `data`. `fact_key` names the data keys
    that, with `source` and `type`, identify the fact.
    """

    model_config = ConfigDict(extra="forbid", strict=True, frozen=True)
    fact_key: ClassVar[tuple[str, ...]] = ()

    specversion: Literal["1.0"]
    id: Token = Field(description="The marker: equal for every repeat of one fact, different for different facts.")
    source: Token = Field(description="The emitter's name in the registry.")
    type: str = Field(description="The canonical event's name.")
    time: Timestamp = Field(description="When it happened.")
    datacontenttype: Literal["application/json"] = "application/json"
    data: EventData


@dataclass(frozen=True)
class Catalogue:
    """The canonical events of one domain, by name, in their order of declaration."""

    models: tuple[type[CanonicalEvent], ...]

    def __getstate__(self) -> dict[str, Any]:
        # What is made of the models is made again wherever the catalogue is taken to; it can't be taken along.
        return {"models": self.models}

    @cached_property
    def by_name(self) -> Mapping[str, type[CanonicalEvent]]:
        """Each event's model by the event's name."""
        return MappingProxyType({event_name(model): model for model in self.models})

    @property
    def names(self) -> tuple[str, ...]:
        """The events' names, in their order of declaration."""
        return tuple(self.by_name)

    def __iter__(self) -> Iterator[str]:
        return iter(self.by_name)

    def __contains__(self, name: object) -> bool:
        return name in self.by_name

    def __getitem__(self, name: str) -> type[CanonicalEvent]:
        """Return the model of the event `name`.

        Raises:
            KeyError: no canonical event has that name; the message names the nearest.
        """
        try:
            return self.by_name[name]
        except KeyError:
            raise KeyError(f"no canonical event is called {name!r}{did_you_mean(name, self.by_name)}") from None

    def fact_key(self, name: str) -> tuple[str, ...]:
        """Return the data keys that identify a fact of the event `name`."""
        return self[name].fact_key


def event_name(model: type[CanonicalEvent]) -> str:
    """Return the canonical name that the model's `type` literal holds.

    Raises:
        TypeError: `type` isn't one string literal.
    """
    names = get_args(model.model_fields["type"].annotation)
    if len(names) != 1 or not isinstance(names[0], str):
        raise TypeError(f"{model.__name__}.type must be a Literal of one name")
    return names[0]


def data_model(model: type[CanonicalEvent]) -> type[BaseModel]:
    """Return the model of the event's `data`."""
    annotation: Any = model.model_fields["data"].annotation
    if not (isinstance(annotation, type) and issubclass(annotation, BaseModel)):
        raise TypeError(f"{model.__name__}.data must be a pydantic model")
    return annotation
