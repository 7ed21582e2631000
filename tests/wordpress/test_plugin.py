"""The reference plugin, unmodified, under the shim: one process a trigger, real sockets, a real database."""

from __future__ import annotations

import json
import socket
import sqlite3
import threading
import time
from pathlib import Path

import pytest

from tests.wordpress.event import expected
from tests.wordpress.programs import EVENT, Command, trigger
from tests.wordpress.receiver import Receiver

pytestmark = pytest.mark.usefixtures("php")


def test_states_the_fact_as_a_cloud_event(tmp_path: Path) -> None:
    """One POST in structured mode, its id derived from the fact."""
    with Receiver() as receiver:
        done = Command(tmp_path / "db", receiver.url).run(trigger("c-1", "w.2:A", time=1700000000))
    assert (done.returncode, done.stdout, done.stderr) == (0, b"", b"")
    (message,) = receiver.messages
    assert message.headers["content-type"] == "application/cloudevents+json"
    assert message.event == expected("c-1", "w.2:A", 1700000000)


def test_a_delivered_fact_is_not_sent_again(tmp_path: Path) -> None:
    """A repeat after 202 sends nothing; another fact has another id."""
    with Receiver() as receiver:
        command = Command(tmp_path / "db", receiver.url)
        for request in (trigger("c-1"), trigger("c-1", attempt=2), trigger("c-2"), trigger("c-1", "webinar-2")):
            assert command.run(request).returncode == 0
    assert len({message.event["id"] for message in receiver.messages}) == len(receiver.messages) == 3


@pytest.mark.parametrize("status", [302, 400, 404, 429, 500, 503])
def test_a_refused_delivery_is_made_good_with_the_same_bytes(tmp_path: Path, status: int) -> None:
    """Whatever isn't 2xx leaves the fact owed; the retry carries the same id and time."""
    answers = iter([status, 202])
    with Receiver(answer=lambda _: next(answers)) as receiver:
        command = Command(tmp_path / "db", receiver.url)
        command.run(trigger("c-1", time=1700000000))
        command.run(trigger("c-1", time=1700000999, attempt=2))
    first, second = receiver.messages
    assert first.body == second.body
    assert [first.status, second.status] == [status, 202]


def test_an_unreachable_receiver_loses_nothing(tmp_path: Path) -> None:
    """Facts that met a closed port, and a receiver that hangs up, are sent by the next retry of any fact."""
    with socket.create_server(("127.0.0.1", 0)) as closed:
        port = closed.getsockname()[1]
    command = Command(tmp_path / "db", f"http://127.0.0.1:{port}/events")
    for client in ("c-1", "c-2"):
        assert command.run(trigger(client)).returncode == 0
    with Receiver() as receiver:
        Command(tmp_path / "db", receiver.url).run(trigger("c-3", attempt=2))
    assert {message.event["data"]["client_id"] for message in receiver.messages} == {"c-1", "c-2", "c-3"}


def test_a_receiver_that_does_not_answer_in_time_gets_the_message_again(tmp_path: Path) -> None:
    """A timeout is no delivery."""
    enough = threading.Event()

    def hang(_body: bytes) -> int:
        enough.wait(timeout=30)
        return 202

    with Receiver(answer=hang) as receiver:
        command = Command(tmp_path / "db", receiver.url)
        command.run(trigger("c-1"))
        assert receiver.arrived.acquire(timeout=10)
        enough.set()
        command.run(trigger("c-1", attempt=2))
        assert receiver.arrived.acquire(timeout=10)
    assert len({message.body for message in receiver.messages}) == 1


def test_the_same_fact_four_times_at_once_is_one_event(tmp_path: Path) -> None:
    """Simultaneous repeats end in one marker and one delivery."""
    with Receiver() as receiver:
        done = Command(tmp_path / "db", receiver.url).run_at_once([trigger("c-1")] * 4)
    assert [(one.returncode, one.stderr) for one in done] == [(0, b"")] * 4
    assert len(receiver.messages) == 1


def test_a_worker_that_dies_while_sending_loses_nothing(tmp_path: Path) -> None:
    """Its row is left alone while its lease runs, and sent by somebody else after that."""
    dead = threading.Event()

    def hang_once(_body: bytes) -> int:
        dead.wait(timeout=30)
        return 202

    with Receiver(answer=hang_once) as receiver:
        command = Command(tmp_path / "db", receiver.url)
        process = command.start(trigger("c-1"))
        assert receiver.arrived.acquire(timeout=10)
        process.kill()
        process.communicate(timeout=10)
        dead.set()
        command.run(trigger("c-1", attempt=2))
        assert not receiver.arrived.acquire(blocking=False)
        with sqlite3.connect(tmp_path / "db") as database:
            assert database.execute("SELECT state FROM wp_client_webinar_outbox").fetchall() == [("pending",)]
            database.execute("UPDATE wp_client_webinar_outbox SET lease_until = lease_until - 61")
        command.run(trigger("c-2"))
        assert receiver.arrived.acquire(timeout=10)
        assert receiver.arrived.acquire(timeout=10)
    with sqlite3.connect(tmp_path / "db") as database:
        assert database.execute("SELECT DISTINCT state FROM wp_client_webinar_outbox").fetchall() == [("sent",)]


def test_the_schedule_waits_longer_after_each_refusal(tmp_path: Path) -> None:
    """30 s, 1 min, 2 min: rows that aren't due yet are left to a retry of their own."""
    with Receiver(answer=lambda _: 503) as receiver:
        command = Command(tmp_path / "db", receiver.url)
        for attempts, wait in ((1, 30), (2, 60), (3, 120)):
            before = int(time.time())
            command.run(trigger("c-1"))
            after = int(time.time())
            with sqlite3.connect(tmp_path / "db") as database:
                row = database.execute("SELECT attempts, due_at FROM wp_client_webinar_outbox").fetchone()
            assert row[0] == attempts
            assert before + wait <= row[1] <= after + wait
        command.run(trigger("c-2"))
    assert len(receiver.messages) == 4


@pytest.mark.parametrize(
    "client", ["anna@example.invalid", "Anna Example", "", "-c", "c" * 129, "c-1\n", "\u0430\u043d\u043d\u0430"]
)
def test_what_is_no_identifier_is_neither_sent_nor_logged(tmp_path: Path, client: str) -> None:
    """Personal data has no way out, not even into the log."""
    with Receiver() as receiver:
        done = Command(tmp_path / "db", receiver.url).run(trigger(client))
    assert receiver.messages == []
    assert b"client_id must be" in done.stderr
    assert not client.strip() or client == "-c" or client.strip().encode() not in done.stderr


def test_the_longest_identifier_is_sent(tmp_path: Path) -> None:
    """128 characters are allowed."""
    with Receiver() as receiver:
        Command(tmp_path / "db", receiver.url).run(trigger("c" * 128))
    assert receiver.messages[0].event["data"]["client_id"] == "c" * 128


def test_an_event_that_the_plugin_does_not_implement_sends_nothing(tmp_path: Path) -> None:
    """A planned event is no breakage: exit 0, nothing sent, and a word about it."""
    request = json.dumps({"event": "client_webinar_entered", "fact": {"client_id": "c-1"}}).encode()
    with Receiver() as receiver:
        done = Command(tmp_path / "db", receiver.url).run(request)
    assert (done.returncode, receiver.messages) == (0, [])
    assert b"doesn't implement client_webinar_entered" in done.stderr


@pytest.mark.parametrize("request_", [b"", b"[]", b'{"event": 1, "fact": {}}', b'{"event": "x"}'])
def test_an_unreadable_trigger_is_an_error(tmp_path: Path, request_: bytes) -> None:
    """Exit 2, and what a trigger looks like."""
    done = Command(tmp_path / "db").run(request_)
    assert done.returncode == 2
    assert b"This is no trigger" in done.stderr


def test_without_a_sink_the_captures_come_on_stdout(tmp_path: Path) -> None:
    """The same bytes as over HTTP, as one capture with its trigger."""
    request = trigger("c-1", time=1700000000, delivery="d-1")
    with Receiver() as receiver:
        Command(tmp_path / "http", receiver.url).run(request)
    capture = json.loads(Command(tmp_path / "stdout").run(request).stdout)
    assert capture["body"].encode() == receiver.messages[0].body
    assert capture["headers"]["content-type"] == receiver.messages[0].headers["content-type"]
    assert capture["trigger"] == {
        "event": EVENT,
        "fact": {"client_id": "c-1", "webinar_id": "webinar-1"},
        "attempt": 1,
        "delivery": "d-1",
    }
    assert capture["response"] == {"status": 202}
