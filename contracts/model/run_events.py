"""What a verification says while it is at it: the engine yields these values, renderers listen."""

from __future__ import annotations

from dataclasses import dataclass

from contracts.model.verdict import Verification


@dataclass(frozen=True, slots=True)
class EmissionJudged:
    """An emission was judged; `count` is how many were by now."""

    count: int


@dataclass(frozen=True, slots=True)
class ReplayStarted:
    """The official verifier is asked about `interactions` of them."""

    interactions: int


@dataclass(frozen=True, slots=True)
class Finished:
    """The last event of a run."""

    verification: Verification


RunEvent = EmissionJudged | ReplayStarted | Finished
"""What a run yields."""
