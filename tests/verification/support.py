"""Building blocks of the engine's tests: emissions, pacts, a driver that yields what it is given."""

from __future__ import annotations

import json
from collections import deque
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from functools import cache
from pathlib import Path
from typing import Any

from contracts.model.domain import Domain
from contracts.model.driver import Capabilities, Driver, Plan
from contracts.model.emission import Emission, Observation
from contracts.model.events import RFC3339_PATTERN, TOKEN_PATTERN
from contracts.model.pact import PactDocument, PactUnderTest, parse_pact
from contracts.model.run_events import Finished, RunEvent
from contracts.model.verdict import Verification
from contracts.pact_core.verifier import Replayed
from contracts.project.domain import load_domain
from contracts.project.settings import Settings
from contracts.verification.engine import verify
from contracts.verification.job import Job
from contracts.verification.message import EmittedMessage, read_messages

TRACKER = "client-webinar-tracker-v2"
CONSUMER = "client-webinar-scenario-service"
COMPLETED = "client_webinar_completed"
ENTERED = "client_webinar_entered"
FORM = "client_webinar_form_submitted"
LEFT = "client_webinar_left"
PLANNED_EVENTS = (ENTERED, FORM)
FACTS: dict[str, dict[str, str]] = {
    COMPLETED: {"client_id": "client-1", "webinar_id": "webinar-1"},
    ENTERED: {"client_id": "client-1", "webinar_id": "webinar-1", "visit_id": "visit-1"},
    FORM: {"client_id": "client-1", "webinar_id": "webinar-1", "submission_id": "submission-1"},
    LEFT: {"client_id": "client-1", "webinar_id": "webinar-1", "visit_id": "visit-1"},
}


def message(event: str = COMPLETED, **changes: Any) -> dict[str, Any]:
    """Return a correct message of an event, with changes to its attributes."""
    whole: dict[str, Any] = {
        "specversion": "1.0",
        "id": f"{event}:marker",
        "source": TRACKER,
        "type": event,
        "time": "2026-03-01T18:00:00+03:00",
        "data": dict(FACTS[event]),
    }
    whole.update(changes)
    return {key: value for key, value in whole.items() if value is not ...}


def read_message(sent: Emission) -> EmittedMessage:
    """Read the first event that an emission carries."""
    return next(read_messages(sent))


def emission(body: Any = None, content_type: str | None = "application/cloudevents+json", **rest: Any) -> Emission:
    """Return an emission of a body: bytes and text as they are, everything else as JSON."""
    if body is None:
        body = message()
    if not isinstance(body, bytes):
        body = (body if isinstance(body, str) else json.dumps(body)).encode("utf-8", "surrogatepass")
    headers = {} if content_type is None else {"content-type": content_type}
    return Emission(headers=headers, body=body, **rest)


RECORDED = Capabilities()


@dataclass(frozen=True)
class Yields:
    """A driver that yields what it is given."""

    observations: Iterable[Observation]
    capabilities: Capabilities = RECORDED

    def observe(self, plan: Plan) -> Iterator[Observation]:
        """Yield them; a recorded driver takes no plan."""
        del plan
        yield from self.observations


@cache
def webinar_domain(registry: Path | None = None) -> Domain:
    """Return the webinar domain, with another registry if one is given."""
    return load_domain(Settings(root=Path.cwd(), registry=registry))


def interaction(event: str, *, pending: bool | None = None, title: str = "is read") -> dict[str, Any]:
    """Return a pact's interaction that reads the whole event."""
    token = {"combine": "AND", "matchers": [{"match": "regex", "regex": TOKEN_PATTERN}]}
    time = {"combine": "AND", "matchers": [{"match": "regex", "regex": RFC3339_PATTERN}]}
    rules = {"$.id": token, "$.time": time} | {f"$.data.{key}": token for key in FACTS[event]}
    return {
        "type": "Asynchronous/Messages",
        "description": f"{event}: {title}",
        "key": f"{event}/{title.replace(' ', '-')}",
        "pending": event in PLANNED_EVENTS if pending is None else pending,
        "providerStates": [{"name": event, "params": FACTS[event]}],
        "contents": {"content": message(event), "contentType": "application/cloudevents+json", "encoded": False},
        "matchingRules": {"body": rules},
    }


def pact(*interactions: Mapping[str, Any], source: str = "pact.json", consumer: str = CONSUMER) -> PactDocument:
    """Return a pact of a consumer and the tracker; by default one interaction a permitted event."""
    chosen = interactions or tuple(interaction(event) for event in (COMPLETED, ENTERED, FORM))
    document = {
        "consumer": {"name": consumer},
        "provider": {"name": TRACKER},
        "interactions": list(chosen),
        "metadata": {"pactSpecification": {"version": "4.0"}},
    }
    return parse_pact(json.dumps(document), source=source)


def agrees(emitter: str, cases: Sequence[Replayed]) -> tuple[bool, ...]:
    """A second opinion that is always the first one; the official verifier has tests of its own."""
    del emitter
    return tuple(case.accepted for case in cases)


def events_of(
    observations: Iterable[Observation], *, capabilities: Capabilities = RECORDED, **options: Any
) -> Iterator[RunEvent]:
    """Run the engine and yield what it yields; nothing is kept of what has passed."""
    return driver_events(Yields(observations, capabilities), **options)


def driver_events(
    driver: Driver,
    *,
    pacts: Sequence[PactUnderTest | PactDocument] | None = None,
    registry: Path | None = None,
    **job: Any,
) -> Iterator[RunEvent]:
    """Run the engine with a driver and yield what it yields."""
    under_test = tuple(
        PactUnderTest(each) if isinstance(each, PactDocument) else each
        for each in ([pact()] if pacts is None else pacts)
    )
    whole = {"replay": agrees, "today": date(2026, 3, 2), "toolkit": "test", **job}
    request = Job(domain=webinar_domain(registry), emitter=TRACKER, pacts=under_test, **whole)
    return verify(request, driver)


def run(observations: Iterable[Observation], **options: Any) -> Verification:
    """Run the engine and return the verification."""
    return _last(events_of(observations, **options))


def run_driver(driver: Driver, **options: Any) -> Verification:
    """Run the engine with a driver and return the verification."""
    return _last(driver_events(driver, **options))


def _last(events: Iterator[RunEvent]) -> Verification:
    (last,) = deque(events, maxlen=1)
    assert isinstance(last, Finished)
    return last.verification


def rules_of(verification: Verification) -> dict[str, set[str]]:
    """Return the rules that were reported, by group."""
    return {
        "finding": {finding.rule for pair in verification.pairs for finding in pair.findings},
        "violation": {finding.rule for finding in verification.violations},
        "error": {finding.rule for finding in verification.errors},
        "note": {finding.rule for finding in verification.notes},
    }
