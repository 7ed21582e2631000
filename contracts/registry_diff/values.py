"""A state of registry and catalogue, reduced to what a change can be seen in."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from contracts.errors import Where
from contracts.model.shapes import Node


@dataclass(frozen=True, slots=True)
class RegisteredPair:
    """What a state's registry says of one pair."""

    status: str
    repeats: str
    delivery: str | None
    where: Where

    @property
    def implemented(self) -> bool:
        """Does its emitter have to hold it?"""
        return self.status == "implemented"


@dataclass(frozen=True, slots=True)
class EventState:
    """What a state's catalogue says of one event.

    Attributes:
        fields: by their paths, such as `data.client_id`.
        places: each field's line, by its path.
    """

    fact_key: tuple[str, ...]
    fields: Mapping[str, Node]
    where: Where
    places: Mapping[str, Where] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class MessageForms:
    """In which forms a state's registry permits messages.

    Attributes:
        modes: of CloudEvents over HTTP; structured alone where nothing is said.
        extensions: extension attributes of CloudEvents.
        where: the place that says so.
    """

    modes: tuple[str, ...]
    extensions: tuple[str, ...]
    where: Where


@dataclass(frozen=True, slots=True)
class ContractState:
    """A registry and a catalogue.

    Attributes:
        name: what people call it, such as a git revision.
        registry: its file.
        pairs: by (emitter, event).
        reads: by (emitter, event), the paths that the consumer reads; None where the state has no pacts.
        forms: in which messages may be sent.
        elsewhere: its files aren't the project's, such as those of a wheel.
    """

    name: str
    consumer: str
    registry: Where
    pairs: Mapping[tuple[str, str], RegisteredPair]
    events: Mapping[str, EventState]
    reads: Mapping[tuple[str, str], frozenset[str]] | None
    forms: MessageForms
    elsewhere: bool = False

    def expects(self, emitter: str, event: str) -> bool:
        """Does the consumer expect the event of this emitter? Without pacts, it is taken to expect every pair."""
        return self.reads is None or (emitter, event) in self.reads

    def reads_field(self, event: str, path: str) -> bool:
        """Does the consumer read a field of the event? Without pacts, it is taken to read every field."""
        if self.reads is None:
            return True
        return any(path in paths for (_, name), paths in self.reads.items() if name == event)

    def implementers(self, event: str) -> tuple[str, ...]:
        """Return the emitters that have to hold the event."""
        return tuple(emitter for (emitter, name), pair in self.pairs.items() if name == event and pair.implemented)

    @property
    def with_implemented(self) -> tuple[str, ...]:
        """The emitters that have to hold an event, each once."""
        return tuple(dict.fromkeys(emitter for (emitter, _), pair in self.pairs.items() if pair.implemented))

    @staticmethod
    def registry_pairs(document: Mapping[str, Any]) -> dict[tuple[str, str], Mapping[str, Any]]:
        """Return the entries of a registry's TOML document by (emitter, event), whatever else it holds."""
        return {
            (emitter, event): entry
            for emitter, table in document.get("emitters", {}).items()
            for event, entry in table.get("events", {}).items()
        }
