"""Running histories: how many, by which seed, and what came of them."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from contextlib import AbstractContextManager, nullcontext
from dataclasses import dataclass, field
from typing import ClassVar

from hypothesis import HealthCheck, Phase, seed, settings
from hypothesis.stateful import run_state_machine_as_test

from tests.release.world.machine import Histories
from tests.release.world.world import Asked, DeadEndError, WrongYesError

STEPS = 30


@dataclass
class Found:
    """What histories came to.

    Attributes:
        counts: how often each rule fired and each answer was given, by their names; `histories` is how many there were.
        failures: the wrong yeses and dead ends, each with its story.
    """

    counts: Counter[str] = field(default_factory=Counter)
    failures: list[AssertionError] = field(default_factory=list)

    def __add__(self, other: Found) -> Found:
        """Both together."""
        return Found(self.counts + other.counts, [*self.failures, *other.failures])

    def named(self, kind: str) -> Mapping[str, int]:
        """The counts of a kind, `rule` or `answer`, without that word."""
        return {name.split(" ", 1)[1]: self.counts[name] for name in sorted(self.counts) if name.startswith(f"{kind} ")}

    @property
    def wrong_yeses(self) -> int:
        """How many yeses were wrong."""
        return sum(isinstance(failure, WrongYesError) for failure in self.failures)

    @property
    def dead_ends(self) -> int:
        """How many walks ended nowhere."""
        return sum(isinstance(failure, DeadEndError) for failure in self.failures)


def run_histories(
    histories: int,
    by_seed: int,
    *,
    to_the_end: bool = False,
    shrunk: bool = False,
    options: Mapping[str, bool] | None = None,
    planted: AbstractContextManager[object] | None = None,
    asked: Asked | None = None,
) -> Found:
    """Run histories of 30 steps.

    Args:
        by_seed: the same seed gives the same histories.
        to_the_end: go on after a wrong yes or a dead end; else the first ends it.
        shrunk: make the first that fails as short as it gets.
        options: those of `quickly`.
        planted: a fault of the toolkit, while it is entered.
        asked: hears every question with its answer.
    """
    found = Found()

    @seed(by_seed)
    class Seeded(Histories):
        counts = found.counts
        failures = found.failures if to_the_end else None
        hears: ClassVar = [asked] if asked else []

    Seeded.options = dict(options or {})
    # Hypothesis runs one history more than it is asked for where it looks for a mean example first.
    chosen = settings(
        max_examples=histories,
        stateful_step_count=STEPS,
        deadline=None,
        database=None,
        suppress_health_check=list(HealthCheck),
        phases=(Phase.generate, Phase.shrink) if shrunk else (Phase.generate,),
        report_multiple_bugs=False,
        print_blob=False,
    )
    with planted or nullcontext():
        try:
            # Hypothesis ends a history early now and then; one of a few steps proves little.
            run_state_machine_as_test(Seeded, settings=chosen, _min_steps=STEPS)
        except (WrongYesError, DeadEndError) as failure:
            found.failures.append(failure)
    return found
