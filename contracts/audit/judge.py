"""From a partition of the input to what it comes to: each record is judged by all that it shows itself.

A pure function of the records: nothing is remembered from one to the next. What can only be seen across them is
stated aside, for `contracts.audit.ledger`.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime

import msgspec

from contracts.audit.reading import RecordedEmission, read_record
from contracts.audit.records import Record, Unreadable
from contracts.audit.shown import instance_of, paths_of
from contracts.audit.statement import DigestedStatement
from contracts.audit.summary import Kind, Summary
from contracts.model.audit import Instance, Position
from contracts.model.domain import Domain
from contracts.model.emission import Fault
from contracts.model.events import parse_rfc3339
from contracts.model.pact import PactUnderTest
from contracts.model.registry import Pair
from contracts.model.rules import RULES, Severity
from contracts.model.verdict import Finding
from contracts.verification.checks import Violates, place
from contracts.verification.compiled import CompiledContract
from contracts.verification.expectations import Expectations
from contracts.verification.judging import judge_message, stated_facts, states_what_was_triggered
from contracts.verification.message import EmittedMessage, read_messages

State = Callable[[DigestedStatement], None]
"""Takes what a record states, to be compared with what others do."""


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


class _Source(msgspec.Struct):
    source: str | None = None


class Judge:
    """Judges partitions of one audit; what it holds is made of the job alone."""

    def __init__(self, job: AuditJob) -> None:
        self._job = job
        registry, catalogue = job.domain.registry, job.domain.catalogue
        self._emitters = tuple(registry.emitters)
        modes = registry.messages.modes
        self._compiled = {
            emitter: CompiledContract(catalogue, emitter, [pair.event for pair in registry.pairs(emitter)])
            for emitter in self._emitters
        }
        self._modes = modes
        self._named = paths_of(catalogue.by_name)
        self._source = msgspec.json.Decoder(_Source).decode

    def audit(self, records: Iterable[Record | Unreadable], state: State) -> Summary:
        """Return what a partition comes to.

        Args:
            state: told each statement of a fact.
        """
        summary = Summary(self._job.keep)
        expectations = {
            emitter: Expectations(self._job.pacts.get(emitter, ()), compiled.leaves)
            for emitter, compiled in self._compiled.items()
        }
        partition = _Partition(summary, expectations, state)
        for record in records:
            sent = read_record(record)
            if isinstance(sent, Fault):
                summary.broke(Kind("", "", sent.rule), Instance(record.at, sent.message))
            elif not self._accepted(sent, record.at, partition):
                self._judge_exactly(sent, record.at, partition)
        return summary

    def _accepted(self, sent: RecordedEmission, at: Position, partition: _Partition) -> bool:
        """Judge what the compiled contract accepts; False where something else has to."""
        emission = sent.emission
        if not sent.bare and "structured" not in self._modes:
            return False
        try:
            source = self._source(emission.body).source
        except msgspec.MsgspecError:
            return False
        compiled = self._compiled.get(source or "")
        right = compiled.read(emission) if compiled is not None else None
        if right is None or source is None or not states_what_was_triggered(right, emission.trigger):
            return False
        time = _moment(right.texts[right.paths.index("$.time")])
        if not self._is_asked_for(source, time, partition.summary):
            return True
        partition.summary.events += 1
        partition.summary.saw(source, right.event, time)
        for finding in partition.expectations[source].judge(right.event, emission, accepted=True):
            self._broke(partition.summary, finding, at, source, right.event)
        partition.state(DigestedStatement.of(source, right, emission, at))
        return True

    def _judge_exactly(self, sent: RecordedEmission, begin: Position, partition: _Partition) -> None:
        modes = (*self._modes, "structured") if sent.bare else self._modes
        for number, message in enumerate(read_messages(sent.emission, modes)):
            at = replace(begin, number=number)
            time = _moment(message.attribute("time"))
            emitter = self._emitter_of(message)
            if not self._is_asked_for(emitter, time, partition.summary):
                continue
            partition.summary.events += 1
            partition.summary.exactly += 1
            if emitter is None:
                self._broke(partition.summary, self._of_nobody(message), at)
            else:
                self._judge_message(message, emitter, at, partition, time)

    def _judge_message(
        self, message: EmittedMessage, emitter: str, at: Position, partition: _Partition, time: datetime | None
    ) -> None:
        domain, summary = self._job.domain, partition.summary
        judged = judge_message(message, domain, emitter, partition.expectations[emitter], self._is_waived)
        if isinstance(judged, Violates):
            event = message.event if message.event in domain.catalogue else ""
            stated = message.attribute("source") == emitter
            self._broke(summary, judged.finding, at, emitter if stated else "", event or "")
            return
        event = judged.pair.event
        summary.saw(emitter, event, time)
        for finding in judged.findings:
            self._broke(summary, finding, at, emitter, event)
        for stated_fact in stated_facts(message, event, domain.catalogue):
            partition.state(DigestedStatement.of(emitter, stated_fact, message.emission, at))

    def _emitter_of(self, message: EmittedMessage) -> str | None:
        """Return whose message it is; one that names no source is that emitter's who alone could have sent it."""
        source = message.attribute("source")
        if source is not None:
            return source if source in self._compiled else None
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

    def _is_asked_for(self, emitter: str | None, time: datetime | None, summary: Summary) -> bool:
        job = self._job
        if job.emitter is not None and emitter != job.emitter:
            summary.others += 1
            return False
        # What states no time that can be read is never left out by it.
        if time is not None and (
            (job.since is not None and time < job.since) or (job.until is not None and time >= job.until)
        ):
            summary.outside += 1
            return False
        return True

    def _is_waived(self, pair: Pair, finding: Finding) -> bool:
        waivers = self._job.domain.registry.waivers_of(pair.emitter, pair.event)
        return any(one.covers(finding.rule, finding.path) for one in waivers if self._job.today <= one.until)

    def _broke(self, summary: Summary, finding: Finding, at: Position, emitter: str = "", event: str = "") -> None:
        pair = self._job.domain.registry.pair(emitter, event)
        waived = (
            pair is not None
            and RULES[finding.rule].severity_of(pair.entry) is Severity.FINDING
            and self._is_waived(pair, finding)
        )
        summary.broke(Kind(emitter, event, finding.rule, waived), instance_of(finding, at, self._named))

    def across(self, findings: Iterable[tuple[str, str, Finding, Position]]) -> Summary:
        """Return what is only seen across records, as a summary to be put together with those of the partitions."""
        summary = Summary(self._job.keep)
        for emitter, event, finding, at in findings:
            self._broke(summary, finding, at, emitter, event)
        return summary


@dataclass(frozen=True, slots=True)
class _Partition:
    summary: Summary
    expectations: Mapping[str, Expectations]
    state: State


def _moment(time: str | None) -> datetime | None:
    if time is None:
        return None
    try:
        return parse_rfc3339(time)
    except ValueError:
        return None
