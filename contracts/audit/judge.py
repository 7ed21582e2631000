"""From a partition of the input to what it comes to: each record is judged by all that it shows itself.

A pure function of the records: nothing is remembered from one to the next. What can only be seen across them is
stated aside, for `contracts.audit.ledger`.
"""

from __future__ import annotations

import gc
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime

from contracts.audit.bulk import AT_ONCE, Bulk, HowSent, RecordBlock, Rights, RightTallies
from contracts.audit.ledger import Across
from contracts.audit.reading import RecordedEmission, bare_emission, read_record
from contracts.audit.records import Lines, Partition, Record, Unreadable, record_of_line
from contracts.audit.shown import instance_of, paths_of
from contracts.audit.statement import NO_HOUR, Part, Statements, delivery, digests_of
from contracts.audit.summary import Kind, Summary
from contracts.audit.times import hour_of_each, moment_of
from contracts.emitters.parts.quick_capture import QuickCapture
from contracts.model.audit import Instance, Position
from contracts.model.domain import Domain
from contracts.model.emission import Emission, Fault
from contracts.model.pact import PactUnderTest
from contracts.model.registry import Pair
from contracts.model.rules import RULES, Severity
from contracts.model.timeline import hour_of
from contracts.model.verdict import Finding
from contracts.verification.checks import Violates, place
from contracts.verification.compiled import CompiledEvent, is_plain
from contracts.verification.expectations import Expectations
from contracts.verification.judging import judge_message, stated_facts, states_what_was_triggered
from contracts.verification.message import EmittedMessage, read_messages


@dataclass(frozen=True, slots=True)
class AuditJob:
    """What an audit is asked to do.

    Attributes:
        pacts: those of each emitter.
        today: the date that waivers are judged by.
        emitter: the one whose events are judged; None for all.
        since, until: the first moment that is judged, and the first that isn't any more.
        keep: how many places of a broken rule are kept.
    """

    domain: Domain
    pacts: Mapping[str, Sequence[PactUnderTest]]
    today: date
    emitter: str | None = None
    since: datetime | None = None
    until: datetime | None = None
    keep: int = 20


class Judge:
    """Judges partitions of one audit; what it holds is made of the job alone."""

    def __init__(self, job: AuditJob) -> None:
        self._job = job
        registry, catalogue = job.domain.registry, job.domain.catalogue
        self._emitters = tuple(registry.emitters)
        self._modes = registry.messages.modes
        self._bulk = Bulk(job.domain, job.emitter, None if job.since is None and job.until is None else self._is_inside)
        leaves = self._bulk.compiled.leaves
        self._expectations = {
            emitter: Expectations(job.pacts.get(emitter, ()), leaves[emitter]) for emitter in self._emitters
        }
        self._named = paths_of(catalogue.by_name)

    def audit(self, partition: Partition) -> Part:
        """Return what a partition comes to."""
        # Thousands of values live for one partition: the collector would look through them again and again.
        was_enabled = gc.isenabled()
        gc.disable()
        try:
            return self._audit(partition)
        finally:
            if was_enabled:
                gc.enable()

    def _audit(self, partition: Partition) -> Part:
        part = Part(Summary(self._job.keep), Statements(partition.file), partition.end)
        records = self._sift(partition, part) if isinstance(partition, Lines) else partition.records
        self._judge_records(records, part)
        return part

    def _sift(self, partition: Lines, part: Part) -> list[Record | Unreadable]:
        """Take the right bare events of a partition, and return what is left of it."""
        block, plain = RecordBlock.of_lines(partition), is_plain(partition.data)
        tallies = RightTallies(self._bulk.pairs, self._is_implied)
        left: list[int] = []
        for begin in range(0, len(block.raw), AT_ONCE):
            numbers = range(begin, min(begin + AT_ONCE, len(block.raw)))
            rights, captured, others = self._bulk.sift(block.raw, numbers, plain=plain)
            left += others
            self._take(rights, block, part, tallies)
            self._take(captured, block, part, tallies)
        tallies.add_to(part.summary)
        places = [(block.raw[nth], Position(partition.file, block.offsets[nth], block.lines[nth])) for nth in left]
        return [record for raw, at in places for record in record_of_line(raw, at)]

    def _take(self, rights: Rights, block: RecordBlock, part: Part, tallies: RightTallies) -> None:
        """Take right events, and ask what the consumer reads of them where the contract doesn't imply it."""
        asked_for = self._bulk.asked_for(rights, part.summary)
        for pair, number, sampled in self._bulk.take(asked_for, block, part.statements, tallies):
            nth = asked_for.nths[number]
            emission = self._emission(asked_for.sent[number] if asked_for.sent else None, block.raw[nth])
            judge = self._expectations[pair.emitter].judge
            for finding in judge(pair.event, emission, accepted=True, sampled=sampled):
                at = Position(part.statements.file, block.offsets[nth], block.lines[nth])
                (hour,) = hour_of_each([asked_for.values[number][asked_for.events[number].time]])
                self._broke(part.summary, finding, at, pair.emitter, pair.event, hour)

    @staticmethod
    def _emission(sent: HowSent | None, raw: bytes) -> Emission:
        match sent:
            case Emission():
                return sent
            case QuickCapture():
                return sent.emission()
        return bare_emission(raw)

    def _is_implied(self, pair: Pair) -> bool:
        return self._expectations[pair.emitter].implied(pair.event)

    def _judge_records(self, records: Sequence[Record | Unreadable], part: Part) -> None:
        """Judge records one by one: those that the compiled contract accepts are counted together."""
        accepted: list[Record] = []
        rights = Rights()
        for record in records:
            sent = read_record(record)
            if sent is None:
                continue
            if isinstance(sent, Fault):
                part.summary.broke(Kind("", "", sent.rule), Instance(record.at, sent.message))
                continue
            right = self._right(sent)
            if right is None or not isinstance(record, Record):
                self._judge_exactly(sent, record.at, part)
            else:
                rights.add(len(accepted), *right, sent.emission)
                accepted.append(record)
        tallies = RightTallies(self._bulk.pairs, self._is_implied)
        self._take(rights, RecordBlock.of_records(accepted), part, tallies)
        tallies.add_to(part.summary)

    def _right(self, sent: RecordedEmission) -> tuple[CompiledEvent, tuple[str, ...], str] | None:
        """Read a record that the compiled contract accepts; None where the exact way has to."""
        if not sent.bare and "structured" not in self._modes:
            return None
        checked = self._bulk.compiled.check(sent.emission)
        if checked is None:
            return None
        event, values, _ = checked
        trigger = sent.emission.trigger
        return checked if trigger is None or states_what_was_triggered(event.read(values), trigger) else None

    def _judge_exactly(self, sent: RecordedEmission, begin: Position, part: Part) -> None:
        modes = (*self._modes, "structured") if sent.bare else self._modes
        summary = part.summary
        for number, message in enumerate(read_messages(sent.emission, modes)):
            at = replace(begin, number=number) if number else begin
            time = moment_of(message.attribute("time"))
            emitter = self._emitter_of(message)
            if self._job.emitter is not None and emitter != self._job.emitter:
                summary.others += 1
            elif not self._is_inside(time):
                summary.outside += 1
            else:
                summary.events += 1
                summary.exactly += 1
                if emitter is None:
                    self._broke(summary, self._of_nobody(message), at)
                else:
                    self._judge_message(message, emitter, at, part, time)

    def _judge_message(
        self, message: EmittedMessage, emitter: str, at: Position, part: Part, time: datetime | None
    ) -> None:
        domain, summary = self._job.domain, part.summary
        hour = None if time is None else hour_of(time)
        judged = judge_message(message, domain, emitter, self._expectations[emitter], self._is_waived)
        if isinstance(judged, Violates):
            event = message.event if message.event in domain.catalogue else ""
            stated = message.attribute("source") == emitter
            self._broke(summary, judged.finding, at, emitter if stated else "", event or "", hour)
            return
        event = judged.pair.event
        summary.of_pair(emitter, event).add(time)
        for finding in judged.findings:
            self._broke(summary, finding, at, emitter, event, hour)
        text = self._bulk.text_of(event, message.value)
        for fact in stated_facts(message, event, domain.catalogue, text):
            part.statements.add(
                [self._bulk.pairs[emitter, event][0]],
                digests_of(emitter, fact, text),
                [at.offset],
                [at.line],
                [NO_HOUR if hour is None else hour],
                number=at.number,
                delivered=[delivery(fact.emission.delivered)],
            )

    def _emitter_of(self, message: EmittedMessage) -> str | None:
        """Return whose message it is; one that names no source is that emitter's who alone could have sent it."""
        source = message.attribute("source")
        if source is not None:
            return source if source in self._expectations else None
        if self._job.emitter is not None:
            return self._job.emitter
        able = [pair.emitter for pair in self._job.domain.registry.emitters_of(message.event or "")]
        able = able or list(self._emitters)
        return able[0] if len(able) == 1 else None

    def _of_nobody(self, message: EmittedMessage) -> Finding:
        source, event = message.attribute("source"), message.event
        if source is None and (event is None or event not in self._job.domain.catalogue):
            placed = place(message, self._job.domain, self._emitters[0])
            return placed.finding if isinstance(placed, Violates) else Finding("unknown-event", "", path="$.type")
        return Finding("wrong-source", "", path="$.source", expected=", ".join(self._emitters), actual=source)

    def _is_inside(self, time: datetime | None) -> bool:
        # What states no time that can be read is never left out by it.
        since, until = self._job.since, self._job.until
        return time is None or ((since is None or time >= since) and (until is None or time < until))

    def _is_waived(self, pair: Pair, finding: Finding) -> bool:
        waivers = self._job.domain.registry.waivers_of(pair.emitter, pair.event)
        return any(one.covers(finding.rule, finding.path) for one in waivers if self._job.today <= one.until)

    def _broke(
        self,
        summary: Summary,
        finding: Finding,
        at: Position,
        emitter: str = "",
        event: str = "",
        hour: int | None = None,
    ) -> None:
        pair = self._job.domain.registry.pair(emitter, event)
        waived = (
            pair is not None
            and RULES[finding.rule].severity_of(pair.entry) is Severity.FINDING
            and self._is_waived(pair, finding)
        )
        summary.broke(Kind(emitter, event, finding.rule, waived), instance_of(finding, at, self._named), hour)

    def across(self, findings: Iterable[Across]) -> Summary:
        """Return what is only seen across records, as a summary to be put together with those of the partitions."""
        summary = Summary(self._job.keep)
        for one in findings:
            self._broke(summary, one.finding, one.at, one.emitter, one.event, one.hour)
        return summary
