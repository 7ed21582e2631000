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

from contracts.model.vocabulary import FactVocabulary

EmitterName = Annotated[str, StringConstraints(pattern=r"^[A-Za-z0-9][A-Za-z0-9._-]{0,127}$")]
ExtensionName = Annotated[str, StringConstraints(pattern=r"^[a-z0-9]{1,20}$")]
"""CloudEvents 1.0, "Naming conventions": lower-case letters and digits, 20 at most."""
Mode = Literal["structured", "binary", "batch"]
Prose = Annotated[str, StringConstraints(min_length=1, strip_whitespace=True)]


class Status(StrEnum):
    """How far a pair is."""

    IMPLEMENTED = "implemented"
    PLANNED = "planned"


class _Strict(BaseModel):
    model_config = ConfigDict(extra="forbid", strict=True, frozen=True, defer_build=True)


class PairEntry(_Strict):
    """What the registry holds of one pair (emitter, event)."""

    status: Annotated[Status, Field(strict=False, description="How far the pair is.")]
    repeats: Literal["never", "guarded"] = Field(
        default="never", description="May the source state a fact again, guarded by a marker against duplicates?"
    )
    delivery: Literal["at-least-once"] | None = Field(default=None, description="Is a refused delivery owed again?")
    owner: Prose | None = Field(default=None, description="Who answers for the pair.")
    since: date | None = Field(default=None, description="The day on which it was implemented or planned.")
    target: date | None = Field(default=None, description="The day by which a planned pair is to be implemented.")
    decision: Prose | None = Field(default=None, description="A reference to who decided it, and where.")
    reason: Prose | None = Field(default=None, description="Why an implemented pair was taken back to planned.")


class EmitterEntry(_Strict):
    """One real source of facts and the events it is permitted."""

    description: Prose
    owner: Prose | None = Field(default=None, description="Who answers for the emitter.")
    decision: Prose | None = Field(default=None, description="A reference to who approved it, and where.")
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


class Messages(_Strict):
    """In which forms a canonical event may be sent (CloudEvents 1.0, HTTP protocol binding, sections 3.1 to 3.3)."""

    modes: Annotated[tuple[Mode, ...], Field(min_length=1)] = ("structured",)
    extensions: tuple[ExtensionName, ...] = Field(
        default=(), description="CloudEvents extension attributes that are permitted beside the event's own."
    )


class Waiver(_Strict):
    """A finding of a pair that is accepted for a time."""

    emitter: EmitterName
    event: Prose
    rule: Prose = Field(description="The id of the rule that is broken.")
    path: Prose | None = Field(
        default=None, description="The place in the message, as the finding names it; without it, any."
    )
    decision: Prose = Field(description="A reference to who decided it, and where.")
    until: date = Field(description="The last day on which it is accepted.")

    def covers(self, rule: str, path: str | None) -> bool:
        """Is a finding of its pair, of this rule and at this place, the one that is accepted?"""
        return rule == self.rule and self.path in (None, path)


class Registry(_Strict):
    """The whole registry, as its TOML file holds it."""

    needs_decision: tuple[str, ...] = Field(
        default=(), description="Events that may be given an emitter only with a decision."
    )
    consumer: Consumer
    guarantees: dict[str, Prose] = Field(default_factory=dict, description="What every emitter promises, in words.")
    vocabulary: FactVocabulary = FactVocabulary()
    messages: Messages = Messages()
    waivers: tuple[Waiver, ...] = ()
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

    def waivers_of(self, emitter: str, event: str) -> tuple[Waiver, ...]:
        """Return the findings of a pair that are accepted for a time, also those whose time is over."""
        return tuple(one for one in self.waivers if (one.emitter, one.event) == (emitter, event))

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
