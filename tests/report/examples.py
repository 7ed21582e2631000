"""Example verifications: a small builder, and runs that show every part of a report."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

from contracts.errors import Where
from contracts.model.domain import Domain
from contracts.model.emission import Answered, Emission, Trigger
from contracts.model.events import TOKEN_PATTERN
from contracts.model.pact import PactDocument, PactUnderTest, parse_pact
from contracts.model.registry import Status
from contracts.model.verdict import Finding, InteractionResult, PactResult, PairVerdict, Verdict, Verification
from contracts.project.domain import load_domain
from contracts.project.settings import Settings

EMITTER = "client-webinar-tracker-v2"
COMPLETED, ENTERED = "client_webinar_completed", "client_webinar_entered"
SUBMITTED = "client_webinar_form_submitted"
KEY = f"{COMPLETED}/a-client-who-completed"
HOSTILE = "<script>alert(1)</script> ]]> \x1b[31mred\x00 | `a` @user \u202eevil \ud800 %0A::error::x\r\nsecond line"


def domain() -> Domain:
    """Return the webinar domain."""
    return load_domain(Settings(root=Path(__file__).parents[2]))


def finding(rule: str = "wrong-fact", message: str = "it states another fact", **more: Any) -> Finding:
    """Return a finding; `more` are its other attributes."""
    return Finding(rule, message, **more)


def emission(event: str = COMPLETED, **data: str) -> Emission:
    """Return one captured message of `event`."""
    fact = data or {"client_id": "c-1", "webinar_id": "w-1"}
    body = {"specversion": "1.0", "id": "m-1", "source": EMITTER, "type": event, "time": "2026-01-31T18:00:00Z"}
    return Emission(
        headers={"content-type": "application/cloudevents+json"},
        body=json.dumps(body | {"data": fact}).encode(),
        url="http://127.0.0.1/events",
        at="2026-01-31T18:00:01Z",
        response=Answered(status=202),
        trigger=Trigger(event=event, fact=fact),
        context="test_completed",
        where=Where("captures.ndjson", 3),
    )


def pair(
    verdict: Verdict, *findings: Finding, event: str = COMPLETED, ready: bool = False, emissions: int = 1
) -> PairVerdict:
    """Return a pair with a verdict; pending means planned."""
    status = Status.PLANNED if verdict is Verdict.PENDING else Status.IMPLEMENTED
    samples = (emission(event),) if emissions else ()
    return PairVerdict(event, status, verdict, ready, emissions, findings, samples)


def run(*pairs: PairVerdict, emitter: str = EMITTER, **more: Any) -> Verification:
    """Return a run of one emitter; `more` are its other attributes."""
    return Verification("0.1.0", "0123456789abcdef" * 4, emitter, pairs, **more)


def green() -> Verification:
    """Return the first state of the registry: one passed, two pending, one of them ready."""
    missing = finding("not-emitted", "no emission of it was seen", next_step="make the emitter state the fact")
    return run(
        pair(Verdict.PASSED, ready=True, emissions=3),
        pair(Verdict.PENDING, event=ENTERED, ready=True, emissions=2),
        pair(Verdict.PENDING, missing, event=SUBMITTED, emissions=0),
        notes=(finding("planned-but-live", f"{ENTERED} is planned and emitted"),),
        untested={"lost-fact": "recorded captures refuse nothing"},
        pacts=(pact(True),),
    )


def pact(result: bool | None, **more: Any) -> PactResult:
    """Return what a run says of the scenario service's pact."""
    interaction = InteractionResult(KEY, f"{COMPLETED}: a client who completed", COMPLETED, None, True, bool(result))
    source = f"pacts/client-webinar-scenario-service-{EMITTER}.json"
    document = PactDocument("client-webinar-scenario-service", EMITTER, (), source, {})
    said = {name: more.pop(name) for name in ("consumer_version", "broker_pending", "wip", "reasons") if name in more}
    return PactResult(PactUnderTest(document, **said), (interaction,), result, **more)


def pacts(*emitters: str, over: Domain | None = None) -> tuple[PactDocument, ...]:
    """Return the pacts of these emitters: one interaction an event, which reads every field."""
    chosen = over or domain()
    return tuple(parse_pact(json.dumps(_pact(chosen, emitter)), source=f"pacts/{emitter}.json") for emitter in emitters)


def _pact(over: Domain, emitter: str) -> dict[str, Any]:
    regex = {"combine": "AND", "matchers": [{"match": "regex", "regex": TOKEN_PATTERN}]}
    return {
        "consumer": {"name": over.registry.consumer.name},
        "provider": {"name": emitter},
        "metadata": {"pactSpecification": {"version": "4.0"}},
        "interactions": [
            {
                "type": "Asynchronous/Messages",
                "description": f"{event}: a client and a webinar",
                "key": f"{event}/a-client-and-a-webinar",
                "pending": entry.status is Status.PLANNED,
                "providerStates": [{"name": event, "params": {"client_id": "c-1"}}],
                "contents": {
                    "contentType": "application/cloudevents+json",
                    "content": {
                        "type": event,
                        "id": "m-1",
                        "data": dict.fromkeys(over.catalogue.fact_key(event), "c-1"),
                    },
                },
                "matchingRules": {
                    "body": {"$.id": regex} | {f"$.data.{key}": regex for key in over.catalogue.fact_key(event)}
                },
            }
            for event, entry in over.registry.emitters[emitter].events.items()
        ],
    }


def red(text: str = "it states another fact than was triggered") -> Verification:
    """Return a run that has something of everything; `text` stands wherever something from outside does."""
    wrong = finding(
        "wrong-fact",
        text,
        consumer="client-webinar-scenario-service",
        interaction=KEY,
        where=Where("captures.ndjson", 3),
        path="$.data.client_id",
        expected="c-1",
        actual={"client_id": text},
        next_step="build the message from the fact that happened",
    )
    return run(
        pair(Verdict.FAILED, wrong, finding("id-reused", text)),
        pair(Verdict.PENDING, event=ENTERED, ready=True),
        pair(Verdict.ERROR, event=SUBMITTED, emissions=0),
        violations=(finding("unknown-event", text, where=Where("captures.ndjson", 9), actual=text),),
        notes=(finding("overdue", text),),
        errors=(finding("unreadable-capture", text, where=Where("captures.ndjson", 7)),),
        untested={"lost-fact": text},
        pacts=(pact(False, consumer_version="1.2.3", broker_pending=True, wip=True, published=True, reasons=(text,)),),
    )
