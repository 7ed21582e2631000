"""What a driven emitter is asked for: every promise that the driver can test, and of no event that it doesn't state."""

from __future__ import annotations

import re
from typing import Annotated, Literal
from uuid import UUID

from pydantic import Field

from contracts.model.driver import Capabilities, Step
from contracts.model.events import CanonicalEvent, EventData
from contracts.verification.facts import Facts
from contracts.verification.plan import SIMULTANEOUS_REPEATS, Requests
from tests.verification.support import COMPLETED, ENTERED, FACTS, FORM, TRACKER, pact, webinar_domain

EVERYTHING = Capabilities(drives=True, refuses=True, simultaneous=True)


def steps(capabilities: Capabilities, *events: str) -> list[Step]:
    """Return what an emitter is asked for that states these events."""
    requests = Requests(webinar_domain(), TRACKER, [pact()], capabilities)
    asked = []
    for step in requests:
        asked.append(step)
        for trigger in step.triggers:
            if trigger.event in events:
                requests.stated(trigger.event)
    return asked


def test_an_event_that_isnt_stated_is_asked_for_once() -> None:
    """There is nothing to repeat, to refuse or to race."""
    asked = steps(EVERYTHING)
    assert [[trigger.event for trigger in step.triggers] for step in asked] == [[COMPLETED], [ENTERED], [FORM]]
    assert [trigger.fact for step in asked for trigger in step.triggers] == [
        FACTS[event] for event in (COMPLETED, ENTERED, FORM)
    ]
    assert not any(step.refuse for step in asked)


def test_a_stated_event_is_repeated_and_varied_in_each_part_of_its_fact() -> None:
    """One by one: the fact, the fact again, and for each key of its fact another one."""
    asked = [step.triggers for step in steps(Capabilities(drives=True), ENTERED) if step.triggers[0].event == ENTERED]
    assert all(len(triggers) == 1 for triggers in asked)
    first, again, *others = (triggers[0] for triggers in asked)
    assert (first.fact, again.fact) == (FACTS[ENTERED], FACTS[ENTERED])
    assert (first.attempt, again.attempt) == (1, 2)
    changed = [{key for key in FACTS[ENTERED] if other.fact[key] != FACTS[ENTERED][key]} for other in others]
    assert changed == [{key} for key in FACTS[ENTERED]]


def test_a_refused_delivery_is_asked_for_again_and_then_taken() -> None:
    """The retry is of the same fact and the same delivery."""
    asked = steps(Capabilities(drives=True, refuses=True), COMPLETED)
    (refused,) = (index for index, step in enumerate(asked) if step.refuse)
    (first,), (retry,) = asked[refused].triggers, asked[refused + 1].triggers
    assert not asked[refused + 1].refuse
    assert (first.fact, first.delivery) == (retry.fact, retry.delivery)
    assert (first.attempt, retry.attempt) == (1, 2)
    assert first.fact != FACTS[COMPLETED]


def test_repeats_and_different_facts_are_asked_for_at_the_same_time() -> None:
    """One race of repeats of a fact, one of two facts, both of facts that nothing else asked for."""
    repeats, different = (
        step.triggers
        for step in steps(Capabilities(drives=True, simultaneous=True), COMPLETED)
        if len(step.triggers) > 1
    )
    assert len(repeats) == SIMULTANEOUS_REPEATS
    assert all(trigger.fact == repeats[0].fact for trigger in repeats)
    assert different[0].fact != different[1].fact
    assert repeats[0].fact not in [FACTS[COMPLETED], *(trigger.fact for trigger in different)]


def facts(seed: str | None) -> list[dict[str, str]]:
    """Return every fact of a plan, repeats left out."""
    capabilities = Capabilities(drives=True, refuses=True, simultaneous=True, seed=seed)
    asked = [trigger for step in steps(capabilities, COMPLETED, ENTERED, FORM) for trigger in step.triggers]
    return [{key: str(value) for key, value in trigger.fact.items()} for trigger in asked if trigger.attempt == 1]


def test_no_fact_is_one_of_another_runs() -> None:
    """Each value is another one, the webinar's too: an outbox that remembers the last run is silent about none."""
    one, other = facts("one"), facts("other")
    assert len(one) == len(other) > 10
    assert not {value for fact in one for value in fact.values()} & {value for fact in other for value in fact.values()}
    assert facts("one") == one


class _Subscribed(EventData):
    client_id: Annotated[str, Field(pattern=r"^c-[0-9]{6}$")]
    visit: UUID
    plan: Literal["monthly"]


class _SubscribedEvent(CanonicalEvent):
    type: Literal["client_subscribed"]
    data: _Subscribed
    fact_key = ("client_id", "visit", "plan")


def test_a_new_value_has_the_form_that_the_model_wants() -> None:
    """Digits where the pattern wants digits, a UUID for a UUID, and what has no other value stays."""
    first = {"client_id": "c-204217", "visit": str(UUID(int=7)), "plan": "monthly"}
    renewed = [Facts(_SubscribedEvent, first).renewed(seed).first for seed in ("one", "other")]
    made = [{key: str(value) for key, value in fact.items()} for fact in renewed]
    assert [fact["plan"] for fact in made] == ["monthly", "monthly"]
    assert len({fact["client_id"] for fact in (first, *made)}) == 3
    assert len({UUID(fact["visit"]) for fact in (first, *made)}) == 3
    assert all(re.fullmatch("c-[0-9]{6}", fact["client_id"]) for fact in made)
