"""Holding a document's statements against the registry."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from functools import cached_property
from typing import Any

from contracts.documents.drift.statements import ALL, DENIED, REST, DocumentReading, Said, Statement, Unread
from contracts.errors import Where
from contracts.model.domain import Domain
from contracts.model.names import did_you_mean
from contracts.model.registry import Pair, Status
from contracts.model.toml_lines import KeyPath, line_of, lines_of_keys


@dataclass(frozen=True, slots=True)
class Difference:
    """One point in which document and registry say different things.

    Attributes:
        kind: what sort of difference, such as `status` or `unknown-emitter`.
        said, holds: what the document says and what the registry says, as people read it.
        document, registry: the two places.
    """

    kind: str
    emitter: str | None
    event: str | None
    said: str
    holds: str
    document: Where
    registry: Where

    @property
    def message(self) -> str:
        """The difference as a sentence."""
        subject = " → ".join(f"`{name}`" for name in (self.emitter, self.event) if name)
        return f"{subject}: the document says {self.said}, the registry says {self.holds}"

    def to_json(self) -> dict[str, Any]:
        """Return the difference as JSON values."""
        names = {"kind": self.kind, "emitter": self.emitter, "event": self.event}
        sides = {"said": self.said, "holds": self.holds, "message": self.message}
        return {**names, **sides, "document": self.document.to_json(), "registry": self.registry.to_json()}


@dataclass(frozen=True)
class RegistryLines:
    """The lines of a registry's file.

    Attributes:
        file: its name, as it is shown.
        lines: by the path of each key.
    """

    file: str
    lines: dict[KeyPath, int]

    def of(self, emitter: str | None, event: str | None) -> Where:
        """Return the place that says most of a pair: itself, its emitter, the list of decisions, the first emitter."""
        pair = ("emitters", emitter or "", "events", event or "")
        paths = ((*pair, "status"), pair, pair[:2]) if emitter else (("needs_decision",),)
        found = (line_of(self.lines, path) for path in paths if path[:1] != ("emitters",) or path in self.lines)
        first = min((line for path, line in self.lines.items() if path[:1] == ("emitters",)), default=1)
        return Where(self.file, next((line for line in found if line is not None), first))


def registry_lines(text: str, file: str) -> RegistryLines:
    """Find the lines of a registry's TOML text."""
    return RegistryLines(file, lines_of_keys(text))


def compare(reading: DocumentReading, domain: Domain, *, file: str, registry: RegistryLines) -> tuple[Difference, ...]:
    """Return the differences between a document's statements and the registry.

    Args:
        reading: of one document.
        domain: catalogue and registry.
        file: the document's name.
        registry: where the registry's entries stand.

    Returns:
        The differences by the document's lines, each once.
    """
    comparison = _Comparison(reading.statements, reading.unread, domain)
    found = dict[tuple[str, str | None, str | None, int], Difference]()
    for kind, statement, pair, holds in comparison.differences():
        emitter, event = (pair.emitter, pair.event) if pair else (statement.emitter, statement.event)
        said = statement.said.value if statement.said else "it may be stated" if statement.event else "it is an emitter"
        said = "nothing of it" if kind == "left-out" else "it is an event" if kind == "unknown-event" else said
        places = Where(file, statement.line), registry.of(emitter, event)
        found[kind, emitter, event, statement.line] = Difference(kind, emitter, event, said, holds, *places)
    return tuple(sorted(found.values(), key=lambda difference: difference.document.line or 0))


Found = tuple[str, Statement, Pair | None, str]


@dataclass(frozen=True)
class _Comparison:
    statements: tuple[Statement, ...]
    unread: tuple[Unread, ...]
    domain: Domain

    def differences(self) -> Iterator[Found]:
        for statement in self.statements:
            if statement.event in (REST, ALL):
                yield from self._blanket(statement)
            elif statement.event and statement.event not in self.domain.catalogue:
                near = did_you_mean(statement.event, self.domain.catalogue)
                yield "unknown-event", statement, None, f"no canonical event has that name{near}"
            elif statement.emitter is None:
                yield from self._event(statement)
            else:
                yield from self._pair(statement, statement.emitter)
        if not any(one.unclear for one in self.unread):
            # What a document leaves out is known of one that is understood.
            yield from self._left_out()

    @cached_property
    def _named(self) -> frozenset[str | None]:
        return frozenset(s.event for s in self.statements) | {event for one in self.unread for event in one.events}

    @cached_property
    def _presented(self) -> frozenset[str | None]:
        # A name that is presented as an emitter is reported there, and not again with each of its events.
        return frozenset(s.emitter for s in self.statements if s.event is None)

    @cached_property
    def _ownerless(self) -> frozenset[str | None]:
        return frozenset(s.event for s in self.statements if s.said is Said.NO_EMITTER)

    def _pair(self, statement: Statement, emitter: str) -> Iterator[Found]:
        denied, pair = statement.said in DENIED, self.domain.registry.pair(emitter, statement.event or "")
        if emitter not in self.domain.registry.emitters:
            if not denied and not (statement.event and emitter in self._presented):
                near = did_you_mean(emitter, self.domain.registry.emitters)
                yield "unknown-emitter", statement, None, f"nothing of it{near}"
        elif statement.event is None:
            if denied:
                yield "excluded-emitter", statement, None, "it is one"
        elif pair is None:
            if not denied and statement.said is not Said.NOT_EMITTED:
                yield "not-permitted", statement, None, "it may not state this event"
        elif denied:
            yield "permitted", statement, pair, f"permitted, {pair.status.value}"
        elif not _agrees(statement.said, pair.status):
            yield "status", statement, pair, pair.status.value

    def _event(self, statement: Statement) -> Iterator[Found]:
        pairs = self.domain.registry.emitters_of(statement.event or "")
        if statement.said in DENIED:
            for pair in pairs[:1]:
                yield "has-emitter", statement, pair, f"{pair.emitter} may state it"
        elif not pairs:
            denies = statement.said in (Said.NOT_IMPLEMENTED, Said.NOT_EMITTED)
            if not denies and not (statement.said is Said.PLANNED and statement.event in self._ownerless):
                yield "no-emitter", statement, None, "no emitter may state it"
        elif not any(_agrees(statement.said, pair.status) for pair in pairs):
            yield "status", statement, pairs[0], pairs[0].status.value

    def _blanket(self, statement: Statement) -> Iterator[Found]:
        for pair in self.domain.registry.pairs(statement.emitter):
            if statement.event == REST and pair.event in self._named:
                continue
            if statement.said in DENIED:
                yield "permitted", statement, pair, f"permitted, {pair.status.value}"
            elif not _agrees(statement.said, pair.status):
                yield "status", statement, pair, pair.status.value

    def _left_out(self) -> Iterator[Found]:
        """Yield what a listing leaves out, though the registry has it."""
        listed = [s for s in self.statements if s.listed and s.event and s.said not in DENIED]
        blanket = not self._named.isdisjoint((REST, ALL))
        for pair in self.domain.registry.pairs():
            of_it = [s for s in listed if s.emitter in (None, pair.emitter)]
            known = (self.domain.registry.pair(pair.emitter, event or "") for event in {s.event for s in of_it})
            # A list that names no planned event may be the list of what is emitted today.
            alike = pair.status is Status.IMPLEMENTED or any(one and one.status is pair.status for one in known)
            whole = (s for s in of_it if _is_whole(s, pair, alike=alike))
            listing = None if blanket or pair.event in self._named else next(whole, None)
            if listing:
                yield "left-out", listing, pair, f"permitted, {pair.status.value}"
        unowned = next((s for s in self.statements if s.listed and s.said is Said.NO_EMITTER and not s.own), None)
        for event in self.domain.catalogue if unowned else ():
            if unowned and event not in self._named and not self.domain.registry.emitters_of(event):
                yield "left-out", Statement(unowned.line, None, event), None, "no emitter may state it"


def _is_whole(statement: Statement, pair: Pair, *, alike: bool) -> bool:
    """Would a list with this statement name the pair, too?"""
    if statement.said and not statement.own:
        # A list under "implemented" is complete for what is implemented, and says nothing of the rest.
        return _agrees(statement.said, pair.status)
    return statement.emitter is not None and alike


def _agrees(said: Said | None, status: Status) -> bool:
    return said is None or (said is Said.IMPLEMENTED) is (status is Status.IMPLEMENTED)
