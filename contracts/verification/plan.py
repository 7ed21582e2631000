"""What a driven emitter is asked for: a fact, the fact again, other facts, a refused delivery, all at once."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence

from contracts.model.domain import Domain
from contracts.model.driver import Capabilities, Step
from contracts.model.emission import Trigger
from contracts.model.pact import PactDocument

SIMULTANEOUS_REPEATS = 4


def plan_for(
    domain: Domain,
    emitter: str,
    pacts: Sequence[PactDocument],
    capabilities: Capabilities,
    was_emitted: Callable[[str], bool],
) -> Iterator[Step]:
    """Yield the steps that test every promise which the driver is capable of testing.

    Args:
        was_emitted: says whether an event has been emitted so far. An event that the emitter didn't state at
            the first request isn't asked for again: there is nothing to repeat.
    """
    for pair in domain.registry.pairs(emitter):
        first = first_fact(pair.event, domain.catalogue.fact_key(pair.event), pacts)
        asked = Trigger(event=pair.event, fact=first)
        yield Step((asked,))
        if not was_emitted(pair.event):
            continue
        yield Step((asked.model_copy(update={"attempt": 2}),))
        for key in first:
            yield Step((Trigger(event=pair.event, fact=_varied(first, (key,), "other")),))
        yield from _delivery_steps(pair.event, first, capabilities)


def _delivery_steps(event: str, first: Mapping[str, str], capabilities: Capabilities) -> Iterator[Step]:
    keys = tuple(first)
    if capabilities.refuses:
        refused = Trigger(event=event, fact=_varied(first, keys, "refused"), delivery=f"{event}-refused")
        yield Step((refused,), refuse=True)
        yield Step((refused.model_copy(update={"attempt": 2}),))
    if capabilities.simultaneous:
        fact = _varied(first, keys, "at-once")
        repeats = (Trigger(event=event, fact=fact, attempt=n + 1) for n in range(SIMULTANEOUS_REPEATS))
        yield Step(tuple(repeats))
        facts = (_varied(first, keys, f"at-once-{name}") for name in ("a", "b"))
        yield Step(tuple(Trigger(event=event, fact=fact) for fact in facts))


def first_fact(event: str, fact_key: tuple[str, ...], pacts: Sequence[PactDocument]) -> dict[str, str]:
    """Return the fact that the event's expectations speak of, or made-up values where there are none."""
    for pact in pacts:
        for interaction in pact.of_event(event):
            values = {key: interaction.params.get(key) for key in fact_key}
            if all(isinstance(value, str) for value in values.values()):
                return {key: str(value) for key, value in values.items()}
    return {key: f"{key.removesuffix('_id')}-1" for key in fact_key}


def _varied(fact: Mapping[str, str], keys: Sequence[str], name: str) -> dict[str, str]:
    # Cut to the 128 characters that an identifier may have, the varied end kept.
    return {key: f"{value[: 127 - len(name)]}-{name}" if key in keys else value for key, value in fact.items()}
