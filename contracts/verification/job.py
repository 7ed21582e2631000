"""What a verification is asked to do."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import date

from contracts.model.domain import Domain
from contracts.model.pact import PactDocument
from contracts.pact_core.verifier import Replayed


@dataclass(frozen=True, slots=True)
class PactUnderTest:
    """A pact to verify, with what the broker said of it.

    Attributes:
        consumer_version: the consumer's version, where a broker named one.
        broker_pending: the broker holds it as pending: a mismatch doesn't fail the build.
        wip: the broker included it as work in progress; likewise.
        reason: why the broker asked for it.
    """

    document: PactDocument
    consumer_version: str | None = None
    broker_pending: bool = False
    wip: bool = False
    reason: str = ""

    @property
    def lenient(self) -> bool:
        """A mismatch with this pact doesn't fail the build."""
        return self.broker_pending or self.wip


Replay = Callable[[str, Sequence[Replayed]], tuple[bool, ...]]
"""The second opinion: `contracts.pact_core.verifier.replay`."""


@dataclass(frozen=True, slots=True)
class Job:
    """One verification of one emitter.

    Attributes:
        today: the date that `overdue` is judged by.
        strict_pending: a planned pair that is ready fails the run.
        report_only: everything is shown and the exit is 0.
    """

    domain: Domain
    emitter: str
    pacts: tuple[PactUnderTest, ...]
    replay: Replay
    today: date
    toolkit: str
    strict_pending: bool = False
    report_only: bool = False
