"""What a verification is asked to do."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import date

from contracts.model.domain import Domain
from contracts.model.facts import RestOfFact
from contracts.model.pact import PactUnderTest
from contracts.pact_core.verifier import Replayed

Replay = Callable[[str, Sequence[Replayed]], tuple[bool, ...]]
"""The second opinion: `contracts.pact_core.verifier.replay`."""


@dataclass(frozen=True, slots=True)
class Job:
    """One verification of one emitter.

    Attributes:
        today: the date that `overdue` is judged by.
        strict_pending: a planned pair that is ready fails the run.
        report_only: everything is shown and the exit is 0.
        rest: what triggers carry beside the fact key; None where that is all.
    """

    domain: Domain
    emitter: str
    pacts: tuple[PactUnderTest, ...]
    replay: Replay
    today: date
    toolkit: str
    strict_pending: bool = False
    report_only: bool = False
    rest: RestOfFact | None = None
