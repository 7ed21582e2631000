"""What a driven emitter is asked for: a fact, the fact again, other facts, a refused delivery, all at once."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

from contracts.model.domain import Domain
from contracts.model.driver import Capabilities, Step
from contracts.model.emission import Trigger
from contracts.model.events import CanonicalEvent
from contracts.model.facts import RestOfFact
from contracts.model.pact import PactDocument
from contracts.model.registry import Pair, Status
from contracts.verification.facts import Facts, first_fact

SIMULTANEOUS_REPEATS = 4


class Requests:
    """The steps that test every promise which a driver is capable of testing, in order.

    Where the capabilities hold a seed, no fact is one that a run with another seed has asked for, so that an outbox
    which remembers that run is silent about none.

    They are told which events were stated, and ask nobody: an event that the emitter didn't state at the first
    request isn't asked for again, since there is nothing to repeat.
    """

    def __init__(
        self,
        domain: Domain,
        emitter: str,
        pacts: Sequence[PactDocument],
        capabilities: Capabilities,
        rest: RestOfFact | None = None,
    ) -> None:
        self._questions = tuple(
            _question(pair, domain.catalogue[pair.event], pacts, capabilities.seed)
            for pair in domain.registry.pairs(emitter)
        )
        self._capabilities = capabilities
        self._stated: set[str] = set()
        self._rest = rest
        # One fact is asked for with the same rest each time: what a repeat states has to be the same.
        self._rests: dict[str, Mapping[str, Any]] = {}

    def stated(self, event: str) -> None:
        """Take note that an emission counted for the pair of this event."""
        self._stated.add(event)

    def __iter__(self) -> Iterator[Step]:
        """Yield one step after the other; what comes next hangs on what was stated when it is asked for."""
        for question in self._questions:
            for step in self._steps(question):
                triggers = tuple(map(self._whole, step.triggers))
                yield replace(step, triggers=triggers, planned=question.planned)

    def _whole(self, trigger: Trigger) -> Trigger:
        """Return a trigger with all that it carries."""
        if self._rest is None:
            return trigger
        name = json.dumps([trigger.event, trigger.fact], sort_keys=True)
        if name not in self._rests:
            self._rests[name] = self._rest(trigger.event, trigger.fact)
        return trigger.model_copy(update={"fact": {**self._rests[name], **trigger.fact}})

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
    facts: Facts
    names: tuple[_Name, ...]


def _question(pair: Pair, model: type[CanonicalEvent], pacts: Sequence[PactDocument], seed: str | None) -> _Question:
    known = Facts(model, first_fact(model, pacts))
    found = (interaction for pact in pacts for interaction in pact.of_event(pair.event))
    names = tuple(dict.fromkeys(_Name(each.description, each.state) for each in found)) or (_Name(),)
    facts = known.renewed(seed) if seed else known
    return _Question(pair.event, pair.status is Status.PLANNED, facts, names)


def _delivery_steps(event: str, facts: Facts, capabilities: Capabilities) -> Iterator[Step]:
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
