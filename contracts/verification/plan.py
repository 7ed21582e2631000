"""What a driven emitter is asked for: a fact, the fact again, other facts, a refused delivery, all at once."""

from __future__ import annotations

import json
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from hashlib import shake_128
from string import ascii_lowercase, ascii_uppercase, digits
from uuid import NAMESPACE_URL, uuid5

from pydantic import TypeAdapter, ValidationError

from contracts.model.domain import Domain
from contracts.model.driver import Capabilities, Step
from contracts.model.emission import Trigger
from contracts.model.events import CanonicalEvent, data_model, event_name
from contracts.model.examples import example_event
from contracts.model.pact import PactDocument
from contracts.model.registry import Pair, Status

SIMULTANEOUS_REPEATS = 4


class Requests:
    """The steps that test every promise which a driver is capable of testing, in order.

    Where the capabilities hold a seed, no fact is one that a run with another seed has asked for, so that an outbox
    which remembers that run is silent about none.

    They are told which events were stated, and ask nobody: an event that the emitter didn't state at the first
    request isn't asked for again, since there is nothing to repeat.
    """

    def __init__(self, domain: Domain, emitter: str, pacts: Sequence[PactDocument], capabilities: Capabilities) -> None:
        self._questions = tuple(
            _question(pair, domain.catalogue[pair.event], pacts, capabilities.seed)
            for pair in domain.registry.pairs(emitter)
        )
        self._capabilities = capabilities
        self._stated: set[str] = set()

    def stated(self, event: str) -> None:
        """Take note that an emission counted for the pair of this event."""
        self._stated.add(event)

    def __iter__(self) -> Iterator[Step]:
        """Yield one step after the other; what comes next hangs on what was stated when it is asked for."""
        for question in self._questions:
            for step in self._steps(question):
                yield replace(step, planned=question.planned)

    def _steps(self, question: _Question) -> Iterator[Step]:
        event, facts = question.event, question.facts
        asked = Trigger(event=event, fact=facts.first)
        first, *others = question.names
        yield first.step(asked)
        for number, name in enumerate(others if self._capabilities.described else (), 2):
            yield name.step(Trigger(event=event, fact=facts.varied(f"as-{number}")))
        if event in self._stated:
            yield first.step(asked.model_copy(update={"attempt": 2}))
            for key in facts.first:
                yield first.step(Trigger(event=event, fact=facts.varied("other", key)))
            yield from _delivery_steps(event, facts, self._capabilities)


@dataclass(frozen=True, slots=True)
class _Name:
    """What a pact calls an interaction, and the state that it begins from."""

    description: str | None = None
    state: str | None = None

    def step(self, *triggers: Trigger) -> Step:
        return Step(triggers, description=self.description, state=self.state)


@dataclass(frozen=True, slots=True)
class _Question:
    """What is asked of one pair."""

    event: str
    planned: bool
    facts: _Facts
    names: tuple[_Name, ...]


def _question(pair: Pair, model: type[CanonicalEvent], pacts: Sequence[PactDocument], seed: str | None) -> _Question:
    known = _Facts(model, first_fact(model, pacts))
    found = (interaction for pact in pacts for interaction in pact.of_event(pair.event))
    names = tuple(dict.fromkeys(_Name(each.description, each.state) for each in found)) or (_Name(),)
    facts = known.renewed(seed) if seed else known
    return _Question(pair.event, pair.status is Status.PLANNED, facts, names)


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


_LETTERS = (ascii_uppercase, ascii_lowercase)


def _of_its_form(value: str, name: str, kinds: Sequence[str]) -> str:
    """Return another text whose characters are of the kinds that `value` has there, as `^W-[0-9]{4}$` wants it."""
    stream = shake_128(f"{value} {name}".encode()).digest(len(value))
    return "".join(
        next((kind[byte % len(kind)] for kind in kinds if character in kind), character)
        for character, byte in zip(value, stream, strict=True)
    )


@dataclass(frozen=True, slots=True)
class _Facts:
    """Facts of one event that the event's own model accepts."""

    model: type[CanonicalEvent]
    first: dict[str, str]

    def renewed(self, seed: str) -> _Facts:
        """Return facts of this seed's own; a value that the model takes no other for stays."""
        fresh = {key: self._varied(key, value, seed) for key, value in self.first.items()}
        taken = {key: text if self._takes(key, text) else self.first[key] for key, text in fresh.items()}
        return _Facts(self.model, taken)

    def varied(self, name: str, *keys: str) -> dict[str, str]:
        """Return another fact: the first one with these keys' values varied, all of them where none is named."""
        return {
            key: self._varied(key, value, name) if key in (keys or self.first) else value
            for key, value in self.first.items()
        }

    def _varied(self, key: str, value: str, name: str) -> str:
        # Cut to the 128 characters that an identifier may have, the varied end kept.
        readable = f"{value[: 127 - len(name)]}-{name}"
        formed = (_of_its_form(value, name, kinds) for kinds in ((*_LETTERS, digits), (digits,)))
        candidates = (readable, str(uuid5(NAMESPACE_URL, f"{value} {name}")), *formed)
        return next((text for text in candidates if self._takes(key, text)), readable)

    def _takes(self, key: str, text: str) -> bool:
        field = data_model(self.model).model_fields[key]
        try:
            TypeAdapter(field.rebuild_annotation()).validate_json(json.dumps(text))
        except ValidationError:
            return False
        return True
