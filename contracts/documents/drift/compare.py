"""Holding a document's statements against the registry."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from functools import cached_property
from typing import Any

from contracts.documents.drift.statements import DocumentReading, Kind, Said, Statement, Unread
from contracts.errors import Where
from contracts.model.domain import Domain
from contracts.model.names import did_you_mean, nearest
from contracts.model.registry import Pair, Status
from contracts.model.toml_lines import KeyPath, line_of, lines_of_keys

_DENIED = (Said.NO_EMITTER, Said.EXCLUDED)


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
        return {
            "kind": self.kind,
            "emitter": self.emitter,
            "event": self.event,
            "said": self.said,
            "holds": self.holds,
            "message": self.message,
            "document": self.document.to_json(),
            "registry": self.registry.to_json(),
        }


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
    comparison = _Comparison(reading.statements, reading.unread, domain, file, registry)
    found = {(d.kind, d.emitter, d.event, d.document.line): d for d in comparison.differences()}
    return tuple(sorted(found.values(), key=lambda difference: difference.document.line or 0))


@dataclass(frozen=True)
class _Comparison:
    statements: tuple[Statement, ...]
    unread: tuple[Unread, ...]
    domain: Domain
    file: str
    lines: RegistryLines

    def differences(self) -> Iterator[Difference]:
        for statement in self.statements:
            match statement.kind:
                case Kind.EMITTER:
                    yield from self._emitter(statement)
                case Kind.PAIR if statement.event not in self.domain.catalogue:
                    near = did_you_mean(statement.event or "", self.domain.catalogue)
                    holds = f"no canonical event has that name{near}"
                    yield self._difference("unknown-event", statement, "it is an event", holds)
                case Kind.PAIR if statement.emitter is None:
                    yield from self._event(statement)
                case Kind.PAIR:
                    yield from self._pair(statement)
                case Kind.REST:
                    yield from self._rest(statement)
        if not any(one.unclear for one in self.unread):
            # What a document leaves out is known of one that is understood.
            yield from self._left_out()

    @cached_property
    def _pairs(self) -> list[Statement]:
        return [statement for statement in self.statements if statement.kind is Kind.PAIR]

    @cached_property
    def _presented(self) -> frozenset[str]:
        # A name that is presented as an emitter is reported there, and not again with each of its events.
        return frozenset(s.emitter for s in self.statements if s.kind is Kind.EMITTER and s.emitter)

    def _difference(
        self, kind: str, statement: Statement, said: str, holds: str, pair: Pair | None = None
    ) -> Difference:
        emitter = pair.emitter if pair else statement.emitter
        event = pair.event if pair else statement.event
        document = Where(self.file, statement.line)
        return Difference(kind, emitter, event, said, holds, document, self.lines.of(emitter, event))

    def _status(self, statement: Statement, pair: Pair) -> Difference:
        return self._difference("status", statement, _spoken(statement), pair.status.value, pair)

    def _permitted(self, statement: Statement, pair: Pair) -> Difference:
        return self._difference("permitted", statement, _spoken(statement), f"permitted, {pair.status.value}", pair)

    def _unknown_emitter(self, statement: Statement) -> Difference:
        near = did_you_mean(statement.emitter or "", self.domain.registry.emitters)
        return self._difference("unknown-emitter", statement, "it is an emitter", f"nothing of it{near}")

    def _emitter(self, statement: Statement) -> Iterator[Difference]:
        registered = statement.emitter in self.domain.registry.emitters
        if registered and statement.said in _DENIED:
            yield self._difference("excluded-emitter", statement, "it is no emitter", "it is one")
        elif not registered and statement.said not in _DENIED:
            yield self._unknown_emitter(statement)
        elif registered and statement.said:
            yield from self._emitter_as_a_whole(statement)

    def _emitter_as_a_whole(self, statement: Statement) -> Iterator[Difference]:
        spoken = [other for other in self._pairs if other.emitter == statement.emitter]
        settled = {other.event for other in spoken if other.said}
        for pair in self.domain.registry.pairs(statement.emitter):
            bare = pair.event in {other.event for other in spoken} - settled
            if bare and not _agrees(statement.said, pair.status):
                yield self._status(statement, pair)
        if not spoken:
            implemented = self.domain.registry.has_implemented(statement.emitter)
            if implemented is not (statement.said is Said.IMPLEMENTED):
                holds = "an implemented event" if implemented else "planned events only"
                yield self._difference("status", statement, _spoken(statement), holds)

    def _event(self, statement: Statement) -> Iterator[Difference]:
        pairs = self.domain.registry.emitters_of(statement.event or "")
        denied = statement.said in _DENIED
        if denied and pairs:
            holds = f"{pairs[0].emitter} may state it"
            yield self._difference("has-emitter", statement, _spoken(statement), holds, pairs[0])
        elif not denied and not pairs:
            without = any(s.event == statement.event and s.said is Said.NO_EMITTER for s in self._pairs)
            denies = statement.said in (Said.NOT_IMPLEMENTED, Said.NOT_EMITTED)
            if not denies and not (without and statement.said is Said.PLANNED):
                yield self._difference("no-emitter", statement, _spoken(statement), "no emitter may state it")
        elif not denied and not any(_agrees(statement.said, pair.status) for pair in pairs):
            yield self._status(statement, pairs[0])

    def _pair(self, statement: Statement) -> Iterator[Difference]:
        registry = self.domain.registry
        denied = statement.said in _DENIED
        pair = registry.pair(statement.emitter or "", statement.event or "")
        if statement.emitter not in registry.emitters:
            if not denied and statement.emitter not in self._presented:
                yield self._unknown_emitter(statement)
        elif pair is None:
            if not denied and statement.said is not Said.NOT_EMITTED:
                yield self._difference("not-permitted", statement, _spoken(statement), "it may not state this event")
        elif denied:
            yield self._permitted(statement, pair)
        elif not _agrees(statement.said, pair.status):
            yield self._status(statement, pair)

    def _rest(self, statement: Statement) -> Iterator[Difference]:
        for pair in self.domain.registry.pairs(statement.emitter):
            spoken = statement.event is None and self._is_spoken_of(pair)
            if not spoken and statement.said in _DENIED:
                yield self._permitted(statement, pair)
            elif not spoken and not _agrees(statement.said, pair.status):
                yield self._status(statement, pair)

    def _is_spoken_of(self, pair: Pair) -> bool:
        # "The others" are those that aren't spoken of, also not by what isn't understood.
        stated = any(s.event == pair.event and s.emitter in (None, pair.emitter) and s.said for s in self._pairs)
        return stated or any(pair.event in one.events for one in self.unread)

    def _left_out(self) -> Iterator[Difference]:
        """What a listing leaves out, though the registry has it."""
        registry = self.domain.registry
        for pair in registry.pairs():
            if (listing := self._listing_without(pair)) is not None:
                yield self._difference("left-out", listing, "nothing of it", f"permitted, {pair.status.value}", pair)
        unowned = next((s for s in self._pairs if s.listed and s.said is Said.NO_EMITTER and not s.own), None)
        for event in self.domain.catalogue if unowned else ():
            if unowned and not registry.emitters_of(event) and not any(s.event == event for s in self._pairs):
                where = Statement(Kind.PAIR, unowned.line, None, event)
                yield self._difference("left-out", where, "nothing of it", "no emitter may state it")
        named = [s for s in self.statements if s.kind is Kind.EMITTER and s.listed and s.said not in _DENIED]
        misspelt = {nearest(name, registry.emitters) for name in self._presented if name not in registry.emitters}
        for name in registry.emitters if named else ():
            if name not in misspelt and not any(s.emitter == name for s in self.statements):
                where = Statement(Kind.EMITTER, named[0].line, name)
                yield self._difference("left-out", where, "nothing of it", "it is an emitter")

    def _listing_without(self, pair: Pair) -> Statement | None:
        covering = [s for s in self.statements if s.emitter in (None, pair.emitter)]
        named = any(pair.event in one.events for one in self.unread)
        if named or any(s.event == pair.event or s.kind is Kind.REST for s in covering):
            return None
        listed = [s for s in covering if s.kind is Kind.PAIR and s.listed and s.said not in _DENIED]
        # A list that names no planned event may be the list of what is emitted today.
        kinds = {one.status for s in listed if (one := self.domain.registry.pair(pair.emitter, s.event or ""))}
        for statement in listed:
            # A list under "implemented" is complete for what is implemented, and says nothing of the rest.
            under = statement.said is not None and not statement.own
            whole = statement.emitter is not None and (pair.status is Status.IMPLEMENTED or pair.status in kinds)
            if _agrees(statement.said, pair.status) if under else whole:
                return statement
        return None


def _agrees(said: Said | None, status: Status) -> bool:
    return said is None or (said is Said.IMPLEMENTED) is (status is Status.IMPLEMENTED)


def _spoken(statement: Statement) -> str:
    return statement.said.value if statement.said else "it may be stated"
