"""Many right events at once: what the compiled contract accepts is counted and digested block by block.

Nothing is done here that couldn't be done record by record; it is written so that an event costs little more than its
reading and its digests.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from itertools import accumulate, repeat
from operator import add, attrgetter, call
from typing import Any, Protocol

import msgspec

from contracts.audit.records import Lines, Record
from contracts.audit.statement import Hash, Statements, content_begun, delivery, fact_begun, marker_begun
from contracts.audit.summary import Summary
from contracts.audit.times import by_offset, hour_of_each, hours_of, moment_of, span_of
from contracts.emitters.parts.capture_line import MAX_LINE
from contracts.emitters.parts.quick_capture import QuickCapture, read_quickly
from contracts.model.domain import Domain
from contracts.model.registry import Pair
from contracts.verification.compiled import CompiledContract, CompiledEvent, is_plain, is_right_type

AT_ONCE = 1000
"""Records that are taken at once: what is made of them has room in the processor's cache."""
TOGETHER = 40
"""Lines that are decoded together; a broken one among them, and they are read one by one."""
_QUOTES, _VALUES, _MATCHES = attrgetter("quotes"), attrgetter("values"), attrgetter("matches")
SAMPLED = b"\0\x40"
"""An event whose content's digest is below this is asked of what its contract implies all the same: one of 1,024."""


class HowSent(Protocol):
    """How an event was sent."""

    @property
    def context(self) -> Any:
        """The test that ran, if known."""

    @property
    def delivered(self) -> bool | None:
        """True where a receiver took it, False where it was refused, None where nobody knows."""


@dataclass(slots=True)
class Rights:
    """Events that the compiled contract accepts, column by column.

    Attributes:
        nths: which of their block's records they are.
        events: the compiled event that each one is of.
        values: the texts of each, as that picks them.
        texts: the same, joined.
        sent: how each was sent, where that was recorded; empty where nothing was.
    """

    nths: list[int] = field(default_factory=list)
    events: list[CompiledEvent] = field(default_factory=list)
    values: list[tuple[str, ...]] = field(default_factory=list)
    texts: list[str] = field(default_factory=list)
    sent: list[HowSent] = field(default_factory=list)

    def add(
        self, nth: int, event: CompiledEvent, values: tuple[str, ...], text: str, sent: HowSent | None = None
    ) -> None:
        """Take one event."""
        self.nths.append(nth)
        self.events.append(event)
        self.values.append(values)
        self.texts.append(text)
        if sent is not None:
            self.sent.append(sent)

    def only(self, chosen: Sequence[int]) -> Rights:
        """Return some of them."""
        return Rights(
            [self.nths[number] for number in chosen],
            [self.events[number] for number in chosen],
            [self.values[number] for number in chosen],
            [self.texts[number] for number in chosen],
            [self.sent[number] for number in chosen] if self.sent else [],
        )


@dataclass(frozen=True, slots=True)
class RecordBlock:
    """Records that are judged together.

    Attributes:
        raw: their bytes.
        offsets, lines: where in the file each begins.
    """

    raw: Sequence[bytes]
    offsets: Sequence[int]
    lines: Sequence[int]

    @classmethod
    def of_lines(cls, partition: Lines) -> RecordBlock:
        """Return the lines of a partition."""
        raw = partition.data.split(b"\n")
        # Behind the last line end nothing stands.
        raw.pop()
        ends = accumulate(map(len, raw), initial=partition.at.offset)
        first = partition.at.line
        return cls(raw, list(map(add, ends, range(len(raw)))), range(first, first + len(raw)))

    @classmethod
    def of_records(cls, records: Sequence[Record]) -> RecordBlock:
        """Return records, wherever they stand."""
        return cls(
            [record.raw for record in records],
            [record.at.offset for record in records],
            [record.at.line for record in records],
        )


@dataclass(slots=True)
class _RightTally:
    """What statements of one pair are digested with, in one test, and the times that they state.

    Attributes:
        asks: each event has to be asked what is read of it.
    """

    number: int
    pair: Pair
    asks: bool
    fact: Hash
    marker: Hash
    content: Hash
    times: list[str] = field(default_factory=list)


class RightTallies(dict[tuple[CompiledEvent, str, str | None], _RightTally]):
    """What the right events of a partition come to, by event, source and test.

    Args:
        pairs: the pairs of the registry by emitter and event, with their numbers.
        is_implied: does the compiled contract imply all that is read of a pair's events?
    """

    def __init__(self, pairs: Mapping[tuple[str, str], tuple[int, Pair]], is_implied: Callable[[Pair], bool]) -> None:
        super().__init__()
        self._pairs = pairs
        self._is_implied = is_implied

    def __missing__(self, key: tuple[CompiledEvent, str, str | None]) -> _RightTally:
        event, source, context = key
        number, pair = self._pairs[source, event.name]
        begun = fact_begun(source, event.name, context), marker_begun(source, context), content_begun(event.name)
        self[key] = _RightTally(number, pair, not self._is_implied(pair), *begun)
        return self[key]

    def add_to(self, summary: Summary) -> None:
        """Count the events in a summary."""
        for tally in self.values():
            summary.events += len(tally.times)
            traffic = summary.of_pair(tally.pair.emitter, tally.pair.event)
            for times in by_offset(tally.times):
                traffic.add_many(len(times), *span_of(times), hours_of(times))


class Bulk:
    """Takes right events by the block.

    Args:
        emitter: the one whose events are asked for; None for all.
        is_inside: is a moment one of those that are asked for? None where all are.

    Attributes:
        pairs: those of the registry by emitter and event, with their numbers.
    """

    def __init__(
        self, domain: Domain, emitter: str | None, is_inside: Callable[[datetime | None], bool] | None
    ) -> None:
        registry = domain.registry
        events = {name: [pair.event for pair in registry.pairs(name)] for name in registry.emitters}
        self.compiled = CompiledContract(domain.catalogue, events)
        self._by_name = {event.name: event for event in self.compiled.events.values()}
        self._takes_captures = "structured" in registry.messages.modes
        self._emitter = emitter
        self._is_inside = is_inside
        self.pairs = {(pair.emitter, pair.event): (number, pair) for number, pair in enumerate(registry.pairs())}

    def sift(self, raw: Sequence[bytes], numbers: range, *, plain: bool) -> tuple[Rights, Rights, list[int]]:
        """Return the right bare events among records, those in captures, and which records are left, in order.

        Args:
            numbers: which of the records are looked at.
            plain: all of them are, as `is_plain` has it.
        """
        found, captured = Rights(), Rights()
        left: list[int] = []
        for begin in range(numbers.start, numbers.stop, TOGETHER):
            group = raw[begin : min(begin + TOGETHER, numbers.stop)]
            if not (plain and self.compiled.events and self._sift_together(group, begin, found)):
                left += self._sift_one_by_one(group, begin, found, captured)
        return found, captured, left

    def _sift_together(self, raw: Sequence[bytes], begin: int, found: Rights) -> bool:
        """Take records, if all of them are right and hold nothing optional."""
        whole = b"\n".join(raw)
        decoded = self._decoded(whole, len(raw))
        if decoded is None:
            return False
        events = [self.compiled.events[type(one)] for one in decoded]
        # Each has its event's quotation marks at least: together they have no more only where none has.
        if sum(map(_QUOTES, events)) != whole.count(b'"'):
            return False
        values = [*map(call, map(_VALUES, events), decoded)]
        texts = [*map("\n".join, values)]
        if not all(map(call, map(_MATCHES, events), texts)):
            return False
        found.nths += range(begin, begin + len(raw))
        found.events += events
        found.values += values
        found.texts += texts
        return True

    def _decoded(self, whole: bytes, count: int) -> list[Any] | None:
        """Return what records that are joined by line feeds hold, where each of them is one message of the contract."""
        # Between "}" and "{" JSON has a line feed only between two values: no record is torn, and none is empty.
        if not (whole[:1] == b"{" and whole[-1:] == b"}" and whole.count(b"}\n{") == count - 1):
            return None
        try:
            decoded = self.compiled.decode_lines(whole) if len(whole) <= MAX_LINE else []
        except msgspec.MsgspecError:
            return None
        # As many values as records: none holds two.
        return decoded if len(decoded) == count else None

    def _sift_one_by_one(self, raw: Sequence[bytes], begin: int, found: Rights, captured: Rights) -> Iterator[int]:
        for nth, body in enumerate(raw, begin):
            if len(body) > MAX_LINE:
                yield nth
            elif (checked := self.compiled.check_plain(body) if is_plain(body) else None) is not None:
                found.add(nth, *checked)
            elif self._takes_captures and (capture := read_quickly(body)) is not None:
                checked = self._right_in(capture)
                if checked is None:
                    yield nth
                else:
                    captured.add(nth, *checked, capture)
            else:
                yield nth

    def _right_in(self, capture: QuickCapture) -> tuple[CompiledEvent, tuple[str, ...], str] | None:
        headers = capture.headers
        if len(headers) == 1:
            ((name, value),) = headers.items()
        else:
            lowered = {name.lower(): value for name, value in headers.items()}
            name, value = "content-type", "" if "content-encoding" in lowered else lowered.get("content-type", "")
        body = capture.body.encode()
        if name.lower() != "content-type" or not is_right_type(value) or not is_plain(body):
            return None
        return self.compiled.check_plain(body)

    def take(
        self, rights: Rights, block: RecordBlock, statements: Statements, tallies: RightTallies
    ) -> Iterator[tuple[Pair, int, bool]]:
        """Digest right events, and count them in the tallies.

        Yields:
            The pair of each event of which it has to be asked what is read, the number of the event, and whether
            it is one of the sample.
        """
        digests, of_each = _digested(rights, tallies)
        statements.add(
            [tally.number for tally in of_each],
            digests,
            [block.offsets[nth] for nth in rights.nths],
            [block.lines[nth] for nth in rights.nths],
            hour_of_each([values[event.time] for event, values in zip(rights.events, rights.values, strict=True)]),
            delivered=[delivery(sent.delivered) for sent in rights.sent],
        )
        sampled = {number for number, content in enumerate(digests[2::3]) if content < SAMPLED}
        asking = {id(tally) for tally in tallies.values() if tally.asks}
        asked = [number for number, tally in enumerate(of_each) if id(tally) in asking] if asking else sampled
        for number in sampled.union(asked):
            yield of_each[number].pair, number, number in sampled

    def asked_for(self, rights: Rights, summary: Summary) -> Rights:
        """Return the events of the emitter and of the time that are asked for, and count the others."""
        if self._emitter is not None:
            sources = [values[event.source] for event, values in zip(rights.events, rights.values, strict=True)]
            own = [number for number, source in enumerate(sources) if source == self._emitter]
            summary.others += len(sources) - len(own)
            rights = rights.only(own)
        if self._is_inside is not None:
            times = [values[event.time] for event, values in zip(rights.events, rights.values, strict=True)]
            inside = [number for number, time in enumerate(times) if self._is_inside(moment_of(time))]
            summary.outside += len(times) - len(inside)
            rights = rights.only(inside)
        return rights

    def text_of(self, event: str, value: Any) -> str | None:
        """Return what the content of a right event is digested from; None where a message isn't of its form."""
        compiled = self._by_name.get(event)
        return compiled.text_of(value) if compiled is not None else None


def _digested(rights: Rights, tallies: RightTallies) -> tuple[list[bytes], list[_RightTally]]:
    """Return three digests an event, as `contracts.audit.statement.Statements` has them, and the tally of each."""
    digests: list[bytes] = []
    of_each: list[_RightTally] = []
    take, join = digests.append, "\0".join
    contexts = [sent.context for sent in rights.sent] or repeat(None)
    for event, values, text, context in zip(rights.events, rights.values, rights.texts, contexts, strict=False):
        tally = tallies[event, values[event.source], context]
        of_each.append(tally)
        tally.times.append(values[event.time])
        fact, marker, content = tally.fact.copy(), tally.marker.copy(), tally.content.copy()
        fact.update(join(event.fact_of(values)).encode())
        marker.update(values[event.marker].encode())
        content.update(text.encode())
        take(fact.digest())
        take(marker.digest())
        take(content.digest())
    return digests, of_each
