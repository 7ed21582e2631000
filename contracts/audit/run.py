"""One audit: files to partitions, partitions to summaries, summaries to what is told."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path

from contracts import __version__
from contracts.audit.judge import AuditJob, Judge
from contracts.audit.ledger import Ledger
from contracts.audit.records import Partition
from contracts.audit.state import Course, Saved, fingerprint_of
from contracts.audit.summary import Summary, Traffic
from contracts.audit.workers import judged
from contracts.model.audit import Audit, AuditProgress, BrokenRule, PairTraffic
from contracts.model.registry import Pair, Status
from contracts.model.rules import RULES, Severity


@dataclass(frozen=True, slots=True)
class Verdicts:
    """What makes an audit fail.

    Attributes:
        fail_on: the rules that do, notes among them; empty for every violation, and every finding of an implemented
            pair.
        report_only: nothing does.
    """

    fail_on: Collection[str] = ()
    report_only: bool = False

    def fails(self, rule: str, severity: Severity, pair: Pair | None) -> bool:
        """Does breaking the rule make the audit fail?"""
        implemented = pair is not None and pair.status is Status.IMPLEMENTED
        ever = severity is Severity.VIOLATION or (severity is Severity.FINDING and implemented)
        if not self.fail_on:
            return ever
        return rule in self.fail_on and (ever or severity is Severity.NOTE)


@dataclass(frozen=True, slots=True)
class Way:
    """How an audit goes about it.

    Attributes:
        workers: the processes that judge; 0 for as many as there are processors, where that is worth it.
        state: the folder in which it is kept what was judged, so that another run goes on from there; None for none.
        is_interrupted: asked before each partition; once it says so, nothing more is read.
        watch: told now and then how far it is.
    """

    workers: int = 0
    state: Path | None = None
    is_interrupted: Callable[[], bool] = lambda: False
    watch: Callable[[AuditProgress], None] = lambda _: None


def audit(job: AuditJob, files: Sequence[str], verdicts: Verdicts, way: Way | None = None) -> Audit:
    """Read the files and tell what emitters really sent.

    Raises:
        MisuseError: a library that is needed isn't installed, or the state is of another audit.
        HarnessError: the disk takes no more, or worker processes end one after the other.
    """
    way = way or Way()
    judge, fingerprint = Judge(job), fingerprint_of(job)
    pairs = [(pair.emitter, pair.event) for pair in job.domain.registry.pairs()]
    with Ledger(pairs, way.state) as ledger:
        before = ledger.saved()
        begun = Saved(fingerprint) if before is None else Saved.decoded(before, fingerprint)
        course = Course(begun, files, keeps=way.state is not None)
        whole = begun.summary(job.keep)
        for part in judged(judge.audit, _until(way.is_interrupted, course.partitions()), way.workers):
            whole.add(part.summary)
            ledger.add(part.statements)
            course.judged(part)
            if ledger.is_full():
                ledger.write(course.saved(whole).encoded() if way.state else None)
            way.watch(AuditProgress(whole.events, course.read, course.size))
        ledger.write(course.saved(whole).encoded() if way.state else None)
        for torn in course.torn:
            whole.add(judge.audit(torn).summary)
        whole.add(judge.across(ledger.findings([file.name for file in course.files])))
        counts = ledger.counts()
    files = [file.name for file in course.files]
    found = told_of(job, files, whole, counts, verdicts, partial=way.is_interrupted())
    return replace(found, waiting=tuple(course.waiting))


def told_of(
    job: AuditJob,
    files: Sequence[str],
    whole: Summary,
    counts: Mapping[tuple[str, str], tuple[int, int]],
    verdicts: Verdicts,
    *,
    partial: bool,
) -> Audit:
    """Return what is told of all that was judged.

    Args:
        whole: what it comes to, with what is only seen across events.
        counts: distinct facts and repeats of each pair.
        partial: the audit was interrupted.
    """
    return Audit(
        toolkit=__version__,
        registry=job.domain.registry.digest,
        contract=job.domain.contract_digest,
        files=tuple(files),
        events=whole.events,
        exactly=whole.exactly,
        outside=whole.outside,
        others=whole.others,
        pairs=tuple(_pairs(job, whole, counts)),
        broken=tuple(_broken(job, whole, verdicts)),
        report_only=verdicts.report_only,
        partial=partial,
    )


def _until(is_interrupted: Callable[[], bool], parts: Iterable[Partition]) -> Iterator[Partition]:
    for part in parts:
        if is_interrupted():
            return
        yield part


def _asked(job: AuditJob) -> Iterator[Pair]:
    return job.domain.registry.pairs(job.emitter)


def _pairs(job: AuditJob, whole: Summary, counts: Mapping[tuple[str, str], tuple[int, int]]) -> Iterator[PairTraffic]:
    for pair in _asked(job):
        key = (pair.emitter, pair.event)
        seen = whole.traffic.get(key, Traffic())
        facts, repeats = counts.get(key, (0, 0))
        yield PairTraffic(*key, pair.status, seen.events, seen.first, seen.last, facts, repeats, seen.over_time)


def _broken(job: AuditJob, whole: Summary, verdicts: Verdicts) -> Iterator[BrokenRule]:
    registry = job.domain.registry
    for kind, broken in sorted(whole.broken.items(), key=lambda item: item[0]):
        pair = registry.pair(kind.emitter, kind.event)
        rule = RULES[kind.rule]
        severity = rule.severity_of(pair.entry if pair is not None else None)
        yield BrokenRule(
            rule=kind.rule,
            severity=severity,
            count=broken.count,
            first=tuple(broken.first),
            next_step=rule.next_step,
            emitter=kind.emitter,
            event=kind.event,
            waived=kind.waived,
            fails=not kind.waived and verdicts.fails(kind.rule, severity, pair),
        )
    for pair in _asked(job):
        yield from _noted(pair, whole.traffic.get((pair.emitter, pair.event), Traffic()), verdicts)


def _noted(pair: Pair, seen: Traffic, verdicts: Verdicts) -> Iterator[BrokenRule]:
    """Yield that an implemented pair is silent, or a planned one live."""
    silent = pair.status is Status.IMPLEMENTED and seen.events == 0
    live = pair.status is Status.PLANNED and seen.events > 0
    if silent or live:
        rule = RULES["not-emitted" if silent else "planned-but-live"]
        yield BrokenRule(
            rule=rule.id,
            severity=Severity.NOTE,
            count=seen.events if live else 1,
            first=(),
            next_step=rule.next_step,
            emitter=pair.emitter,
            event=pair.event,
            fails=rule.id in verdicts.fail_on,
        )
