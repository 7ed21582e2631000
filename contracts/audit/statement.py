"""What one record states of a fact, in digests: the values themselves aren't kept."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from hashlib import blake2b
from typing import Protocol

from contracts.model.audit import Position
from contracts.model.emission import Emission


class Stated(Protocol):
    """A fact, its marker and its message's content, however they were read."""

    @property
    def event(self) -> str:
        """The event."""

    @property
    def fact(self) -> Mapping[str, str]:
        """The values of its fact key."""

    @property
    def marker(self) -> str:
        """Its id."""

    @property
    def content(self) -> str:
        """One text for all spellings of the message."""


@dataclass(frozen=True, slots=True)
class DigestedStatement:
    """One statement of a fact.

    Attributes:
        fact, marker: digests of 128 bits, which hold the emitter and the test that ran as well.
        content: likewise of all that the message says.
        delivered: True where a receiver took it, False where it was refused, None where nobody knows.
    """

    emitter: str
    event: str
    fact: int
    marker: int
    content: int
    delivered: bool | None
    at: Position

    @classmethod
    def of(cls, emitter: str, stated: Stated, emission: Emission, at: Position) -> DigestedStatement:
        """Return what a message states; repeats are compared within one context."""
        context = "" if emission.context is None else f"in {emission.context}"
        fact = (part for key in sorted(stated.fact) for part in (key, stated.fact[key]))
        return cls(
            emitter,
            stated.event,
            _digest(context, emitter, stated.event, *fact),
            _digest(context, emitter, stated.marker),
            _digest(stated.content),
            emission.delivered,
            at,
        )


def _digest(*parts: str) -> int:
    # No part can hold a NUL, which is refused where JSON is read: joined by it, ("ab", "c") and ("a", "bc") differ.
    whole = "\0".join(parts).encode("utf-8", "surrogatepass")
    return int.from_bytes(blake2b(whole, digest_size=16).digest())
