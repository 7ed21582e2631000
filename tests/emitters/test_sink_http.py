"""The sink speaks HTTP as RFC 9112 says: a message is recorded as it came, and anything else is said to be a fault.

Each case is what a sender writes on one connection, byte by byte.
"""

from __future__ import annotations

import socket
import time
from dataclasses import dataclass

import pytest
import requests

from contracts.emitters.parts.answers import SinkAnswer
from contracts.emitters.parts.http_connection import MAX_BODY
from contracts.model.connections import ConnectionLimits
from tests.emitters.test_sink_server import listening


def post(body: bytes = b"", *headers: str) -> bytes:
    """Return a POST with these headers."""
    return "\r\n".join(["POST /events HTTP/1.1", "Host: sink", *headers, "", ""]).encode("latin-1") + body


def whole(body: bytes, *headers: str) -> bytes:
    """Return a POST that says how long it is."""
    return post(body, f"Content-Length: {len(body)}", *headers)


def chunked(body: bytes) -> bytes:
    """Return a POST in chunks."""
    return post(body, "Transfer-Encoding: chunked")


@dataclass(frozen=True)
class Case:
    """What is written, what it is answered, what is recorded of it, and what is said of the rest."""

    name: str
    written: bytes
    statuses: tuple[int, ...]
    recorded: tuple[bytes, ...]
    fault: str | None = None


TAKEN = [
    Case("a message", whole(b"a"), (202,), (b"a",)),
    Case("no body", post(), (202,), (b"",)),
    Case("two messages", whole(b"a") + whole(b"b"), (202, 202), (b"a", b"b")),
    Case("an empty line before", b"\r\n" + whole(b"a"), (202,), (b"a",)),
    Case("an empty line between", whole(b"a") + b"\r\n" + whole(b"b"), (202, 202), (b"a", b"b")),
    Case("empty lines of either kind", whole(b"a") + b"\n\r\n\n" + whole(b"b"), (202, 202), (b"a", b"b")),
    Case("an empty line after", whole(b"a") + b"\r\n", (202,), (b"a",)),
    Case("lines that end in a line feed", whole(b"a").replace(b"\r\n", b"\n"), (202,), (b"a",)),
    Case("a header that is folded", whole(b"a", "X-Long: one", "  two"), (202,), (b"a",)),
    Case("a header that is empty", whole(b"a", "X-Empty:"), (202,), (b"a",)),
    Case("a header beyond ASCII", whole(b"a", "X-Name: caf\xe9"), (202,), (b"a",)),
    Case("one length twice", post(b"a", "Content-Length: 1", "Content-Length: 1"), (202,), (b"a",)),
    Case("chunks", chunked(b"3;a=b\r\nabc\r\nA\r\n0123456789\r\n0\r\nX-T: 1\r\n\r\n"), (202,), (b"abc0123456789",)),
    Case("chunks, then a message", chunked(b"1\r\na\r\n0\r\n\r\n") + whole(b"b"), (202, 202), (b"a", b"b")),
    Case("a body with a header in it", whole(b"POST / HTTP/1.1\r\n\r\n"), (202,), (b"POST / HTTP/1.1\r\n\r\n",)),
    Case("an absolute target", whole(b"a").replace(b" /events ", b" http://sink/events "), (202,), (b"a",)),
    Case("HTTP/1.0", b"POST / HTTP/1.0\r\nContent-Length: 1\r\n\r\na", (202,), (b"a",)),
    Case("a connection that is closed", whole(b"a", "Connection: close") + whole(b"b"), (202,), (b"a",)),
    Case("a question, then a message", b"GET / HTTP/1.1\r\nHost: s\r\n\r\n" + whole(b"a"), (200, 202), (b"a",)),
    Case("100-continue", whole(b"a", "Expect: 100-continue"), (202,), (b"a",)),
    Case("nothing at all", b"", (), ()),
    Case("nothing but empty lines", b"\r\n\r\n", (), ()),
]

REFUSED = [
    Case("a line without a colon", whole(b"a", "no colon here"), (400,), (), "line 4 of its header, 'no'…, is no"),
    Case("a blank before the colon", whole(b"a", "X-Broken : 1"), (400,), (), "line 4 of its header, 'X-Broken'…"),
    Case("a line feed in a value", whole(b"a", "X-A: a\nb"), (400,), (), "line 5 of its header, 'b'…, is no"),
    Case("a NUL in a value", whole(b"a", "X-Bad: a\0b"), (400,), (), "line 4 of its header, 'X-Bad'…"),
    Case("a carriage return in a value", whole(b"a", "X-Bad: a\rb"), (400,), (), "line 4 of its header, 'X-Bad'…"),
    Case("an escape in a name", whole(b"a", "X\x1b[31m: 1"), (400,), (), r"line 4 of its header, 'X\\x1b[31m'…"),
    Case("no host", b"POST / HTTP/1.1\r\nContent-Length: 1\r\n\r\na", (400,), (), "missing mandatory Host"),
    Case("two hosts", whole(b"a", "Host: other"), (400,), (), "multiple Host"),
    Case("a torn body", post(b"abc", "Content-Length: 5"), (400,), (), "POST /events: the connection ended after 3 of"),
    Case("a torn header", b"POST / HTTP/1.1\r\nHost: s", (400,), (), "ended in the middle of its header"),
    Case("a negative length", post(b"", "Content-Length: -1"), (400,), (), "bad Content-Length"),
    Case("no number", post(b"a", "Content-Length: 0x1"), (400,), (), "bad Content-Length"),
    Case(
        "two lengths", post(b"ab", "Content-Length: 1", "Content-Length: 2"), (400,), (), "conflicting Content-Length"
    ),
    Case("too large", post(b"", f"Content-Length: {MAX_BODY + 1}"), (413,), (), "is larger than"),
    Case("an endless header", post(b"", "X-Long: " + "x" * 200_000), (431,), (), "its header is longer than"),
    Case("a chunk without size", chunked(b"zz\r\n"), (400,), (), "illegal chunk header"),
    Case("a chunk over its size", chunked(b"1\r\nabc\r\n0\r\n\r\n"), (400,), (), "malformed chunk footer"),
    Case("a torn chunk", chunked(b"5\r\nab"), (400,), (), "the connection ended in its body, after 2 bytes"),
    Case("no last chunk", chunked(b"1\r\na\r\n"), (400,), (), "the connection ended in its body, after 1 bytes"),
    Case(
        "another coding", post(b"", "Transfer-Encoding: gzip, chunked"), (501,), (), "only Transfer-Encoding: chunked"
    ),
    Case("two framings", post(b"", "Transfer-Encoding: chunked", "Content-Length: 1"), (400,), (), "it has both"),
    Case("chunks in HTTP/1.0", b"POST / HTTP/1.0\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n", (400,), (), "hasn't"),
    Case("no version", b"POST /\r\nHost: s\r\n\r\n", (400,), (), "illegal request line"),
    Case("TLS", b"\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03\r\n", (400,), (), "it is TLS"),
    Case("HTTP/2", b"PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n", (505,), (), "it is HTTP/2"),
    Case("a foreign method", b"BREW /pot HTTP/1.1\r\nHost: s\r\n\r\n", (501,), (), "no message comes by BREW"),
    Case("a fault after a message", whole(b"a") + b"nonsense\r\n\r\n", (202, 400), (b"a",), "illegal request line"),
]


def statuses(answer: bytes) -> tuple[int, ...]:
    """The final statuses of what came back."""
    found = [int(line.split()[1]) for line in answer.split(b"\r\n") if line.startswith(b"HTTP/1.1 ")]
    return tuple(status for status in found if status != 100)


@pytest.mark.parametrize("case", [*TAKEN, *REFUSED], ids=lambda case: case.name)
def test_a_message_is_recorded_and_anything_else_is_a_fault(case: Case) -> None:
    """Nothing is lost between two messages, and nothing in silence."""
    with listening() as seen:
        answer = seen.exchange(case.written)
    assert (statuses(answer), tuple(emission.body for emission in seen.emissions)) == (case.statuses, case.recorded)
    if case.fault is None:
        assert seen.complaints == []
    else:
        (complaint,) = seen.complaints
        assert complaint.startswith("a request couldn't be taken: ")
        assert case.fault in complaint


@pytest.mark.parametrize("size", [1, 2, 7])
def test_how_the_bytes_come_in_packets_changes_nothing(size: int) -> None:
    """Every message of a connection that dribbles is whole."""
    written = whole(b"a") + b"\r\n" + chunked(b"2\r\nbc\r\n0\r\n\r\n") + whole(b"d")
    with listening() as seen:
        host, _, port = seen.sink.url.removeprefix("http://").partition(":")
        with socket.create_connection((host, int(port)), timeout=10) as connection:
            connection.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
            for start in range(0, len(written), size):
                connection.sendall(written[start : start + size])
            connection.shutdown(socket.SHUT_WR)
            while connection.recv(65536):
                pass
    assert [emission.body for emission in seen.emissions] == [b"a", b"bc", b"d"]
    assert seen.complaints == []


def test_no_secret_and_no_control_character_is_in_what_is_said() -> None:
    """Of a header that can't be read the name is said; of an address, no query; escapes are written out."""
    with listening() as seen:
        seen.exchange(whole(b"a", "Authorization Bearer s-1"))
        seen.exchange(post(b"a", "Content-Length: 5").replace(b"/events", b"/x?token=s-1"))
        seen.exchange(whole(b"a", "X\x9b31m: 1"))
    said = "\n".join(seen.complaints)
    assert "s-1" not in said
    assert "'Authorization'" in said
    assert "POST /x?(not recorded): " in said
    assert r"X\\x9b31m" in said
    assert not any(character < " " for character in said if character != "\n")


def test_a_body_that_stalls_says_what_came() -> None:
    """Two of five bytes, then nothing: 408, and the connection is closed."""
    with listening(limits=ConnectionLimits(idle=0.3)) as seen:
        host, _, port = seen.sink.url.removeprefix("http://").partition(":")
        with socket.create_connection((host, int(port)), timeout=10) as connection:
            connection.sendall(post(b"ab", "Content-Length: 5"))
            answer = b"".join(iter(lambda: connection.recv(65536), b""))
    assert statuses(answer) == (408,)
    assert seen.complaints == ["a request couldn't be taken: POST /events: nothing came for 0.3 s after 2 of 5 bytes"]


def test_a_connection_that_says_nothing_is_closed_and_is_no_fault() -> None:
    """A sender that keeps its connection alive does nothing wrong, and half a request does."""
    with listening(limits=ConnectionLimits(idle=0.3)) as seen:
        host, _, port = seen.sink.url.removeprefix("http://").partition(":")
        with socket.create_connection((host, int(port)), timeout=10) as connection:
            connection.sendall(whole(b"a"))
            began = time.monotonic()
            while connection.recv(65536):
                pass
    assert time.monotonic() - began < 5
    assert ([emission.body for emission in seen.emissions], seen.complaints) == ([b"a"], [])


def test_a_browser_may_ask_and_send_from_another_origin() -> None:
    """A preflight is answered and is no message; the answer to the message may be seen, with its credentials."""
    asked = {"Access-Control-Request-Method": "POST", "Access-Control-Request-Headers": "content-type, x-key"}
    origin = {"Origin": "https://site.example"}
    with listening() as seen:
        question = requests.options(seen.sink.url, headers=origin | asked, timeout=10)
        message = requests.post(seen.sink.url, data=b"a", headers=origin, timeout=10)
    assert (question.status_code, message.status_code) == (204, 202)
    assert question.headers["Access-Control-Allow-Headers"] == "content-type, x-key"
    assert "POST" in question.headers["Access-Control-Allow-Methods"]
    for answer in (question, message):
        assert answer.headers["Access-Control-Allow-Origin"] == "https://site.example"
        assert answer.headers["Access-Control-Allow-Credentials"] == "true"
    assert ([emission.body for emission in seen.emissions], seen.complaints) == ([b"a"], [])


@pytest.mark.parametrize("rate", [{}, {"WebHook-Request-Rate": "120"}])
def test_cloudevents_own_handshake_is_answered(rate: dict[str, str]) -> None:
    """Section 4 of its web hooks: the origin may send, at any rate where it asks for one."""
    with listening() as seen:
        headers = {"WebHook-Request-Origin": "emitter.example"} | rate
        answer = requests.options(seen.sink.url, headers=headers, timeout=10)
    assert answer.status_code == 200
    assert answer.headers["WebHook-Allowed-Origin"] == "emitter.example"
    assert answer.headers.get("WebHook-Allowed-Rate") == ("*" if rate else None)
    assert (seen.emissions, seen.complaints) == ([], [])


def test_any_other_question_names_the_methods() -> None:
    """OPTIONS alone is no emission either; an origin that could split the answer is not repeated."""
    with listening() as seen:
        assert "POST" in requests.options(seen.sink.url, timeout=10).headers["Allow"]
        answer = seen.exchange(b"OPTIONS * HTTP/1.1\r\nHost: s\r\nOrigin: caf\xe9\r\n\r\n")
        assert b"Access-Control" not in answer
    assert (seen.emissions, seen.complaints) == ([], [])


def test_a_refusal_can_say_when_to_come_again() -> None:
    """Retry-After goes with the status, and with that alone."""
    with listening(SinkAnswer(503, retry_after=120)) as seen:
        answer = requests.post(seen.sink.url, data=b"a", timeout=10)
    assert (answer.status_code, answer.headers["Retry-After"]) == (503, "120")
    with listening(SinkAnswer(503)) as seen:
        assert "Retry-After" not in requests.post(seen.sink.url, data=b"a", timeout=10).headers


def test_many_idle_connections_keep_nobody_waiting() -> None:
    """Three hundred that say nothing, and the next message is answered at once."""
    with listening() as seen:
        host, _, port = seen.sink.url.removeprefix("http://").partition(":")
        idle = [socket.create_connection((host, int(port)), timeout=10) for _ in range(300)]
        began = time.monotonic()
        assert requests.post(seen.sink.url, data=b"a", timeout=10).status_code == 202
        assert time.monotonic() - began < 5
        for connection in idle:
            connection.close()
