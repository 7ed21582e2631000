"""From counts and findings to verdicts: the table of DESIGN's "Verification", and nothing else."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import replace

from contracts.model.driver import Capabilities
from contracts.model.facts import key_of
from contracts.model.registry import Status
from contracts.model.verdict import Finding, PairVerdict, Verdict, Verification
from contracts.verification.expectations import Expectations
from contracts.verification.job import Job
from contracts.verification.log import with_next_step
from contracts.verification.results import pact_results
from contracts.verification.tally import PairTally, Tallies
from contracts.verification.untested import Seen, untested


def summarise(job: Job, tallies: Tallies, expectations: Expectations, capabilities: Capabilities) -> Verification:
    """Give the verdict of each pair, the result of each pact, and the notes.

    Nothing that was counted is changed: summed up again, it is the same.
    """
    ended = _at_the_end(job, tallies)
    pairs = tuple(_verdict(tally, tallies, capabilities) for tally in ended)
    nothing_read = tallies.read == 0 and tallies.driven == 0 and not tallies.errors
    errors = tallies.errors.findings()
    violations = tallies.violations.findings()
    usable = not errors and not nothing_read
    return Verification(
        toolkit=job.toolkit,
        registry=job.domain.registry.digest,
        contract=job.domain.contract_digest,
        judged_by=job.domain.told,
        emitter=job.emitter,
        pairs=pairs,
        violations=violations,
        notes=tuple(with_next_step(note) for note in _notes(job, ended, expectations)),
        errors=errors,
        seed=capabilities.seed,
        untested=dict(untested(_seen(tallies), capabilities)),
        pacts=pact_results(job, pairs, expectations, violations=violations, usable=usable),
        strict_pending=job.strict_pending,
        nothing_read=nothing_read,
        report_only=job.report_only,
    )


def _at_the_end(job: Job, tallies: Tallies) -> tuple[PairTally, ...]:
    """Return each pair's tally with what only the end of a run shows: what was never made good, or never stated."""
    lost: dict[str, list[Finding]] = {}
    for event, finding in tallies.repeats.lost():
        lost.setdefault(event, []).append(finding)
    return tuple(
        tally.with_findings((*lost.get(event, ()), *_not_emitted(job, tally))) for event, tally in tallies.pairs.items()
    )


def _verdict(tally: PairTally, tallies: Tallies, capabilities: Capabilities) -> PairVerdict:
    findings = tally.findings.findings()
    return PairVerdict(
        event=tally.pair.event,
        status=tally.pair.status,
        verdict=_word(tally, tallies),
        ready=tally.emissions > 0 and not findings and not tally.broken,
        emissions=tally.emissions,
        findings=findings,
        samples=tuple(tally.samples),
        untested=dict(untested(tallies.repeats.seen[tally.pair.event], capabilities)),
        optional=optional.sent if (optional := tallies.optional.get(tally.pair.event)) else {},
    )


def _word(tally: PairTally, tallies: Tallies) -> Verdict:
    implemented = tally.pair.status is Status.IMPLEMENTED
    unseen = tally.emissions == 0
    if tally.broken or (unseen and tallies.driver_broke):
        return Verdict.ERROR
    if implemented and unseen and tallies.errors:
        # Whether it was emitted in what couldn't be read, nobody knows: neither passed nor failed.
        return Verdict.ERROR
    if implemented:
        return Verdict.FAILED if tally.findings else Verdict.PASSED
    return Verdict.PENDING


def _not_emitted(job: Job, tally: PairTally) -> Iterator[Finding]:
    if tally.emissions == 0:
        if tally.pair.status is Status.IMPLEMENTED:
            yield Finding("not-emitted", f"{tally.pair.event} is implemented, and nothing was emitted", expected="one")
        for remark in dict.fromkeys(tally.remarks):
            yield Finding("not-emitted", remark, actual="nothing")
        return
    for trigger in tally.unanswered:
        key = job.domain.catalogue.fact_key(trigger.event)
        fact = ", ".join(f"{path}={value}" for path, value in key_of(trigger.fact, key).items())
        yield Finding("not-emitted", f"the fact ({fact}) was triggered, and nothing was emitted", actual="nothing")


def _notes(job: Job, tallies: Sequence[PairTally], expectations: Expectations) -> Iterator[Finding]:
    for tally in tallies:
        event, entry = tally.pair.event, tally.pair.entry
        yield from _unpromised(tally)
        yield from _accepted(job, tally)
        if not expectations.of_event(event):
            yield Finding("no-expectation", f"no pact expects {event} of {job.emitter}")
        if entry.status is Status.PLANNED and tally.emissions:
            how_often = "once" if tally.emissions == 1 else f"{tally.emissions} times"
            yield Finding("planned-but-live", f"{event} is planned, and was emitted {how_often}")
        if entry.status is Status.PLANNED and entry.target is not None and entry.target < job.today:
            yield Finding("overdue", f"{event} was planned for {entry.target.isoformat()}")
    yield from _stale_pacts(job, tallies, expectations)
    yield from expectations.lenient_findings()


def _unpromised(tally: PairTally) -> Iterator[Finding]:
    """Yield what would be a finding if the registry promised more of the pair."""
    event = tally.pair.event
    if repeated := tally.noted["repeated-emission"]:
        text = f'{event}: {repeated} repeats under their marker, as repeats = "guarded" allows'
        yield Finding("repeated-emission", text, next_step="nothing: the consumer drops a repeat by source and id")
    if lost := tally.noted["lost-fact"]:
        text = f"{event}: {lost} refused deliveries were never made good, and the registry promises no retry"
        yield Finding("lost-fact", text, next_step='promise delivery = "at-least-once" once the emitter retries')


def _accepted(job: Job, tally: PairTally) -> Iterator[Finding]:
    """Yield each finding that a waiver accepts, and each waiver that nothing needed, also one whose time is over."""
    event = tally.pair.event
    for finding in tally.waived.findings():
        waiver = tally.waiver_of(finding)
        terms = f" until {waiver.until.isoformat()} ({waiver.decision})" if waiver else ""
        yield replace(
            finding,
            rule="waived",
            message=f"{event}: {finding.rule}, accepted{terms}: {finding.message}",
            next_step=None,
        )
    for waiver in job.domain.registry.waivers_of(job.emitter, event) if tally.emissions else ():
        over = waiver not in tally.waivers
        if over or waiver not in tally.needed:
            why = f"ended on {waiver.until.isoformat()}" if over else "is needed by nothing"
            place = f" at {waiver.path}" if waiver.path else ""
            yield Finding("unused-waiver", f"{event}: the waiver of {waiver.rule}{place} ({waiver.decision}) {why}")


def _stale_pacts(job: Job, tallies: Sequence[PairTally], expectations: Expectations) -> Iterator[Finding]:
    pairs = {tally.pair.event: tally.pair for tally in tallies}
    for expected in expectations.all:
        event = expected.interaction.event
        pair = pairs.get(event)
        flag = "pending" if expected.interaction.pending else "not pending"
        if pair is None:
            text = f"the pact expects {event}, which the registry doesn't give {job.emitter}"
        elif expected.interaction.pending != (pair.status is Status.PLANNED):
            text = f"the pact holds {event} as {flag}, the registry as {pair.status.value}"
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
