"""Releasing, for people: what was published, why a version may go or not, what a promotion changed, what comes next."""

from __future__ import annotations

from collections.abc import Iterator

from contracts.model.publication import Receipt
from contracts.model.release import Decision, DecisionRow, PairReason, PairState, Standing
from contracts.model.status_change import StatusChange


def decision_lines(decision: Decision) -> list[str]:
    """Return a decision as people read it."""
    lines = [line for row in decision.rows for line in _row(row)]
    lines += [f"warning: {text}" for text in decision.warnings]
    lines += [promise.text for promise in decision.untested]
    lines += [f"{blocker.answer.value}: {blocker.text}" for blocker in decision.blockers]
    asked = decision.question
    if decision.rests_on:
        lines.append(decision.rests_on)
    if decision.waits_for:
        names = ", ".join(
            event if asked.is_emitter else f"{event} of {emitter}" for emitter, event in decision.waits_for
        )
        lines.append(f"planned, blocks nothing: {names}" if asked.is_emitter else f"still waits for: {names}")
    lines.append(f"{asked.pacticipant} {asked.version} can be released to {asked.environment}: {decision.answer.value}")
    lines.append(f"  next: {decision.next_step}")
    return lines


def _row(row: DecisionRow) -> list[str]:
    said = {True: "successful", False: "failed", None: "no result"}[row.success]
    notes = [
        text
        for text, holds in (
            ("ignored", row.ignored),
            ("another contract", row.other_registry),
            ("nothing tested", row.empty),
            (f"posted by {row.posted_by}", row.posted_by is not None),
            (row.standing.value, row.standing is not Standing.IN_ENVIRONMENT),
        )
        if holds
    ]
    version = f" {row.emitter_version}" if row.emitter_version else ""
    head = f"{row.consumer} {row.consumer_version} with {row.emitter}{version}: {said}"
    width = max((len(pair.event) for pair in row.pairs), default=0)
    return [
        f"{head} ({', '.join(notes)})" if notes else head,
        *([f"  {row.rests_on}"] if row.rests_on else []),
        *(line for pair in row.pairs for line in _pair(pair, width, again=bool(row.run and row.run.judged_again))),
        *([f"  violations: {', '.join(dict.fromkeys(map(str, row.violations)))}"] if row.violations else []),
    ]


def _pair(pair: PairReason, width: int, *, again: bool) -> list[str]:
    """Return a pair's line; where it was judged again, with each breach and the line of the evidence that shows it."""
    shown = [f"    {breach}: {breach.text}" for breach in pair.breaches if breach.text] if again else []
    return [f"  {pair.event:<{width}}  {_state(pair)}", *shown]


def _state(pair: PairReason) -> str:
    if pair.state is PairState.FAILED:
        return f"failed: {', '.join(pair.rules)}" if pair.rules else "failed"
    if pair.state is PairState.PENDING and pair.ready:
        return "pending, ready: promote it"
    return pair.state.value


def status_change_lines(changed: StatusChange) -> list[str]:
    """Return a promotion or a demotion as people read it."""
    pair = changed.pair
    lines = [f"{pair.emitter}: {pair.event} is {changed.status.value} now (was {pair.status.value})"]
    lines += [f"  written: {file}" for file in changed.files]
    lines += [f"  {note}" for note in changed.notes]
    lines += [f"  freezes: {text}" for text in changed.freezes]
    lines.append("next, in this order:")
    lines += [f"  {number}. {step}" for number, step in enumerate(changed.next_steps, start=1)]
    return lines


def receipt_lines(receipt: Receipt) -> Iterator[str]:
    """Yield a publication's receipt as people read it."""
    version, branch = receipt.identity.version, receipt.identity.branch
    done = "would be published" if receipt.dry_run else "published"
    yield (
        f"{receipt.consumer} {version.value} ({version.source}) on {branch.value} ({branch.source}): "
        f"{done} to {receipt.broker}"
    )
    for file in receipt.files if receipt.dry_run else ():
        yield f"  {file}"
    width = max((len(pact.provider) for pact in receipt.pacts), default=0)
    for pact in receipt.pacts:
        yield f"  {pact.provider:<{width}}  {pact.content.value:<9}  {pact.url}"
    for file in receipt.planned:
        yield f"  not published, no implemented pair: {file}"
    if receipt.pacts:
        yield "confirmed: every pact was read back"
