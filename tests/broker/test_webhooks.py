"""Webhooks, made with the official command: what is sent when, to whom, how often, and what is never shown."""

from __future__ import annotations

import base64
import json
import sqlite3
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

import pytest

from tests.broker.programs import pact_broker
from tests.broker.running import Broker, interaction, pact, running

PATIENCE = 15.0
UUID = "d2181b32-8b03-4daf-8cc0-d9168b2f6fac"
EVENTS = (
    "contract_published",
    "contract_content_changed",
    "contract_requiring_verification_published",
    "provider_verification_published",
    "provider_verification_succeeded",
    "provider_verification_failed",
)


@dataclass
class Receiver:
    """What a build server would see."""

    url: str
    status: int = 200
    answer: bytes = b"thank you"
    got: list[tuple[str, str, dict[str, str], bytes]] = field(default_factory=list)

    def bodies(self) -> list[Any]:
        """Return the bodies that came, as JSON."""
        return [json.loads(body) for _, _, _, body in self.got]

    def wait_for(self, count: int) -> list[tuple[str, str, dict[str, str], bytes]]:
        """Wait until so many requests have come, and a little for one too many."""
        until(lambda: len(self.got) >= count)
        time.sleep(0.8)
        assert len(self.got) == count, self.got
        return self.got


def until(holds: Callable[[], bool]) -> None:
    """Wait until something holds; it fails if it doesn't in time."""
    deadline = time.monotonic() + PATIENCE
    while not holds():
        assert time.monotonic() < deadline, "it took too long"
        time.sleep(0.05)


@pytest.fixture
def receiver() -> Iterator[Receiver]:
    """A server that takes what is sent to it."""

    class Handler(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            body = self.rfile.read(int(self.headers.get("Content-Length") or 0))
            there.got.append((self.command, self.path, dict(self.headers), body))
            self.send_response(there.status)
            self.send_header("Location", "/elsewhere")
            self.end_headers()
            self.wfile.write(there.answer)

        do_PUT = do_POST  # noqa: N815 - the server's name for it

        def log_message(self, *_: Any) -> None:
            """Say nothing."""

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    there = Receiver(f"http://127.0.0.1:{server.server_address[1]}")
    thread = threading.Thread(target=server.serve_forever, daemon=True)
    thread.start()
    yield there
    server.shutdown()
    server.server_close()
    thread.join(5)


@contextmanager
def broker_with(database: Path, **webhooks: Any) -> Iterator[Broker]:
    """Serve a broker whose webhooks are sent so."""
    with running(database, webhooks=webhooks) as started:
        yield Broker(started.url)


def make(broker: Broker, url: str, *events: str, **more: Any) -> str:
    """Make a webhook; return its address."""
    body = {"events": [{"name": name} for name in events], "request": {"method": "POST", "url": url, **more}}
    response = broker.call("POST", "/webhooks", body)
    assert response.status_code == 201, response.text
    return str(response.json()["_links"]["self"]["href"])


def test_create_webhook(broker: Broker, receiver: Receiver) -> None:
    """The official command makes one for a pair; a variable is filled in where it stands, and may hold anything."""
    broker.publish("service", "1", pact("service", "tracker"))
    data = json.dumps({"number": "${pactbroker.consumerVersionNumber}", "b": ["${pactbroker.consumerVersionBranch}"]})
    made = pact_broker(
        broker, "create-webhook", f"{receiver.url}/build/${{pactbroker.consumerName}}?v=${{pactbroker.providerName}}",
        "-X", "POST", "-H", "X-Event: ${pactbroker.eventName}", "-d", data, "--user", "ci:p4ss",
        "--consumer", "service", "--provider", "tracker", "--contract-content-changed",
    )  # fmt: skip
    assert made.returncode == 0, made
    changed = pact("service", "tracker", interaction("entered"))
    broker.publish("service", "2", changed, branch='feat/"x"')
    broker.publish("service", "3", pact("service", "other"))
    ((method, path, headers, body),) = receiver.wait_for(1)
    assert (method, path) == ("POST", "/build/service?v=tracker")
    assert json.loads(body) == {"number": "2", "b": ['feat/"x"']}
    assert headers["X-Event"] == "contract_content_changed"
    assert headers["Authorization"] == "Basic " + base64.b64encode(b"ci:p4ss").decode()
    assert headers["Content-Type"] == "application/json"


@pytest.mark.parametrize(
    "arguments",
    [
        ("http://192.0.2.1/x", "-X", "POST", "--contract-content-changed"),
        ("http://${pactbroker.consumerName}/x", "-X", "POST", "--contract-content-changed"),
        ("file:///etc/passwd", "-X", "POST", "--contract-content-changed"),
        ("http://127.0.0.1:1/x", "-X", "BREW", "--contract-content-changed"),
        ("http://127.0.0.1:1/x", "-X", "POST", "-d", "${pactbroker.nothing}", "--contract-content-changed"),
        ("http://127.0.0.1:1/x", "-X", "POST", "--consumer", "nobody", "--provider", "none", "--contract-published"),
        ("http://127.0.0.1:1/x", "-X", "POST", "--consumer-label", "blue", "--contract-content-changed"),
    ],
)
def test_create_webhook_refused(broker: Broker, arguments: tuple[str, ...]) -> None:
    """A host that isn't named, no host, no method, no variable, nobody, a label: exit 1, and nothing is stored."""
    assert pact_broker(broker, "create-webhook", *arguments).returncode == 1
    assert broker.get("/webhooks")["_links"]["pb:webhooks"] == []


def test_create_or_update_webhook(broker: Broker, receiver: Receiver) -> None:
    """Under its uuid it is made once and then changed; an address that isn't allowed changes nothing."""
    arguments = ("create-or-update-webhook", "--uuid", UUID, "-X", "POST", "--contract-published")
    for path in ("/a", "/b"):
        assert pact_broker(broker, *arguments, f"{receiver.url}{path}").returncode == 0
    assert pact_broker(broker, *arguments, "http://192.0.2.1/c").returncode == 1
    (one,) = broker.get("/webhooks")["_links"]["pb:webhooks"]
    assert (one["name"], broker.get(one["href"])["request"]["url"]) == (UUID, f"{receiver.url}/b")
    assert broker.call("PUT", "/webhooks/short", {}).status_code == 400


def test_test_webhook(broker: Broker, receiver: Receiver) -> None:
    """It is sent at once about the latest pact; what fails is said; an unknown one exits 1."""
    broker.publish("service", "7", pact("service", "tracker"))
    body = {"request": {"method": "PUT", "url": receiver.url, "body": "v=${pactbroker.consumerVersionNumber}"}}
    assert broker.call("PUT", f"/webhooks/{UUID}", body).status_code == 201
    assert pact_broker(broker, "test-webhook", "--uuid", UUID).returncode == 0
    assert receiver.got[0][3] == b"v=7"
    receiver.status = 302
    answered = broker.call("POST", f"/webhooks/{UUID}/execute").json()
    assert (answered["success"], answered["response"]["status"]) == (False, 302)
    # A redirection isn't followed: it could lead to a host that isn't allowed.
    assert [path for _, path, _, _ in receiver.got] == ["/", "/"]
    assert pact_broker(broker, "test-webhook", "--uuid", "0" * 20).returncode == 1


def test_delete_webhook(broker: Broker, receiver: Receiver) -> None:
    """It is gone, and what happens later isn't told; a second time there is none."""
    make(broker, receiver.url, *EVENTS)
    (uuid,) = [one["name"] for one in broker.get("/webhooks")["_links"]["pb:webhooks"]]
    assert pact_broker(broker, "delete-webhook", "--uuid", uuid).returncode == 0
    again = pact_broker(broker, "delete-webhook", "--uuid", uuid)
    assert "not found" in again.stdout + again.stderr
    broker.publish("service", "1", pact("service", "tracker"))
    receiver.wait_for(0)


def test_what_happened_is_told(broker: Broker, receiver: Receiver) -> None:
    """Each event comes when it has happened, for each webhook that asks for it, with what it is about."""
    names = (
        "eventName",
        "consumerVersionNumber",
        "providerVersionNumber",
        "providerVersionBranch",
        "gitlabVerificationStatus",
    )
    make(broker, receiver.url, *EVENTS, body={name: f"${{pactbroker.{name}}}" for name in names})
    make(broker, f"{receiver.url}/other", "provider_verification_failed")

    def told(count: int) -> list[tuple[str, ...]]:
        got = receiver.wait_for(count)
        found = [
            tuple(json.loads(body)[name] for name in names) if path == "/" else (path,) for _, path, _, body in got
        ]
        receiver.got.clear()
        return sorted(found)

    broker.publish("service", "1", pact("service", "tracker"))
    assert told(2) == [
        ("contract_content_changed", "1", "", "", "pending"),
        ("contract_published", "1", "", "", "pending"),
    ]
    broker.publish("service", "1", pact("service", "tracker"))
    broker.put_on_branch("tracker", "main", "p1")
    broker.publish("service", "2", pact("service", "tracker"))
    assert told(2) == [
        ("contract_published", "2", "", "", "pending"),
        ("contract_requiring_verification_published", "2", "p1", "main", "pending"),
    ]
    read = broker.pact("service", "tracker", "2")
    broker.post_result(read, "p1", success=True)
    assert told(2) == [
        ("provider_verification_published", "2", "p1", "main", "success"),
        ("provider_verification_succeeded", "2", "p1", "main", "success"),
    ]
    broker.publish("service", "3", pact("service", "tracker"), branch="feat/x")
    assert told(2) == [
        ("contract_content_changed", "3", "", "", "pending"),
        ("contract_published", "3", "", "", "pending"),
    ]
    broker.post_result(read, "p2", success=False)
    assert told(3) == [
        ("/other",),
        ("provider_verification_failed", "3", "p2", "", "failed"),
        ("provider_verification_published", "3", "p2", "", "failed"),
    ]


def test_every_version_that_somebody_will_ask_about_is_required(broker: Broker, receiver: Receiver) -> None:
    """The head of main, what is deployed and what is released, each once, with why; what has a result isn't."""
    names = ("providerVersionNumber", "providerVersionDescriptions")
    make(broker, receiver.url, EVENTS[2], body={name: f"${{pactbroker.{name}}}" for name in names})
    place = broker.environment("production")
    for number in ("p1", "p2", "p3"):
        broker.put_on_branch("tracker", "main", number)
    broker.deploy("tracker", "p1", place)
    for number in ("p1", "p2"):
        broker.call("POST", f"/pacticipants/tracker/versions/{number}/released-versions/environment/{place}", {})
    broker.publish("service", "1", pact("service", "tracker"))
    receiver.wait_for(3)
    assert sorted(tuple(body.values()) for body in receiver.bodies()) == [
        ("p1", "deployed to production, released to production"),
        ("p2", "released to production"),
        ("p3", "latest from main branch"),
    ]
    receiver.got.clear()
    broker.post_result(broker.pact("service", "tracker", "1"), "p3", success=False)
    broker.publish("service", "2", pact("service", "tracker"))
    receiver.wait_for(2)
    assert {body["providerVersionNumber"] for body in receiver.bodies()} == {"p1", "p2"}


def test_what_fails_is_tried_again_and_logged(database: Path, receiver: Receiver) -> None:
    """It is retried as often as there are pauses, then given up; each attempt is in the log, no secret is."""
    receiver.status, receiver.answer = 500, b"no, not with s3cret, p4ss or " + base64.b64encode(b"ci:p4ss")
    with broker_with(database, retries=[0.1, 0.1]) as broker:
        headers = {"X-Api-Key": "s3cret", "X-Plain": "plain"}
        address = make(broker, receiver.url, EVENTS[0], headers=headers, username="ci", password="p4ss")
        broker.publish("service", "1", pact("service", "tracker"))
        receiver.wait_for(3)
        (call,) = broker.get(address)["_embedded"]["triggeredWebhooks"]
        assert (call["status"], call["attemptsMade"]) == ("failure", 3)
        log = broker.call("GET", call["_links"]["pb:logs"]["href"], Accept="*/*").text
        assert (log.count("answered 500"), log.count("tried again"), log.count("given up")) == (3, 2, 1)
        assert "X-Plain: plain" in log
        shown = log + broker.call("GET", address).text + broker.call("POST", f"{address}/execute").text
        for secret in ("s3cret", "p4ss", base64.b64encode(b"ci:p4ss").decode()):
            assert secret not in shown
    assert receiver.got[0][2]["X-Api-Key"] == "s3cret"


def test_what_is_queued_outlives_the_broker(database: Path, receiver: Receiver) -> None:
    """What couldn't be sent when it ended is sent by the next one on the same file."""
    receiver.status = 500
    with broker_with(database, retries=[2.0]) as broker:
        make(broker, receiver.url, EVENTS[0])
        broker.publish("service", "1", pact("service", "tracker"))
        receiver.wait_for(1)
    receiver.status = 200
    with broker_with(database) as broker:
        receiver.wait_for(2)
        (one,) = broker.get("/webhooks")["_links"]["pb:webhooks"]
        until(lambda: bool(broker.get(one["href"])["_embedded"]["triggeredWebhooks"][0]["status"] == "success"))


@pytest.mark.parametrize("answered", [True, False])
def test_a_verification_is_asked_for_again_once(database: Path, receiver: Receiver, answered: bool) -> None:
    """Where the call was taken and no result came, it is sent once more after the time; a result ends it."""
    with broker_with(database, again_after=1.0) as broker:
        make(broker, receiver.url, EVENTS[2])
        broker.put_on_branch("tracker", "main", "p1")
        broker.publish("service", "1", pact("service", "tracker"))
        until(lambda: len(receiver.got) == 1)
        if answered:
            broker.post_result(broker.pact("service", "tracker", "1"), "p1", success=False)
        time.sleep(3)
        assert len(receiver.got) == (1 if answered else 2)


def test_a_named_host_is_allowed(database: Path) -> None:
    """What whoever serves the broker names may be called; a name that isn't known is a failure that is said."""
    with broker_with(database, hosts=["ci.invalid"]) as broker:
        address = make(broker, "http://CI.invalid/x", EVENTS[0])
        refused = broker.call("POST", "/webhooks", {"request": {"method": "POST", "url": "http://other.invalid/"}})
        assert (refused.status_code, list(refused.json()["errors"])) == (400, ["request.url"])
        answered = broker.call("POST", f"{address}/execute").json()
        assert (answered["success"], "ci.invalid" in answered["error"]["message"]) == (False, True)
    # What was allowed when it was stored isn't sent once it no longer is.
    with broker_with(database) as broker:
        answered = broker.call("POST", f"{broker.url}{address[address.index('/webhooks') :]}/execute").json()
        assert "isn't allowed" in answered["error"]["message"]


def test_a_refused_publication_tells_nobody(broker: Broker, database: Path, receiver: Receiver) -> None:
    """What isn't stored didn't happen: the queue is written with it or not at all."""
    make(broker, receiver.url, *EVENTS)
    broker.publish("service", "1", pact("service", "tracker"))
    receiver.wait_for(2)
    changed = pact("service", "tracker", interaction("entered"))
    assert broker.publish("service", "1", pact("service", "new"), changed).status_code == 409
    assert broker.call("POST", "/contracts/publish", {}).status_code == 400
    receiver.wait_for(2)
    with sqlite3.connect(database) as db:
        assert db.execute("SELECT count(*), count(due_at) FROM webhook_calls").fetchone() == (2, 0)
