"""What a driven emitter is asked for: a fact, the fact again, other facts, a refused delivery, all at once."""

from __future__ import annotations

import json
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from uuid import NAMESPACE_URL, uuid5

from pydantic import TypeAdapter, ValidationError

from contracts.model.domain import Domain
from contracts.model.driver import Capabilities, Step
from contracts.model.emission import Trigger
from contracts.model.events import CanonicalEvent, data_model, event_name
from contracts.model.examples import example_event
from contracts.model.pact import PactDocument

SIMULTANEOUS_REPEATS = 4


class Requests:
    """The steps that test every promise which a driver is capable of testing, in order.

    They are told which events were stated, and ask nobody: an event that the emitter didn't state at the first
    request isn't asked for again, since there is nothing to repeat.
    """

    def __init__(self, domain: Domain, emitter: str, pacts: Sequence[PactDocument], capabilities: Capabilities) -> None:
        self._facts = {
            pair.event: _Facts(domain.catalogue[pair.event], first_fact(domain.catalogue[pair.event], pacts))
            for pair in domain.registry.pairs(emitter)
        }
        self._capabilities = capabilities
        self._stated: set[str] = set()

    def stated(self, event: str) -> None:
        """Take note that an emission counted for the pair of this event."""
        self._stated.add(event)

    def __iter__(self) -> Iterator[Step]:
        """Yield one step after the other; what comes next hangs on what was stated when it is asked for."""
        for event, facts in self._facts.items():
            asked = Trigger(event=event, fact=facts.first)
            yield Step((asked,))
            if event in self._stated:
                yield Step((asked.model_copy(update={"attempt": 2}),))
                for key in facts.first:
                    yield Step((Trigger(event=event, fact=facts.varied("other", key)),))
                yield from _delivery_steps(event, facts, self._capabilities)


def _delivery_steps(event: str, facts: _Facts, capabilities: Capabilities) -> Iterator[Step]:
    if capabilities.refuses:
        refused = Trigger(event=event, fact=facts.varied("refused"), delivery=f"{event}-refused")
        yield Step((refused,), refuse=True)
        yield Step((refused.model_copy(update={"attempt": 2}),))
    if capabilities.simultaneous:
        fact = facts.varied("at-once")
        repeats = (Trigger(event=event, fact=fact, attempt=n + 1) for n in range(SIMULTANEOUS_REPEATS))
        yield Step(tuple(repeats))
        at_once = (facts.varied(f"at-once-{name}") for name in ("a", "b"))
        yield Step(tuple(Trigger(event=event, fact=fact) for fact in at_once))


def first_fact(model: type[CanonicalEvent], pacts: Sequence[PactDocument]) -> dict[str, str]:
    """Return the fact that the event's expectations speak of, or that of an example where there are none."""
    for pact in pacts:
        for interaction in pact.of_event(event_name(model)):
            values = {key: interaction.params.get(key) for key in model.fact_key}
            if all(isinstance(value, str) for value in values.values()):
                return {key: str(value) for key, value in values.items()}
    data = example_event(model, source="emitter")["data"]
    return {key: str(data[key]) for key in model.fact_key}


@dataclass(frozen=True, slots=True)
class _Facts:
    """Facts of one event that the event's own model accepts."""

    model: type[CanonicalEvent]
    first: dict[str, str]

    def varied(self, name: str, *keys: str) -> dict[str, str]:
        """Return another fact: the first one with these keys' values varied, all of them where none is named."""
        return {
            key: self._varied(key, value, name) if key in (keys or self.first) else value
            for key, value in self.first.items()
        }

    def _varied(self, key: str, value: str, name: str) -> str:
        # Cut to the 128 characters that an identifier may have, the varied end kept.
        readable = f"{value[: 127 - len(name)]}-{name}"
        candidates = (readable, str(uuid5(NAMESPACE_URL, f"{value} {name}")))
        return next((text for text in candidates if self._takes(key, text)), readable)

    def _takes(self, key: str, text: str) -> bool:
        field = data_model(self.model).model_fields[key]
        try:
            TypeAdapter(field.rebuild_annotation()).validate_json(json.dumps(text))
        except ValidationError:
            return False
        return True
