"""Holding a document's statements against the registry."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Any

from contracts.documents.drift.places import RegistryLines
from contracts.documents.drift.values import Kind, Said, Statement
from contracts.errors import Where
from contracts.model.domain import Domain
from contracts.model.names import did_you_mean, nearest
from contracts.model.registry import Pair, Status


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


def compare(
    statements: Sequence[Statement], domain: Domain, *, file: str, registry: RegistryLines
) -> tuple[Difference, ...]:
    """Return the differences between a document's statements and the registry.

    Args:
        statements: of one document.
        domain: catalogue and registry.
        file: the document's name.
        registry: where the registry's entries stand.

    Returns:
        The differences by the document's lines, each once.
    """
    comparison = _Comparison(tuple(statements), domain, file, registry)
    found = {(d.kind, d.emitter, d.event, d.document.line): d for d in comparison.differences()}
    return tuple(sorted(found.values(), key=lambda difference: difference.document.line or 0))


@dataclass(frozen=True)
class _Comparison:
    statements: tuple[Statement, ...]
    domain: Domain
    file: str
    lines: RegistryLines

    def differences(self) -> Iterator[Difference]:
        for statement in self.statements:
            match statement.kind:
                case Kind.EMITTER:
                    yield from self._emitter(statement)
                case Kind.PAIR if statement.event not in self.domain.catalogue:
                    yield self._unknown_event(statement)
                case Kind.PAIR if statement.emitter is None:
                    yield from self._event(statement)
                case Kind.PAIR:
                    yield from self._pair(statement)
                case Kind.REST:
                    yield from self._rest(statement)
        yield from self._left_out()

    @cached_property
    def _pairs(self) -> list[Pair]:
        return list(self.domain.registry.pairs())

    @cached_property
    def _ownerless(self) -> frozenset[str | None]:
        return frozenset(s.event for s in self.statements if s.kind is Kind.PAIR and s.said is Said.NO_EMITTER)

    @cached_property
    def _reported(self) -> frozenset[str | None]:
        # A name that is presented as an emitter is reported there, and not again with each of its events.
        return frozenset(s.emitter for s in self.statements if s.kind is Kind.EMITTER)

    @cached_property
    def _misspelt(self) -> frozenset[str | None]:
        emitters = self.domain.registry.emitters
        return frozenset(nearest(name, emitters) for name in self._reported if name and name not in emitters)

    def _difference(
        self, kind: str, statement: Statement, said: str, holds: str, pair: Pair | None = None
    ) -> Difference:
        emitter = pair.emitter if pair else statement.emitter
        event = pair.event if pair else statement.event
        return Difference(
            kind, emitter, event, said, holds,
            Where(self.file, statement.line), self.lines.of(emitter, event),
        )  # fmt: skip

    def _emitter(self, statement: Statement) -> Iterator[Difference]:
        registered = statement.emitter in self.domain.registry.emitters
        excluded = statement.said in (Said.EXCLUDED, Said.NO_EMITTER)
        if registered and excluded:
            yield self._difference("excluded-emitter", statement, "it is no emitter", "it is one")
        elif not registered and not excluded:
            near = did_you_mean(statement.emitter or "", self.domain.registry.emitters)
            yield self._difference("unknown-emitter", statement, "it is an emitter", f"nothing of it{near}")
        elif registered and statement.said not in (None, Said.UNCLEAR):
            yield from self._emitter_as_a_whole(statement)

    def _emitter_as_a_whole(self, statement: Statement) -> Iterator[Difference]:
        bare = [
            other.event
            for other in self.statements
            if other.kind is Kind.PAIR and other.emitter == statement.emitter and other.said is None
        ]
        spoken = [s for s in self.statements if s.kind is Kind.PAIR and s.emitter == statement.emitter]
        for event in dict.fromkeys(bare):
            pair = self.domain.registry.pair(statement.emitter or "", event or "")
            own = any(s.event == event and s.said is not None for s in spoken)
            if pair and not own and not _agrees(statement.said, pair.status):
                yield self._difference("status", statement, _spoken(statement), pair.status.value, pair)
        if not spoken:
            statuses = {pair.status for pair in self.domain.registry.pairs(statement.emitter)}
            implemented = Status.IMPLEMENTED in statuses
            if implemented is not (statement.said is Said.IMPLEMENTED):
                holds = "an implemented event" if implemented else "planned events only"
                yield self._difference("status", statement, _spoken(statement), holds)

    def _unknown_event(self, statement: Statement) -> Difference:
        near = did_you_mean(statement.event or "", self.domain.catalogue)
        return self._difference("unknown-event", statement, "it is an event", f"no canonical event has that name{near}")

    def _event(self, statement: Statement) -> Iterator[Difference]:
        pairs = self.domain.registry.emitters_of(statement.event or "")
        denied = statement.said in (Said.NO_EMITTER, Said.EXCLUDED)
        if denied and pairs:
            pair = pairs[0]
            yield self._difference("has-emitter", statement, _spoken(statement), f"{pair.emitter} may state it", pair)
        elif not denied and not pairs:
            consistent = statement.said is Said.NOT_IMPLEMENTED or (
                statement.said is not Said.IMPLEMENTED and statement.event in self._ownerless
            )
            if not consistent:
                yield self._difference("no-emitter", statement, _spoken(statement), "no emitter may state it")
        elif pairs and not denied and not any(_agrees(statement.said, pair.status) for pair in pairs):
            yield self._difference("status", statement, _spoken(statement), pairs[0].status.value, pairs[0])

    def _pair(self, statement: Statement) -> Iterator[Difference]:
        registry = self.domain.registry
        denied = statement.said in (Said.NO_EMITTER, Said.EXCLUDED)
        if statement.emitter not in registry.emitters:
            if not denied and statement.emitter not in self._reported:
                near = did_you_mean(statement.emitter or "", registry.emitters)
                yield self._difference("unknown-emitter", statement, "it is an emitter", f"nothing of it{near}")
            return
        pair = registry.pair(statement.emitter, statement.event or "")
        if pair is None and not denied:
            yield self._difference("not-permitted", statement, _spoken(statement), "it may not state this event")
        elif pair is not None and denied:
            yield self._difference("permitted", statement, _spoken(statement), f"permitted, {pair.status.value}", pair)
        elif pair is not None and not _agrees(statement.said, pair.status):
            yield self._difference("status", statement, _spoken(statement), pair.status.value, pair)

    def _rest(self, statement: Statement) -> Iterator[Difference]:
        for pair in self._pairs:
            spoken = any(
                s.kind is Kind.PAIR and s.event == pair.event and s.emitter in (None, pair.emitter) and s.said
                for s in self.statements
            )
            if statement.emitter not in (None, pair.emitter) or spoken:
                continue
            if statement.said in (Said.NO_EMITTER, Said.EXCLUDED):
                yield self._difference(
                    "permitted", statement, _spoken(statement), f"permitted, {pair.status.value}", pair
                )
            elif not _agrees(statement.said, pair.status):
                yield self._difference("status", statement, _spoken(statement), pair.status.value, pair)

    def _left_out(self) -> Iterator[Difference]:
        """What a listing leaves out, though the registry has it."""
        for pair in self._pairs:
            listing = self._listing_without(pair)
            if listing is not None:
                yield self._difference("left-out", listing, "nothing of it", f"permitted, {pair.status.value}", pair)
        for event in self.domain.catalogue:
            unowned = [s for s in self._listed if s.said is Said.NO_EMITTER and not s.own]
            mentioned = any(s.kind is Kind.PAIR and s.event == event for s in self.statements)
            if unowned and not self.domain.registry.emitters_of(event) and not mentioned:
                where = Statement(Kind.PAIR, unowned[0].line, None, event)
                yield self._difference("left-out", where, "nothing of it", "no emitter may state it")
        listed = [s for s in self.statements if s.kind is Kind.EMITTER and s.listed and s.said is not Said.EXCLUDED]
        for name in self.domain.registry.emitters:
            if listed and name not in self._misspelt and not any(s.emitter == name for s in self.statements):
                where = Statement(Kind.EMITTER, listed[0].line, name)
                yield self._difference("left-out", where, "nothing of it", "it is an emitter")

    @cached_property
    def _listed(self) -> list[Statement]:
        return [s for s in self.statements if s.kind is Kind.PAIR and s.listed]

    def _listing_without(self, pair: Pair) -> Statement | None:
        for statement in self.statements:
            covers = statement.emitter in (None, pair.emitter)
            if covers and (statement.event == pair.event or statement.kind is Kind.REST):
                return None
        for statement in self._listed:
            if statement.said in (Said.NO_EMITTER, Said.EXCLUDED):
                continue
            # A list under "implemented" is complete for what is implemented, and says nothing of the rest.
            complete = _agrees(statement.said, pair.status) if not statement.own else statement.emitter is not None
            if complete and statement.emitter in (None, pair.emitter):
                return statement
        return None


def _agrees(said: Said | None, status: Status) -> bool:
    if said in (None, Said.UNCLEAR):
        return True
    return (said is Said.IMPLEMENTED) is (status is Status.IMPLEMENTED)


def _spoken(statement: Statement) -> str:
    return statement.said.value if statement.said else "it may be stated"
