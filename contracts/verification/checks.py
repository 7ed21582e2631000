"""The checks of one emission: whose pair it belongs to, and which rules it breaks."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from contracts.model.domain import Domain
from contracts.model.events import CONTENT_TYPE
from contracts.model.facts import at_path, is_fact_value
from contracts.model.names import did_you_mean
from contracts.model.registry import Mode, Pair
from contracts.model.verdict import Finding
from contracts.verification.likeness import likeness_of
from contracts.verification.message import EmittedMessage


@dataclass(frozen=True, slots=True)
class Belongs:
    """The pair that an emission belongs to, and its content type finding, which keeps it from the pacts."""

    pair: Pair
    finding: Finding | None = None


@dataclass(frozen=True, slots=True)
class Violates:
    """An emission that belongs to no pair, and why."""

    finding: Finding


def place(message: EmittedMessage, domain: Domain, emitter: str) -> Belongs | Violates:
    """Say which pair an emission belongs to, or which violation it is.

    At most one of wrong-source, unknown-event, undeclared-emission and content-type, in this order: a violation is
    never hidden behind a content type or a planned pair.
    """
    event = message.event
    pair = domain.registry.pair(emitter, event) if event is not None else None
    source = message.attribute("source")
    if source is not None and source != emitter:
        return Violates(
            Finding(
                "wrong-source",
                f"{emitter} speaks in the name of {source!r}{did_you_mean(source, [emitter])}",
                path="$.source",
                where=message.emission.where,
                expected=emitter,
                actual=source,
            )
        )
    if event is None or event not in domain.catalogue:
        return Violates(_unknown_event(message, event, domain))
    if pair is None:
        return Violates(_undeclared(message, event, domain, emitter))
    return Belongs(pair, _content_type(message) if message.content_type_error is not None else None)


def _content_type(message: EmittedMessage) -> Finding:
    return Finding(
        "content-type",
        f"the message {message.content_type_error}",
        path="content-type",
        where=message.emission.where,
        expected="application/cloudevents+json",
        actual=message.form.sent.headers.get("content-type"),
        next_step=_ways_out(message.form.mode) if message.form.mode != "structured" else None,
    )


def _ways_out(mode: Mode) -> str:
    return (
        f"send the whole event as the body, with Content-Type: {CONTENT_TYPE}, or have the registry permit the mode: "
        f'modes = ["structured", "{mode}"] under [messages]'
    )


def _unknown_event(message: EmittedMessage, event: str | None, domain: Domain) -> Finding:
    where = message.emission.where
    if event is not None:
        text = f"{event!r} is no canonical event{did_you_mean(event, domain.catalogue)}"
        return Finding("unknown-event", text, path="$.type", where=where, actual=event)
    likeness = likeness_of(message)
    if message.refusal is not None:
        text, path = f"the body {message.refusal}, and no trigger says which event it was meant to be", "$"
    else:
        text, path = "the body names no type, and no trigger is known", "$.type"
    return Finding(
        "unknown-event",
        f"{text}; it looks like {likeness.what}" if likeness else text,
        path=path,
        where=where,
        next_step=likeness.next_step if likeness else "state the event as the body's type",
    )


def _undeclared(message: EmittedMessage, event: str, domain: Domain, emitter: str) -> Finding:
    needs = " and needs a decision of its own" if event in domain.registry.needs_decision else ""
    return Finding(
        "undeclared-emission",
        f"{emitter} may not emit {event}: the pair is not in the registry{needs}",
        path="$.type",
        where=message.emission.where,
        expected=", ".join(pair.event for pair in domain.registry.pairs(emitter)),
        actual=event,
    )


def wrong_fact(message: EmittedMessage, fact_key: tuple[str, ...]) -> Iterator[Finding]:
    """Yield one finding for each part of the triggered fact that the message doesn't state."""
    trigger = message.emission.trigger
    if trigger is None or message.value is None:
        return
    where = message.emission.where
    stated = message.attribute("type")
    if stated is not None and stated != trigger.event:
        text = f"{trigger.event} was triggered, and {stated} was stated"
        yield Finding("wrong-fact", text, path="$.type", where=where, expected=trigger.event, actual=stated)
        return
    data = message.value.get("data") if isinstance(message.value, dict) else None
    if not isinstance(data, dict):
        return
    for key in fact_key:
        stated_value = at_path(data, key)
        # As texts: a recorder may know of texts alone, and whether it is an integer is the schema's to say.
        if key in trigger.fact and is_fact_value(stated_value) and str(stated_value) != str(trigger.fact[key]):
            yield Finding(
                "wrong-fact",
                f"the fact of {key} {trigger.fact[key]!r} was triggered, and {stated_value!r} was stated",
                path=f"$.data.{key}",
                where=where,
                expected=trigger.fact[key],
                actual=stated_value,
            )
