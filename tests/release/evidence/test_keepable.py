"""Which emissions may be kept with a version: those in which nothing can be personal."""

from __future__ import annotations

import json
from dataclasses import replace
from typing import Any

import pytest

from contracts.model.emission import Emission, Trigger
from contracts.model.examples import example_event
from contracts.project.domain import load_domain
from contracts.project.settings import Settings
from contracts.release.evidence.keepable import why_not_kept
from contracts.webinar.events import CATALOGUE
from tests.release.project import COMPLETED, ENTERED, SUBMITTED, TRACKER

EVENTS = (COMPLETED, ENTERED, SUBMITTED)


def emission(event: str, *, data: dict[str, Any] | None = None, headers: dict[str, str] | None = None) -> Emission:
    """Return a right emission of an event, with further data and headers."""
    body = example_event(CATALOGUE[event], source=TRACKER)
    fact = {"client_id": str(body["data"]["client_id"])}
    body["data"] |= data or {}
    return Emission(
        {"content-type": "application/cloudevents+json", **(headers or {})},
        json.dumps(body).encode(),
        trigger=Trigger(event=event, fact=fact),
    )


@pytest.mark.parametrize("event", EVENTS)
def test_what_the_contract_names_may_be_kept(event: str, settings: Settings) -> None:
    """A right message, one that lacks a key, and attributes that stand in its headers too."""
    domain = load_domain(settings)
    right = emission(event, headers={"ce-source": TRACKER, "authorization": "Bearer s3cret"})
    assert why_not_kept(right, domain) is None
    body = json.loads(right.body)
    del body["data"]["webinar_id"]
    assert why_not_kept(replace(right, body=json.dumps(body).encode()), domain) is None


@pytest.mark.parametrize("event", EVENTS)
@pytest.mark.parametrize(
    ("data", "headers", "path"),
    [
        ({"note": "x"}, {}, "$.data.note"),
        ({"client_id": "jane@example.org"}, {}, "$.data.client_id"),
        ({"client_id": 7}, {}, "$.data.client_id"),
        ({"client_id": {"email": "jane@example.org"}}, {}, "$.data.client_id"),
        ({}, {"ce-email": "jane@example.org"}, "ce-email"),
        ({}, {"ce-source": "jane@example.org"}, "ce-source"),
        ({}, {"content-type": "application/json; token=s3cret"}, "content-type"),
        ({}, {"content-encoding": "gzip"}, "content-encoding"),
    ],
)
def test_what_may_be_personal_is_refused_by_its_place(
    event: str, data: dict[str, Any], headers: dict[str, str], path: str, settings: Settings
) -> None:
    """A key or header that nobody named, and a value of another form: the place is told, the value never."""
    refused = why_not_kept(emission(event, data=data, headers=headers), load_domain(settings))
    assert refused is not None
    assert refused.path == path
    assert "jane" not in refused.why
    assert "s3cret" not in refused.why


@pytest.mark.parametrize("body", [b"jane@example.org", b'{"type": "jane@example.org"}', b"[]", b'{"a": 1, "a": 2}'])
def test_a_body_that_is_no_event_is_refused(body: bytes, settings: Settings) -> None:
    """Nobody can say what stands in it."""
    refused = why_not_kept(replace(emission(COMPLETED), body=body), load_domain(settings))
    assert refused is not None
    assert refused.path in ("$", "$.type")


@pytest.mark.parametrize(
    ("trigger", "path"),
    [
        (Trigger(event="jane", fact={}), "trigger.event"),
        (Trigger(event=COMPLETED, fact={"client_id": "jane@example.org"}), "trigger.fact.client_id"),
        (Trigger(event=COMPLETED, fact={"email": "x"}), "trigger.fact.email"),
    ],
)
def test_a_trigger_is_looked_at_too(trigger: Trigger, path: str, settings: Settings) -> None:
    """What was asked for is kept with what was sent."""
    refused = why_not_kept(replace(emission(COMPLETED), trigger=trigger), load_domain(settings))
    assert refused is not None
    assert refused.path == path
