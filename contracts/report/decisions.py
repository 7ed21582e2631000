"""A release decision for people: why, pair by pair, and what comes next."""

from __future__ import annotations

from contracts.model.release import Decision, DecisionRow, PairReason, PairState, Standing


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
        *(f"  {pair.event:<{width}}  {_state(pair)}" for pair in row.pairs),
        *([f"  violations: {', '.join(dict.fromkeys(map(str, row.violations)))}"] if row.violations else []),
    ]


def _state(pair: PairReason) -> str:
    if pair.state is PairState.FAILED:
        return f"failed: {', '.join(pair.rules)}" if pair.rules else "failed"
    if pair.state is PairState.PENDING and pair.ready:
        return "pending, ready: promote it"
    return pair.state.value
