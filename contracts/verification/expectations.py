"""What the consumer reads: every interaction of every pact, asked of the matching core."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace

from contracts.errors import MisuseError
from contracts.model.emission import NOT_RECORDED, Emission
from contracts.model.pact import Interaction, PactUnderTest
from contracts.model.verdict import Finding
from contracts.pact_core.actual import actual_message
from contracts.pact_core.judging import Judge, Mismatch, judge_for
from contracts.pact_core.verifier import Replayed
from contracts.verification.implied import is_implied
from contracts.verification.log import FindingLog
from contracts.verification.plain_schema import Leaf

SAMPLE = 1000
"""Of so many messages that the compiled contract accepts one is asked of what it implies all the same."""


@dataclass(slots=True)
class ExpectedInteraction:
    """One interaction of one pact, with what was found so far.

    Attributes:
        implied: whatever the compiled contract accepts satisfies it.
        spared: how many messages it wasn't asked about for that.
        first: the first message that was matched against it, for the second opinion.
    """

    pact: PactUnderTest
    interaction: Interaction
    judge: Judge
    implied: bool = False
    spared: int = 0
    first: Replayed | None = None
    findings: FindingLog = field(default_factory=FindingLog)


class Expectations:
    """The interactions of the pacts under test, by event.

    Args:
        compiled: what may be spared of asking; by default nothing is.

    Attributes:
        unjudged: pacts that can't be judged in full, each with the reason. The broker holds them as pending or WIP.

    Raises:
        MisuseError: any other pact can't be judged in full.
    """

    def __init__(self, pacts: Sequence[PactUnderTest], compiled: Mapping[str, tuple[Leaf, ...]] | None = None) -> None:
        leaves = compiled or {}
        prepared = [(pact, _judges(pact)) for pact in pacts]
        self.unjudged = tuple((pact, judges) for pact, judges in prepared if isinstance(judges, str))
        self.all = tuple(
            ExpectedInteraction(
                pact,
                interaction,
                judge,
                implied=interaction.event in leaves
                and is_implied(interaction, interaction.event, leaves[interaction.event]),
            )
            for pact, judges in prepared
            if not isinstance(judges, str)
            for interaction, judge in zip(pact.document.interactions, judges, strict=True)
        )
        # Every emission asks for its event's, so they are sorted out once.
        self._by_event: dict[str, list[ExpectedInteraction]] = {}
        for expected in self.all:
            self._by_event.setdefault(expected.interaction.event, []).append(expected)

    def of_event(self, event: str) -> Sequence[ExpectedInteraction]:
        """Return what is expected of one event."""
        return self._by_event.get(event, ())

    def implied(self, event: str) -> bool:
        """Does the compiled contract imply all that is read of an event, once one was asked of it?"""
        return all(expected.implied and expected.first is not None for expected in self.of_event(event))

    def judge(
        self, event: str, emission: Emission, *, accepted: bool = False, sampled: bool | None = None
    ) -> Iterator[Finding]:
        """Match a message against every interaction of its event.

        Args:
            accepted: the compiled contract takes it, so what that implies is asked of the first one and of a
                sample alone; there a mismatch would say that the two disagree.
            sampled: the message is one of the sample, or isn't; None where it is counted here.

        Yields:
            The mismatches that count for the pair. Those with a pact that the broker holds as pending or WIP
            count for that pact's result alone.
        """
        for expected in self.of_event(event):
            if accepted and expected.implied and expected.first is not None:
                expected.spared += 1
                if not (expected.spared % SAMPLE == 0 if sampled is None else sampled):
                    continue
            found = expected.judge(actual_message(emission, expected.interaction))
            if found and accepted and expected.implied:
                yield _contradiction(found[0], expected, emission)
            mismatches = [_finding(mismatch, expected, emission) for mismatch in found]
            if expected.first is None:
                expected.first = Replayed(expected.pact.document, expected.interaction, emission, not mismatches)
            for finding in mismatches:
                expected.findings.add(finding)
                if not expected.pact.lenient:
                    yield finding

    def cases(self) -> tuple[Replayed, ...]:
        """Return the first message of each interaction that had one."""
        return tuple(expected.first for expected in self.all if expected.first is not None)

    def lenient_findings(self) -> Iterator[Finding]:
        """Yield the mismatches with pacts that the broker holds as pending or WIP, as notes."""
        for pact, why in self.unjudged:
            text = f"{why}: nothing is judged by this pact and no result of it is posted ({_held(pact)})"
            yield Finding("pact-mismatch", text, consumer=pact.document.consumer)
        for expected in self.all:
            if expected.pact.lenient:
                for finding in expected.findings.findings():
                    yield replace(finding, message=f"{finding.message} ({_held(expected.pact)})")


def _held(pact: PactUnderTest) -> str:
    return f"the broker holds this pact as {'pending' if pact.broker_pending else 'work in progress'}"


def _judges(pact: PactUnderTest) -> tuple[Judge, ...] | str:
    """Return what judges each interaction of a pact, or why nothing can: never a part of them alone.

    Raises:
        MisuseError: nothing can, and the pact counts.
    """
    if pact.unreadable:
        return pact.unreadable
    try:
        return tuple(judge_for(pact.document, interaction) for interaction in pact.document.interactions)
    except MisuseError as error:
        if not pact.lenient:
            raise
        return error.what


def _contradiction(mismatch: Mismatch, expected: ExpectedInteraction, emission: Emission) -> Finding:
    return Finding(
        "engines-disagree",
        f"the compiled contract accepts what the matching core refuses: {mismatch.message}",
        consumer=expected.pact.document.consumer,
        interaction=expected.interaction.key,
        where=emission.where,
        path=mismatch.path,
        expected="one answer",
        actual=emission.body.decode("utf-8", "replace"),
    )


def _finding(mismatch: Mismatch, expected: ExpectedInteraction, emission: Emission) -> Finding:
    return Finding(
        "pact-mismatch",
        mismatch.message,
        consumer=expected.pact.document.consumer,
        interaction=expected.interaction.key,
        where=emission.where,
        path=mismatch.path,
        expected=mismatch.expected,
        actual=mismatch.actual,
        next_step=_KEEP if mismatch.actual == NOT_RECORDED else None,
    )


_KEEP = "record this header's value too: name it in CONTRACTS_KEEP_HEADERS, or where the captures are written"
