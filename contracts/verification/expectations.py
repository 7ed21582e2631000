"""What the consumer reads: every interaction of every pact, asked of the matching core."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field, replace

from contracts.model.emission import NOT_RECORDED
from contracts.model.pact import Interaction, PactUnderTest
from contracts.model.verdict import Finding
from contracts.pact_core.actual import actual_message
from contracts.pact_core.judging import Judge, Mismatch, judge_for
from contracts.pact_core.verifier import Replayed
from contracts.verification.log import FindingLog
from contracts.verification.message import EmittedMessage


@dataclass(slots=True)
class ExpectedInteraction:
    """One interaction of one pact, with what was found so far.

    Attributes:
        first: the first message that was matched against it, for the second opinion.
    """

    pact: PactUnderTest
    interaction: Interaction
    judge: Judge
    first: Replayed | None = None
    findings: FindingLog = field(default_factory=FindingLog)


class Expectations:
    """The interactions of the pacts under test, by event."""

    def __init__(self, pacts: Sequence[PactUnderTest]) -> None:
        self.all = tuple(
            ExpectedInteraction(pact, interaction, judge_for(pact.document, interaction))
            for pact in pacts
            for interaction in pact.document.interactions
        )
        # Every emission asks for its event's, so they are sorted out once.
        self._by_event: dict[str, list[ExpectedInteraction]] = {}
        for expected in self.all:
            self._by_event.setdefault(expected.interaction.event, []).append(expected)

    def of_event(self, event: str) -> Sequence[ExpectedInteraction]:
        """Return what is expected of one event."""
        return self._by_event.get(event, ())

    def judge(self, event: str, message: EmittedMessage) -> Iterator[Finding]:
        """Match a message against every interaction of its event.

        Yields:
            The mismatches that count for the pair. Those with a pact that the broker holds as pending or WIP
            count for that pact's result alone.
        """
        for expected in self.of_event(event):
            found = expected.judge(actual_message(message.emission, expected.interaction))
            mismatches = [_finding(mismatch, expected, message) for mismatch in found]
            if expected.first is None:
                expected.first = Replayed(
                    expected.pact.document, expected.interaction, message.emission, not mismatches
                )
            for finding in mismatches:
                expected.findings.add(finding)
                if not expected.pact.lenient:
                    yield finding

    def cases(self) -> tuple[Replayed, ...]:
        """Return the first message of each interaction that had one."""
        return tuple(expected.first for expected in self.all if expected.first is not None)

    def lenient_findings(self) -> Iterator[Finding]:
        """Yield the mismatches with pacts that the broker holds as pending or WIP, as notes."""
        for expected in self.all:
            if expected.pact.lenient:
                why = "pending" if expected.pact.broker_pending else "work in progress"
                for finding in expected.findings.findings():
                    yield replace(finding, message=f"{finding.message} (the broker holds this pact as {why})")


def _finding(mismatch: Mismatch, expected: ExpectedInteraction, message: EmittedMessage) -> Finding:
    return Finding(
        "pact-mismatch",
        mismatch.message,
        consumer=expected.pact.document.consumer,
        interaction=expected.interaction.key,
        where=message.emission.where,
        path=mismatch.path,
        expected=mismatch.expected,
        actual=mismatch.actual,
        next_step=_KEEP if mismatch.actual == NOT_RECORDED else None,
    )


_KEEP = "record this header's value too: name it in CONTRACTS_KEEP_HEADERS, or where the captures are written"
