"""An emitter that raises where its delivery is refused, and has kept the fact to send it again."""

from __future__ import annotations

import json

import requests

from contracts.model.emission import Trigger


def emit(trigger: Trigger, destination: str) -> None:
    """State the fact; what it raises after a refusal is no fault of the harness."""
    if trigger.event != "client_webinar_completed":
        raise NotImplementedError(trigger.event)
    message = {
        "specversion": "1.0",
        "id": ":".join(trigger.fact.values()),
        "source": "client-webinar-tracker-v2",
        "type": trigger.event,
        "time": "2026-03-01T18:00:00+03:00",
        "data": trigger.fact,
    }
    headers = {"Content-Type": "application/cloudevents+json"}
    requests.post(destination, data=json.dumps(message), headers=headers, timeout=5).raise_for_status()
