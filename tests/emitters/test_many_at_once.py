"""Two hundred triggers at the same time, and a sink that refuses every first delivery: nothing is lost."""

from __future__ import annotations

import json
import threading
from typing import Any

import requests

from contracts.model.driver import Step
from contracts.model.emission import Emission, Settled, Trigger
from tests.emitters.parts import observe
from tests.emitters.provider import providing
from tests.emitters.test_trigger import free_port

MANY = tuple(Trigger(event="client_webinar_completed", fact={"client_id": f"c{n}"}) for n in range(200))


def test_two_hundred_triggers_at_once_are_all_carried_out() -> None:
    """Each trigger is answered, and each message arrives whole."""
    sink = f"127.0.0.1:{free_port()}"

    def emit(path: str, document: Any) -> tuple[int, dict[str, str], bytes]:
        requests.post(f"http://{sink}/events", json=document["fact"], timeout=60)
        return 202, {}, b""

    with providing(emit) as emitter:
        observations = observe({"trigger": emitter.url, "sink": sink, "timeout": "60"}, Step(MANY))
    sent = [json.loads(item.body)["client_id"] for item in observations if isinstance(item, Emission)]
    assert sorted(sent) == sorted(trigger.fact["client_id"] for trigger in MANY)
    assert [item for item in observations if not isinstance(item, Emission)] == [Settled(trigger) for trigger in MANY]


def test_what_is_refused_at_once_is_delivered_at_the_next_step() -> None:
    """An emitter with an outbox loses none of two hundred facts whose first delivery was refused."""
    sink = f"127.0.0.1:{free_port()}"
    outbox: dict[str, Any] = {}
    lock = threading.Lock()

    def emit(path: str, document: Any) -> tuple[int, dict[str, str], bytes]:
        fact = document["fact"]
        with lock:
            outbox[fact["client_id"]] = fact
            owed = [fact] if document["attempt"] == 1 else list(outbox.values())
        for message in owed:
            if requests.post(f"http://{sink}/events", json=message, timeout=60).ok:
                with lock:
                    outbox.pop(message["client_id"], None)
        return 202, {}, b""

    again = MANY[0].model_copy(update={"attempt": 2})
    with providing(emit) as emitter:
        options = {"trigger": emitter.url, "sink": sink, "timeout": "60"}
        observations = observe(options, Step(MANY, refuse=True), Step((again,)))
    emissions = [item for item in observations if isinstance(item, Emission)]
    refused = {item.body for item in emissions if not item.delivered}
    taken = {item.body for item in emissions if item.delivered}
    assert len(refused) == 200
    assert refused == taken
