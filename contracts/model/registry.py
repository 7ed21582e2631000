"""The registry: which emitter may state which canonical event, and how far each pair is."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date
from enum import StrEnum
from typing import Annotated, Literal

from pydantic import BaseModel, ConfigDict, Field, StringConstraints

EmitterName = Annotated[str, StringConstraints(pattern=r"^[A-Za-z0-9][A-Za-z0-9._-]{0,127}$")]
Prose = Annotated[str, StringConstraints(min_length=1, strip_whitespace=True)]


class Status(StrEnum):
    """How far a pair is."""

    IMPLEMENTED = "implemented"
    PLANNED = "planned"


class _Strict(BaseModel):
    model_config = ConfigDict(extra="forbid", strict=True, frozen=True)


class PairEntry(_Strict):
    """What the registry holds of one pair (emitter, event)."""

    status: Annotated[Status, Field(strict=False)]
    repeats: Literal["never", "guarded"] = "never"
    delivery: Literal["at-least-once"] | None = None
    owner: Prose | None = None
    since: date | None = None
    target: date | None = None
    decision: Prose | None = None
    reason: Prose | None = None


class EmitterEntry(_Strict):
    """One real source of facts and the events it is permitted."""

    description: Prose
    owner: Prose | None = None
    decision: Prose | None = None
    events: dict[str, PairEntry] = Field(min_length=1)


class Consumer(_Strict):
    """The one consumer of every canonical event."""

    name: EmitterName
    description: Prose


@dataclass(frozen=True, slots=True)
class Pair:
    """One permitted (emitter, event) with its entry."""

    emitter: str
    event: str
    entry: PairEntry

    @property
    def status(self) -> Status:
        """How far the pair is."""
        return self.entry.status


class Registry(_Strict):
    """The whole registry, as its TOML file holds it."""

    needs_decision: tuple[str, ...] = ()
    consumer: Consumer
    guarantees: dict[str, Prose] = Field(default_factory=dict)
    emitters: dict[EmitterName, EmitterEntry]

    def pairs(self, emitter: str | None = None) -> Iterator[Pair]:
        """Yield the permitted pairs, of one emitter or of all, in the file's order."""
        for name, entry in self.emitters.items():
            if emitter in (None, name):
                for event, pair in entry.events.items():
                    yield Pair(name, event, pair)

    def pair(self, emitter: str, event: str) -> Pair | None:
        """Return the pair, or None where the emitter may not state the event."""
        known = self.emitters.get(emitter)
        entry = known.events.get(event) if known else None
        return Pair(emitter, event, entry) if entry else None

    def has_implemented(self, emitter: str | None = None) -> bool:
        """Is a pair implemented, of one emitter or of any?"""
        return any(pair.status is Status.IMPLEMENTED for pair in self.pairs(emitter))

    def emitters_of(self, event: str) -> tuple[Pair, ...]:
        """Return the pairs that permit `event`; empty for an unassigned event."""
        return tuple(pair for pair in self.pairs() if pair.event == event)

    @property
    def digest(self) -> str:
        """SHA-256 (hex) of what the registry says; its comments and layout don't count."""
        canonical = json.dumps(self.model_dump(mode="json"), sort_keys=True, separators=(",", ":"))
        return hashlib.sha256(canonical.encode()).hexdigest()
