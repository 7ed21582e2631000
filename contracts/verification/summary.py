"""From counts and findings to verdicts: the table of DESIGN's "Verification", and nothing else."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from contracts.model.driver import Capabilities
from contracts.model.registry import Status
from contracts.model.verdict import Finding, PairVerdict, Verdict, Verification
from contracts.verification.expectations import Expectations
from contracts.verification.job import Job
from contracts.verification.log import FindingLog, with_next_step
from contracts.verification.repeats import RepeatMemory
from contracts.verification.results import pact_results
from contracts.verification.tally import PairTally
from contracts.verification.untested import Seen, untested


@dataclass(slots=True)
class Tallies:
    """What a run has counted.

    Attributes:
        read: emissions judged.
        driven: triggers that the emitter answered.
        driver_broke: the driver broke at no pair in particular.
    """

    pairs: dict[str, PairTally]
    violations: FindingLog
    errors: FindingLog
    repeats: RepeatMemory
    read: int = 0
    driven: int = 0
    driver_broke: bool = False


def summarise(job: Job, tallies: Tallies, expectations: Expectations, capabilities: Capabilities) -> Verification:
    """Give the verdict of each pair, the result of each pact, and the notes."""
    _owe_lost_facts(tallies)
    pairs = tuple(_verdict(tally, tallies, capabilities) for tally in tallies.pairs.values())
    nothing_read = tallies.read == 0 and tallies.driven == 0 and not tallies.errors
    errors = tallies.errors.findings()
    violations = tallies.violations.findings()
    usable = not errors and not nothing_read
    return Verification(
        toolkit=job.toolkit,
        registry=job.domain.registry.digest,
        emitter=job.emitter,
        pairs=pairs,
        violations=violations,
        notes=tuple(with_next_step(note) for note in _notes(job, tallies, expectations)),
        errors=errors,
        untested=dict(untested(_seen(tallies), capabilities)),
        pacts=pact_results(job, pairs, expectations, violations=violations, usable=usable),
        strict_pending=job.strict_pending,
        nothing_read=nothing_read,
        report_only=job.report_only,
    )


def _owe_lost_facts(tallies: Tallies) -> None:
    for event, finding in tallies.repeats.lost():
        tally = tallies.pairs[event]
        if tally.pair.entry.delivery == "at-least-once":
            tally.findings.add(finding)
        else:
            tally.lost += 1


def _verdict(tally: PairTally, tallies: Tallies, capabilities: Capabilities) -> PairVerdict:
    implemented = tally.pair.status is Status.IMPLEMENTED
    for finding in _not_emitted(tally, implemented):
        tally.findings.add(finding)
    findings = tally.findings.findings()
    ready = tally.emissions > 0 and not findings and not tally.broken
    return PairVerdict(
        event=tally.pair.event,
        status=tally.pair.status,
        verdict=_word(tally, tallies, bool(findings), implemented),
        ready=ready,
        emissions=tally.emissions,
        findings=findings,
        samples=tuple(tally.samples),
        untested=dict(untested(tallies.repeats.seen[tally.pair.event], capabilities)),
    )


def _word(tally: PairTally, tallies: Tallies, found: bool, implemented: bool) -> Verdict:
    unseen = tally.emissions == 0
    if tally.broken or (unseen and tallies.driver_broke):
        return Verdict.ERROR
    if implemented and unseen and tallies.errors:
        # Whether it was emitted in what couldn't be read, nobody knows: neither passed nor failed.
        return Verdict.ERROR
    if implemented:
        return Verdict.FAILED if found else Verdict.PASSED
    return Verdict.PENDING


def _not_emitted(tally: PairTally, implemented: bool) -> Iterator[Finding]:
    if tally.emissions == 0:
        if implemented:
            yield Finding("not-emitted", f"{tally.pair.event} is implemented, and nothing was emitted", expected="one")
        return
    for trigger in tally.unanswered:
        fact = ", ".join(f"{key}={value}" for key, value in trigger.fact.items())
        yield Finding("not-emitted", f"the fact ({fact}) was triggered, and nothing was emitted", actual="nothing")


def _notes(job: Job, tallies: Tallies, expectations: Expectations) -> Iterator[Finding]:
    for event, tally in tallies.pairs.items():
        entry = tally.pair.entry
        yield from _unpromised(event, tally)
        if not expectations.of_event(event):
            yield Finding("no-expectation", f"no pact expects {event} of {job.emitter}")
        if entry.status is Status.PLANNED and tally.emissions:
            how_often = "once" if tally.emissions == 1 else f"{tally.emissions} times"
            yield Finding("planned-but-live", f"{event} is planned, and was emitted {how_often}")
        if entry.status is Status.PLANNED and entry.target is not None and entry.target < job.today:
            yield Finding("overdue", f"{event} was planned for {entry.target.isoformat()}")
    yield from _stale_pacts(job, tallies, expectations)
    yield from expectations.lenient_findings()


def _unpromised(event: str, tally: PairTally) -> Iterator[Finding]:
    """Yield what would be a finding if the registry promised more of the pair."""
    if tally.repeated:
        text = f'{event}: {tally.repeated} repeats under their marker, as repeats = "guarded" allows'
        yield Finding("repeated-emission", text, next_step="nothing: the consumer drops a repeat by source and id")
    if tally.lost:
        text = f"{event}: {tally.lost} refused deliveries were never made good, and the registry promises no retry"
        yield Finding("lost-fact", text, next_step='promise delivery = "at-least-once" once the emitter retries')


def _stale_pacts(job: Job, tallies: Tallies, expectations: Expectations) -> Iterator[Finding]:
    for expected in expectations.all:
        event = expected.interaction.event
        tally = tallies.pairs.get(event)
        flag = "pending" if expected.interaction.pending else "not pending"
        if tally is None:
            text = f"the pact expects {event}, which the registry doesn't give {job.emitter}"
        elif expected.interaction.pending != (tally.pair.status is Status.PLANNED):
            text = f"the pact holds {event} as {flag}, the registry as {tally.pair.status.value}"
        else:
            continue
        yield Finding(
            "stale-pact", text, consumer=expected.pact.document.consumer, interaction=expected.interaction.key
        )


def _seen(tallies: Tallies) -> Seen:
    each = tallies.repeats.seen.values()
    return Seen(
        triggered=sum(seen.triggered for seen in each),
        repeats=sum(seen.repeats for seen in each),
        distinct_facts=sum(seen.distinct_facts for seen in each),
        refusals=sum(seen.refusals for seen in each),
    )
