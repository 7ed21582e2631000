"""The reference plugin behind Pact's message-provider protocol, asked by hand and by the official verifier."""

from __future__ import annotations

import base64
import json
import sqlite3
from collections.abc import Iterator
from pathlib import Path

import pytest

from provider_tests.wordpress.variants import build, variants
from tests.wordpress import plain_pact
from tests.wordpress.programs import EVENT, Answer, endpoint, post

pytestmark = pytest.mark.usefixtures("php")

FACT = {"client_id": "client-1", "webinar_id": "webinar-1"}


@pytest.fixture
def url(tmp_path: Path) -> Iterator[str]:
    """A running endpoint with an empty outbox."""
    with endpoint(tmp_path / "log", tmp_path / "db") as base:
        yield base


def ask(url: str, event: str = EVENT, fact: dict[str, str] | None = None) -> Answer:
    """Ask for a message as Pact's verifier does."""
    state = {"name": event, "params": fact or FACT}
    body = {"description": f"{event}: names client and webinar", "providerStates": [state]}
    return post(f"{url}/_messages", json.dumps(body).encode())


def test_answers_the_message_with_its_metadata(url: str) -> None:
    """The body that the plugin sent, its content type, and Pact's metadata in base64."""
    answer = ask(url)
    assert answer.status == 200
    assert answer.headers["Content-Type"] == "application/cloudevents+json"
    metadata = json.loads(base64.b64decode(answer.headers["Pact-Message-Metadata"]))
    assert metadata == {"contentType": "application/cloudevents+json"}
    assert answer.json["data"] == FACT


def test_what_was_asked_for_before_does_not_come_again(url: str, tmp_path: Path) -> None:
    """A message that is owed and due is not mixed into the answer for another fact."""
    ask(url)
    with sqlite3.connect(tmp_path / "db") as database:
        database.execute("UPDATE wp_client_webinar_outbox SET due_at = 0")
    answer = ask(url, fact=FACT | {"client_id": "client-2"})
    assert (answer.status, answer.json["data"]["client_id"]) == (200, "client-2")


def test_a_repeat_is_the_same_message(url: str) -> None:
    """The receiver behind the endpoint never takes the message, so it stays owed as it is."""
    first = ask(url).body
    state = {"state": EVENT, "params": FACT, "action": "setup"}
    assert post(f"{url}/_state", json.dumps(state).encode()).status == 200
    assert ask(url).body == first


@pytest.mark.parametrize("event", ["client_webinar_entered", "client_webinar_left", "client_webinar_flush", "flush"])
def test_nothing_is_sent_for_an_event_that_the_plugin_does_not_implement(url: str, event: str) -> None:
    """204, never an empty 200 that could be taken for a message."""
    assert ask(url, event).status == 204


@pytest.mark.parametrize(
    "body", [b"", b"1", b"{}", b'{"description": "client_webinar_completed: x", "providerStates": []}']
)
def test_a_request_that_is_none_of_pacts_is_refused(url: str, body: bytes) -> None:
    """400, and what it should have been."""
    assert post(f"{url}/_messages", body).status == 400


def test_another_path_is_not_found(url: str) -> None:
    """Only the two paths of the protocol answer."""
    assert post(f"{url}/message", b"{}").status == 404


@pytest.mark.parametrize(("name", "status"), [("fatal-error", 500), ("sends-nothing", 204), ("sends-twice", 500)])
def test_a_plugin_that_sends_no_single_message_has_none_to_answer_with(tmp_path: Path, name: str, status: int) -> None:
    """204 where it sends nothing; an error where it dies or sends several."""
    (variant,) = [one for one in variants() if one.name == name]
    with endpoint(tmp_path / "log", tmp_path / "db", build(variant, tmp_path)) as url:
        assert ask(url).status == status


def test_the_official_verifier_accepts_it(url: str) -> None:
    """Pact's own verifier replays the project's pact against the endpoint and its state URL."""
    assert plain_pact.passes(url)
