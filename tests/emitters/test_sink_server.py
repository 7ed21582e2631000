"""The sink takes whatever is sent, as it came, and answers as it is told: by real sockets."""

from __future__ import annotations

import gzip
import shutil
import socket
import subprocess
import threading
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import dataclass, field

import pytest
import requests

from contracts.emitters.parts.address import Address, parse_address
from contracts.emitters.parts.answers import ACCEPT, SinkAnswer, parse_answers
from contracts.emitters.parts.sink_server import SINK_LIMITS, Sink
from contracts.errors import MisuseError
from contracts.model.connections import ConnectionLimits
from contracts.model.emission import Answered, Emission, Refused


@dataclass
class Seen:
    """What a sink has told."""

    sink: Sink
    emissions: list[Emission]
    complaints: list[str] = field(default_factory=list)

    def exchange(self, request: bytes) -> bytes:
        """Send bytes over a socket and return what comes back until the connection ends."""
        host, _, port = self.sink.url.removeprefix("http://").partition(":")
        with socket.create_connection((host, int(port)), timeout=10) as connection:
            connection.sendall(request)
            connection.shutdown(socket.SHUT_WR)
            return b"".join(iter(lambda: connection.recv(65536), b""))


@contextmanager
def listening(
    answer: SinkAnswer = ACCEPT, host: str = "127.0.0.1", limits: ConnectionLimits = SINK_LIMITS
) -> Iterator[Seen]:
    """Run a sink."""
    emissions: list[Emission] = []
    complaints: list[str] = []
    sink = Sink(
        Address(host, 0),
        answer=lambda _: answer,
        record=emissions.append,
        complain=complaints.append,
        limits=limits,
    )
    try:
        yield Seen(sink, emissions, complaints)
    finally:
        sink.close()


@pytest.fixture
def seen() -> Iterator[Seen]:
    """A sink that takes everything."""
    with listening() as it:
        yield it


def post(body: bytes, *headers: str) -> bytes:
    """Return a request with the given headers."""
    return "\r\n".join(["POST /events?a=1 HTTP/1.1", "Host: sink", *headers, "", ""]).encode("latin-1") + body


def test_a_message_is_taken_as_it_came(seen: Seen) -> None:
    """Method, URL, headers by lower-case name, the body's bytes and the answer are there."""
    answer = seen.exchange(post(b"\x00\xff", "Content-Length: 2", "X-Key:  a b ", "x-key: c", "X-Name: caf\xe9"))
    assert answer.startswith(b"HTTP/1.1 202 ")
    (emission,) = seen.emissions
    assert (emission.method, emission.url) == ("POST", f"{seen.sink.url}/events?a=1")
    assert (emission.body, emission.response) == (b"\x00\xff", Answered(status=202))
    assert (emission.headers["x-key"], emission.headers["x-name"]) == ("a b, c", "caf\xe9")
    assert emission.at
    assert emission.trigger is None


@pytest.mark.parametrize("method", ["PUT", "PATCH", "DELETE"])
def test_other_methods_that_carry_a_message_are_taken(seen: Seen, method: str) -> None:
    """Whatever method an emitter chose is recorded."""
    assert requests.request(method, seen.sink.url, data=b"x", timeout=10).status_code == 202
    assert [emission.method for emission in seen.emissions] == [method]


def test_asking_whether_it_listens_is_no_message(seen: Seen) -> None:
    """GET answers 200 and records nothing."""
    assert requests.get(seen.sink.url, timeout=10).status_code == 200
    assert requests.head(seen.sink.url, timeout=10).status_code == 200
    assert (seen.emissions, seen.complaints) == ([], [])


def test_chunked_bodies_are_put_together(seen: Seen) -> None:
    """A body in chunks, with extensions and trailers, comes whole, and the connection goes on."""
    chunks = b"3;name=value\r\nabc\r\nA\r\n0123456789\r\n0\r\nX-Trailer: 1\r\n\r\n"
    two = post(chunks, "Transfer-Encoding: chunked") + post(b"next", "Content-Length: 4")
    assert seen.exchange(two).count(b"202 Accepted") == 2
    assert [emission.body for emission in seen.emissions] == [b"abc0123456789", b"next"]


def test_encoded_bodies_stay_encoded(seen: Seen) -> None:
    """A compressed body is recorded with the bytes that came over the wire."""
    body = gzip.compress(b"{}")
    requests.post(seen.sink.url, data=body, headers={"Content-Encoding": "gzip"}, timeout=10)
    (emission,) = seen.emissions
    assert (emission.body, emission.headers["content-encoding"]) == (body, "gzip")


def test_large_bodies_are_taken(seen: Seen) -> None:
    """A body of 20 MiB comes whole."""
    body = b"0123456789abcdef" * (20 * 65536)
    assert requests.post(seen.sink.url, data=body, timeout=30).status_code == 202
    assert seen.emissions[0].body == body


def test_many_at_once_are_all_taken(seen: Seen) -> None:
    """Two hundred messages over forty connections at once: none is lost and none is torn."""
    with ThreadPoolExecutor(40) as pool:
        list(pool.map(lambda n: requests.post(seen.sink.url, data=f"{n:04}" * 1000, timeout=30), range(200)))
    assert sorted(emission.body for emission in seen.emissions) == sorted(f"{n:04}".encode() * 1000 for n in range(200))


@pytest.mark.skipif(shutil.which("curl") is None, reason="needs curl")
def test_a_sender_that_waits_for_100_continue_is_told_to_go_on(seen: Seen) -> None:
    """Expect: 100-continue is answered before the body is sent."""
    words = ["curl", "--silent", "--verbose", "--max-time", "10", "-H", "Expect: 100-continue", "-d", "x"]
    done = subprocess.run([*words, seen.sink.url], capture_output=True, text=True, timeout=30, check=True)
    assert "HTTP/1.1 100 Continue" in done.stderr
    assert "HTTP/1.1 202 Accepted" in done.stderr
    assert [emission.body for emission in seen.emissions] == [b"x"]


def test_a_sender_that_does_not_wait_is_recorded(seen: Seen) -> None:
    """A connection that is closed before the answer, as with `blocking => false`, costs no message."""
    host, _, port = seen.sink.url.removeprefix("http://").partition(":")
    for _ in range(20):
        connection = socket.create_connection((host, int(port)), timeout=10)
        connection.sendall(post(b"x", "Content-Length: 1"))
        connection.close()
    deadline = time.monotonic() + 10
    while len(seen.emissions) < 20 and time.monotonic() < deadline:
        time.sleep(0.01)
    assert len(seen.emissions) == 20
    assert seen.complaints == []


def test_it_answers_as_told() -> None:
    """The status that the sender gets is the one that is recorded."""
    with listening(SinkAnswer(503)) as seen:
        assert requests.post(seen.sink.url, data=b"x", timeout=10).status_code == 503
        assert seen.emissions[0].response == Answered(status=503)


def test_it_refuses_by_closing_the_connection() -> None:
    """A refusal is a message that was recorded and an end without an answer."""
    with listening(SinkAnswer(None)) as seen:
        assert seen.exchange(post(b"x", "Content-Length: 1")) == b""
        with pytest.raises(requests.ConnectionError):
            requests.post(seen.sink.url, data=b"y", timeout=10)
        assert [emission.response for emission in seen.emissions] == [Refused(error="refused")] * 2


def test_a_slow_answer_comes_after_its_delay() -> None:
    """A sender that waits less than the delay gives up; its message is recorded."""
    with listening(SinkAnswer(202, delay=30)) as seen:
        with pytest.raises(requests.Timeout):
            requests.post(seen.sink.url, data=b"x", timeout=0.5)
        deadline = time.monotonic() + 10
        while not seen.emissions and time.monotonic() < deadline:
            time.sleep(0.01)
        assert len(seen.emissions) == 1
        assert seen.sink.is_busy


def test_closing_ends_idle_connections() -> None:
    """A connection that is kept alive, and one that says nothing, don't keep the sink from ending."""
    with listening() as seen, requests.Session() as session:
        session.post(seen.sink.url, data=b"x", timeout=10)
        host, _, port = seen.sink.url.removeprefix("http://").partition(":")
        silent = socket.create_connection((host, int(port)), timeout=10)
    silent.close()
    assert not [thread for thread in threading.enumerate() if "process_request" in thread.name]


def test_it_listens_by_ipv6() -> None:
    """An IPv6 address has its brackets in the URL."""
    try:
        with listening(host="::1") as seen:
            assert seen.sink.url.startswith("http://[::1]:")
            assert requests.post(seen.sink.url, data=b"x", timeout=10).status_code == 202
    except MisuseError:
        pytest.skip("this machine has no IPv6")


def test_an_address_that_is_taken_is_misuse() -> None:
    """Where somebody listens nobody else can."""
    with listening() as seen:
        address = parse_address(seen.sink.url.removeprefix("http://"), option="sink")
        with pytest.raises(MisuseError, match="Address already in use"):
            Sink(address, answer=lambda _: ACCEPT, record=print, complain=print)


@pytest.mark.parametrize("text", ["", "8080", "127.0.0.1", "127.0.0.1:", "a:b", "127.0.0.1:99999", "::1:80", "[::1]"])
def test_an_address_has_a_host_and_a_port(text: str) -> None:
    """Anything else is refused, with an example."""
    with pytest.raises(MisuseError, match="isn't HOST:PORT"):
        parse_address(text, option="listen")


@pytest.mark.parametrize(
    ("host", "is_loopback"),
    [
        ("127.0.0.1", True),
        ("::1", True),
        ("localhost", True),
        ("0.0.0.0", False),  # noqa: S104 - nothing listens there
        ("::", False),
        ("example.org", False),
    ],
)
def test_loopback_is_known(host: str, is_loopback: bool) -> None:
    """An address that others can reach is told from one that they can't."""
    assert Address(host, 0).is_loopback is is_loopback


def test_answers_are_read() -> None:
    """A sequence holds statuses, refusals and delays."""
    assert parse_answers("503, refuse,202@1.5s", option="respond") == (
        SinkAnswer(503),
        SinkAnswer(None),
        SinkAnswer(202, 1.5),
    )
    assert parse_answers("503:retry-after=2m@1s", option="respond") == (SinkAnswer(503, 1, 120),)


BAD_ANSWERS = ["", "100", "abc", "202,", "202@", "202@soon", "refused", "202 @ 1s", "503:retry-after=soon"]


@pytest.mark.parametrize("text", [*BAD_ANSWERS, "503:retry-after=1.5s", "refuse:retry-after=1s", "503:retry-after"])
def test_other_answers_are_refused(text: str) -> None:
    """What is no answer is named, with an example."""
    with pytest.raises(MisuseError, match="--respond"):
        parse_answers(text, option="respond")
