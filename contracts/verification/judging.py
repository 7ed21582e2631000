"""The exact way: what one message that the compiled contract doesn't accept breaks, whoever counts it."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass

from contracts.model.domain import Domain
from contracts.model.emission import Trigger
from contracts.model.events import Catalogue
from contracts.model.registry import Pair
from contracts.model.verdict import Finding
from contracts.verification.checks import Violates, place, wrong_fact
from contracts.verification.compiled import RightMessage
from contracts.verification.expectations import Expectations
from contracts.verification.message import EmittedMessage, canonical
from contracts.verification.repeats import Parts, StatedFact
from contracts.verification.shape import shape_findings


@dataclass(frozen=True, slots=True)
class Judged:
    """The pair that a message belongs to, and what it breaks there, at its places in what was sent."""

    pair: Pair
    findings: tuple[Finding, ...]


def judge_message(
    message: EmittedMessage,
    domain: Domain,
    emitter: str,
    expectations: Expectations,
    is_waived: Callable[[Pair, Finding], bool],
) -> Judged | Violates:
    """Judge one message by everything that it shows itself, and by the pacts.

    A content type or a schema that is wrong keeps it from the pacts, unless a waiver accepts that.

    Args:
        is_waived: does a waiver accept a finding of the pair today?
    """
    placed = place(message, domain, emitter)
    if isinstance(placed, Violates):
        return Violates(message.form.as_sent(placed.finding))
    pair = placed.pair
    findings = [] if placed.finding is None else [message.form.as_sent(placed.finding)]
    permitted = domain.registry.messages.extensions
    shape = [
        message.form.as_sent(finding)
        for finding in shape_findings(message, domain.catalogue[pair.event], domain.registry.vocabulary, permitted)
    ]
    keeping = [*findings, *(finding for finding in shape if finding.rule == "event-schema")]
    findings += shape
    findings += map(message.form.as_sent, wrong_fact(message, domain.catalogue.fact_key(pair.event)))
    if all(is_waived(pair, finding) for finding in keeping):
        findings += map(message.form.as_sent, expectations.judge(pair.event, message.emission))
    return Judged(pair, tuple(findings))


def stated_facts(
    message: EmittedMessage, event: str, catalogue: Catalogue, content: str | None = None
) -> Iterator[StatedFact]:
    """Yield what the message states of its event, as repeats are compared.

    Nothing where its fact or its id can't be read: what can't be read can't be compared.

    Args:
        content: one text for all its spellings, where that is known; else it is made.
    """
    fact = message.fact(catalogue.fact_key(event))
    marker = message.attribute("id")
    if fact is None or marker is None or message.attribute("type") != event:
        return
    value = message.value
    known = canonical(value) if content is None else content
    yield StatedFact(message.emission, event, fact, marker, known, lambda: Parts.of(value))


def states_what_was_triggered(right: RightMessage, trigger: Trigger | None) -> bool:
    """Does a message that the compiled contract accepts state the fact that was asked for, if one was?"""
    if trigger is None:
        return True
    asked = ((key, trigger.fact[key]) for key in right.fact if key in trigger.fact)
    return trigger.event == right.event and all(str(value) == right.fact[key] for key, value in asked)
