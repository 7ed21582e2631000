"""Why a rule is there, and where a pair stands: what it means and what comes next."""

from __future__ import annotations

from collections.abc import Iterator

from contracts.errors import MisuseError
from contracts.model.domain import Domain
from contracts.model.names import did_you_mean
from contracts.model.registry import Pair, Status
from contracts.model.rules import RULES, Severity
from contracts.project.named_emitters import refuse_unknown_emitter

_CONSEQUENCES = {
    Severity.FINDING: "An implemented pair fails (exit 1); a planned pair stays pending.",
    Severity.VIOLATION: "The run fails (exit 1), whatever the pairs' statuses.",
    Severity.ERROR: "No verdict can be given (exit 2).",
    Severity.NOTE: "It changes no verdict, no exit code and no posted result.",
}


def refuse_unknown_subject(domain: Domain, name: str) -> None:
    """Refuse a single name that is no canonical event, once it is known to be no rule.

    Raises:
        MisuseError: with the nearest rule or event, or the events of the emitter that it names.
    """
    if name in domain.catalogue:
        return
    if name in domain.registry.emitters:
        raise MisuseError(
            f"{name!r} is an emitter; what can be explained is a pair of emitter and event",
            next_step=f"name an event after it: {', '.join(domain.registry.emitters[name].events)}",
        )
    raise MisuseError(
        f"no rule and no canonical event is called {name!r}{did_you_mean(name, (*RULES, *domain.catalogue))}",
        next_step="see contracts rules and contracts matrix",
    )


def explain_rule(rule_id: str) -> Iterator[str]:
    """Say what one of the rules is for, what breaking it does, and what to do."""
    rule = RULES[rule_id]
    yield f"{rule.id} ({rule.severity.value})"
    yield f"  why:  {rule.purpose}"
    yield f"  then: {_CONSEQUENCES[rule.severity]}"
    if rule.promise is not None:
        yield "        Where the registry doesn't promise it of the pair, it is a note and breaks nothing."
    yield f"  next: {rule.next_step}"


def explain_pair(domain: Domain, emitter: str, event: str) -> Iterator[str]:
    """Say where a pair stands and what comes next, for a pair that the registry has or hasn't.

    Raises:
        MisuseError: no such emitter or canonical event.
    """
    refuse_unknown_emitter(domain, emitter)
    if event not in domain.catalogue:
        raise MisuseError(
            f"{event!r} is no canonical event{did_you_mean(event, domain.catalogue)}", next_step="see contracts matrix"
        )
    pair = domain.registry.pair(emitter, event)
    yield f"{emitter} {event}"
    if pair is None:
        yield from _not_permitted(domain, emitter, event)
    elif pair.status is Status.PLANNED:
        yield from _planned(pair)
    else:
        yield "  is:   implemented. It must be emitted without a finding; anything else fails a run."
        yield from _promises(pair)
        yield f"  next: contracts verify {emitter}"


def _not_permitted(domain: Domain, emitter: str, event: str) -> Iterator[str]:
    others = ", ".join(pair.emitter for pair in domain.registry.emitters_of(event))
    yield "  is:   not permitted. Emitting it is an undeclared-emission and fails every run."
    if others:
        yield f"        Permitted emitters: {others}."
    elif event in domain.registry.needs_decision:
        yield "        No emitter is approved for this event; giving it one takes a decision of its own."
    needs = ' with decision = "<reference>"' if event in domain.registry.needs_decision else ""
    yield f"  next: stop emitting it, or add the pair to {domain.registry_file.name}{needs} as planned"
    yield f"        [emitters.{emitter}.events.{event}]"


def _planned(pair: Pair) -> Iterator[str]:
    yield "  is:   planned. Whatever is emitted of it, right or wrong, the pair stays pending and fails no run."
    yield from _promises(pair)
    if pair.entry.target:
        yield f"        Its target is {pair.entry.target.isoformat()}."
    if pair.entry.reason:
        yield f"        It was taken back: {pair.entry.reason}"
    yield "  next: implement it in the emitter; when a verification says it is ready, promote the pair to implemented"


def _promises(pair: Pair) -> Iterator[str]:
    repeats = "may be stated again under the same marker" if pair.entry.repeats == "guarded" else "is stated once"
    delivery = " A refused delivery is owed again." if pair.entry.delivery else ""
    yield f"        A fact {repeats}.{delivery}"
