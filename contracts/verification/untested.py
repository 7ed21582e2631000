"""Which promises nothing in a run could have broken, and why: they are reported as untested, not as held."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from contracts.model.driver import Capabilities


@dataclass(slots=True)
class Seen:
    """What was seen of repeats, facts and deliveries, of one event or in a whole run.

    Attributes:
        triggered: emissions that say what triggered them.
        repeats: facts stated or asked for again.
        distinct_facts: different facts stated.
        refusals: refused deliveries.
    """

    triggered: int = 0
    repeats: int = 0
    distinct_facts: int = 0
    refusals: int = 0


def untested(seen: Seen, driver: Capabilities) -> Iterator[tuple[str, str]]:
    """Yield each untested rule with the reason."""
    if seen.triggered == 0:
        yield "wrong-fact", "no emission says what triggered it"
    if seen.repeats == 0:
        reason = "no fact was stated or asked for twice"
        yield "repeat-changes-id", reason
        yield "repeat-changes-content", reason
        yield "repeated-emission", reason
    elif driver.drives and not driver.simultaneous:
        # Asked one after another, every guard looks alike: only a race tells them apart.
        yield "repeated-emission", "this way to the emitter can't ask for a fact twice at the same time"
    if seen.distinct_facts < 2:
        yield "id-reused", "fewer than two different facts were stated"
    if seen.refusals == 0:
        cant = driver.drives and not driver.refuses
        yield "lost-fact", "this way to the emitter can't refuse a delivery" if cant else "no delivery was refused"
