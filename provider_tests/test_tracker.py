"""The reference tracker keeps its promises: one marker a fact, nothing lost, repeats that say the same."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from contracts.emitters import open_driver
from contracts.model.driver import Step
from contracts.model.emission import Emission, Fault, Observation, Settled, Trigger
from contracts.model.events import CONTENT_TYPE
from contracts.webinar.events import ClientWebinarCompleted
from provider_tests import tracker

COMPLETED = "client_webinar_completed"
ANNA = {"client_id": "c-anna", "webinar_id": "w-1"}
BORIS = {"client_id": "c-boris", "webinar_id": "w-1"}


@pytest.fixture(autouse=True)
def outbox(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """An outbox of the test's own."""
    file = tmp_path / "outbox.sqlite"
    monkeypatch.setattr(tracker, "outbox_file", lambda: file)
    return file


def observe(*steps: Step, **options: str) -> list[Observation]:
    """Drive the tracker as `contracts verify` does."""
    observations = list(open_driver({"python": "provider_tests.tracker:emit"} | options).observe(steps))
    assert not [item for item in observations if isinstance(item, Fault)]
    return observations


def step(*facts: dict[str, str], event: str = COMPLETED, refuse: bool = False) -> Step:
    """Return one step that states the facts at the same time."""
    return Step(tuple(Trigger(event=event, fact=fact) for fact in facts), refuse=refuse)


def bodies(observations: list[Observation]) -> list[Any]:
    """Return the messages that were sent."""
    return [json.loads(item.body) for item in observations if isinstance(item, Emission)]


def test_a_completed_webinar_is_a_canonical_event() -> None:
    """The tracker states the fact that was triggered, as the canonical event has it."""
    emission, asked = observe(step(ANNA))
    assert isinstance(emission, Emission)
    assert emission.headers["content-type"] == CONTENT_TYPE
    event = ClientWebinarCompleted.model_validate_json(emission.body)
    assert (event.source, event.type, event.data.model_dump()) == (tracker.SOURCE, COMPLETED, ANNA)
    assert isinstance(asked, Settled)


@pytest.mark.parametrize("event", ["client_webinar_entered", "client_webinar_form_submitted", "client_webinar_left"])
def test_other_events_are_not_implemented(event: str) -> None:
    """What the tracker doesn't state yet is no error, and nothing is sent."""
    assert [type(item) for item in observe(step(ANNA, event=event))] == [Settled]


def test_a_fact_that_was_taken_is_not_sent_again() -> None:
    """Four times the same fact, one after the other, are one message."""
    assert len(bodies(observe(*[step(ANNA)] * 4))) == 1


def test_repeats_at_the_same_time_say_the_same() -> None:
    """Whoever wins the race: one marker and one content, at least one message."""
    sent = bodies(observe(step(*[ANNA] * 8)))
    assert sent
    assert all(body == sent[0] for body in sent)


def test_facts_at_the_same_time_have_their_own_markers() -> None:
    """Two facts are two markers, also at the same time."""
    sent = bodies(observe(step(ANNA, BORIS)))
    assert {body["data"]["client_id"]: body["id"] for body in sent} == {
        "c-anna": tracker.marker(COMPLETED, ANNA),
        "c-boris": tracker.marker(COMPLETED, BORIS),
    }
    assert len({body["id"] for body in sent}) == 2


@pytest.mark.parametrize("refuse_with", ["503", "304", "refuse"])
def test_a_refused_delivery_is_made_good(refuse_with: str) -> None:
    """After anything but a 2xx the same message comes again, `time` included, and then no more."""
    sent = bodies(observe(step(ANNA, refuse=True), step(ANNA), step(ANNA), refuse_with=refuse_with))
    assert len(sent) == 2
    assert sent[0] == sent[1]


def test_a_refused_delivery_is_made_good_with_the_next_fact() -> None:
    """What waits in the outbox goes out whenever something does."""
    sent = bodies(observe(step(ANNA, refuse=True), step(BORIS)))
    assert [body["data"]["client_id"] for body in sent] == ["c-anna", "c-anna", "c-boris"]


def test_the_outbox_survives_a_restart(outbox: Path) -> None:
    """A message that another process couldn't deliver is delivered by this one, unchanged."""
    program = (
        "import sys; from pathlib import Path; from provider_tests.tracker import Tracker\n"
        "tracker = Tracker(Path(sys.argv[1]), 'http://127.0.0.1:9/events')\n"
        "tracker.state('client_webinar_completed', {'client_id': 'c-anna', 'webinar_id': 'w-1'}); tracker.deliver()"
    )
    subprocess.run([sys.executable, "-c", program, str(outbox)], check=True, timeout=60)
    stored = outbox.read_bytes()
    (sent,) = bodies(observe(step(ANNA)))
    assert json.dumps(sent).encode() in stored


@given(st.tuples(st.text(), st.text()), st.tuples(st.text(), st.text()))
def test_a_marker_belongs_to_one_fact(one: tuple[str, str], other: tuple[str, str]) -> None:
    """Markers are equal exactly when the facts are, wherever a separator may stand in their values."""
    first, second = (tracker.marker(COMPLETED, dict(zip(ANNA, values, strict=True))) for values in (one, other))
    assert (first == second) == (one == other)
