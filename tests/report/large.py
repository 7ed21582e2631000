"""A report of many emitters and events, to see that it opens."""

from __future__ import annotations

from typing import Any, ClassVar, Literal

from pydantic import create_model

from contracts.model.domain import Domain
from contracts.model.events import CanonicalEvent, Catalogue, EventData, Token
from contracts.model.registry import EmitterEntry, PairEntry, Status
from contracts.model.verdict import PairVerdict, Verdict, Verification
from contracts.report.content import ReportContent
from tests.report.examples import domain, emission, finding, pacts, run


class _Fact(EventData):
    client_id: Token
    webinar_id: Token


class _Event(CanonicalEvent):
    """Something happened to a client and a webinar."""

    fact_key: ClassVar[tuple[str, ...]] = ("client_id", "webinar_id")
    data: _Fact


def _model(name: str) -> type[CanonicalEvent]:
    literal: Any = Literal[name]
    return create_model(name, __base__=_Event, __doc__=_Event.__doc__, type=(literal, ...))


def large_domain(*, emitters: int, events: int) -> Domain:
    """Return a domain in which every emitter may state every event but the last."""
    names = [f"client_webinar_happening_{number}" for number in range(1, events + 1)]
    models = tuple(_model(name) for name in names)
    states = {
        name: PairEntry(status=Status.IMPLEMENTED if number % 3 else Status.PLANNED)
        for number, name in enumerate(names[:-1])
    }
    entries = {
        f"client-webinar-emitter-{number}": EmitterEntry(description="One emitter of many.", events=states)
        for number in range(1, emitters + 1)
    }
    base = domain()
    registry = base.registry.model_copy(update={"needs_decision": (), "emitters": entries})
    return Domain("large", Catalogue(models), registry, base.registry_file)


def large_evidence(*, emitters: int, events: int) -> ReportContent:
    """Return a verification of every pair, a tenth of them failed, each with the evidence of one emission."""
    large = large_domain(emitters=emitters, events=events)
    runs = tuple(_run(name, entry, number) for number, (name, entry) in enumerate(large.registry.emitters.items()))
    return ReportContent(large, runs, pacts(*large.registry.emitters, over=large))


def _run(emitter: str, entry: EmitterEntry, seed: int) -> Verification:
    return run(
        *(_pair(event, pair.status, seed + number) for number, (event, pair) in enumerate(entry.events.items())),
        emitter=emitter,
        untested={"lost-fact": "recorded captures refuse nothing"},
    )


def _pair(event: str, status: Status, seed: int) -> PairVerdict:
    wrong = finding(message="the fact is another", path="$.data.client_id", expected="c-1", actual=f"c-{seed}")
    findings = (wrong,) if seed % 10 == 0 else ()
    verdict = Verdict.FAILED if findings else Verdict.PASSED
    if status is Status.PLANNED:
        verdict = Verdict.PENDING
    return PairVerdict(event, status, verdict, not findings, 3, findings, (emission(event),))
