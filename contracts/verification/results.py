"""What a broker is to be told of each pact: judged by the registry and by the pact itself."""

from __future__ import annotations

from collections.abc import Sequence

from contracts.model.pact import PactUnderTest
from contracts.model.registry import Status
from contracts.model.verdict import Finding, InteractionResult, PactResult, PairVerdict
from contracts.verification.expectations import Expectations, ExpectedInteraction
from contracts.verification.job import Job

UNJUDGED = "nothing is posted: this pact can't be judged in full"


def pact_results(
    job: Job, pairs: Sequence[PairVerdict], expectations: Expectations, *, violations: Sequence[Finding], usable: bool
) -> tuple[PactResult, ...]:
    """Judge each pact.

    An interaction is required if its pair is implemented in the registry or it isn't pending in the pact, so
    that an older registry can't hide from the broker what a newer pact demands.

    Args:
        violations: those of the run.
        usable: the harness held and something was read or driven.

    Returns:
        A result a pact: True only if every required interaction passed, at least one did, and nothing was
        violated; None where nothing is to be posted.
    """
    by_event = {pair.event: pair for pair in pairs}
    unjudged = [pact for pact, _ in expectations.unjudged]
    results = []
    for pact in job.pacts:
        if any(pact is other for other in unjudged):
            results.append(PactResult(pact, (), None, unposted=UNJUDGED))
            continue
        interactions = tuple(
            _interaction(expected, by_event.get(expected.interaction.event))
            for expected in expectations.all
            if expected.pact is pact
        )
        results.append(_result(pact, interactions, tuple(violations), usable=usable))
    return tuple(results)


def _interaction(expected: ExpectedInteraction, pair: PairVerdict | None) -> InteractionResult:
    interaction = expected.interaction
    # A pair's findings concern each of its interactions, but for mismatches with another one.
    findings = [finding for finding in (pair.findings if pair else ()) if finding.rule != "pact-mismatch"] + list(
        expected.findings.findings()
    )
    implemented = pair is not None and pair.status is Status.IMPLEMENTED
    required = implemented or not interaction.pending
    emitted = pair is not None and pair.emissions > 0
    if required and not emitted and not findings:
        # An older registry has it as planned, where silence is no finding; whoever asks the broker is told why.
        findings.append(Finding("not-emitted", f"the pact demands {interaction.event}, and nothing was emitted"))
    return InteractionResult(
        key=interaction.key,
        description=interaction.description,
        event=interaction.event,
        interaction_id=interaction.interaction_id,
        required=required,
        success=emitted and not findings,
        findings=tuple(findings),
    )


def _result(
    pact: PactUnderTest, interactions: tuple[InteractionResult, ...], violations: tuple[Finding, ...], *, usable: bool
) -> PactResult:
    required = [interaction for interaction in interactions if interaction.required]
    result: bool | None = None
    unposted = ""
    if not usable:
        unposted = "nothing is posted: the run gave no verdict"
    elif not required:
        unposted = "nothing is posted: no interaction of this pact is required"
    else:
        result = all(interaction.success for interaction in required) and not violations
    return PactResult(pact, interactions, result, unposted=unposted, violations=violations)
