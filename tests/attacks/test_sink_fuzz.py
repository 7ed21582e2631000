"""A thousand requests to the sink, torn and twisted byte by byte: each is a message, or a fault that is said."""

from __future__ import annotations

import re
import socket
import time
from collections import Counter
from collections.abc import Callable
from random import Random

import requests

from tests.attacks.size import dice, sized
from tests.emitters.test_sink_server import listening

REQUESTS = sized(1_000, 10_000)
RIGHT: tuple[Callable[[Random], bytes], ...] = (
    lambda _: b"POST /events HTTP/1.1\r\nHost: sink\r\nContent-Length: 2\r\n\r\n{}",
    lambda _: b"POST /e HTTP/1.1\r\nHost: sink\r\nTransfer-Encoding: chunked\r\n\r\n2\r\n{}\r\n0\r\n\r\n",
    lambda _: b"POST http://sink/e HTTP/1.0\r\nContent-Type: application/json\r\nContent-Length: 4\r\n\r\nnull",
    lambda _: b"PUT /e HTTP/1.1\r\nHost: sink\r\nExpect: 100-continue\r\nContent-Length: 1\r\n\r\n1",
    lambda _: b"OPTIONS /e HTTP/1.1\r\nHost: sink\r\nOrigin: http://a\r\nAccess-Control-Request-Method: POST\r\n\r\n",
    lambda _: b"OPTIONS /e HTTP/1.1\r\nHost: sink\r\nWebHook-Request-Origin: a\r\nWebHook-Request-Rate: 9\r\n\r\n",
    lambda _: b"GET / HTTP/1.1\r\nHost: sink\r\n\r\nDELETE /e HTTP/1.1\r\nHost: sink\r\n\r\n",
    lambda dice: b"POST /e HTTP/1.1\r\nHost: sink\r\nX: " + b"x" * dice.choice((9, 9_000, 70_000)) + b"\r\n\r\n",
)
PIECES = (
    b"", b"\r\n", b"\n", b"\r", b"\x00", b"\xff", b" ", b"\t", b":", b"\x1b[31m", b"\r\n\r\n",
    b"Content-Length: 99999999999999999999",
    b"Content-Length: -1", b"Content-Length: 3\r\nContent-Length: 4", b"Transfer-Encoding: gzip, chunked",
    b"HTTP/9.9", b"HTTP/1.1",
    b"CONNECT", b"PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n", b"\x16\x03\x01\x02\x00", b"%00", b"FFFFFFFFFFFFFFFF\r\n",
    b"-1\r\n", b"Host: a\r\n",
)  # fmt: skip
KNOWN = {100, 200, 202, 204, 400, 403, 405, 408, 411, 413, 414, 421, 426, 431, 501, 505}
"""What the sink may say: 501 and 505 are what RFC 9110 has for a method and a version that aren't known."""


def twisted(thrown: Random) -> bytes:
    """Return a right request in which something was put, left out, repeated or torn off."""
    return twist(thrown.choice(RIGHT)(thrown), thrown)


def twist(right: bytes, thrown: Random) -> bytes:
    """Return bytes in which something was put, left out, repeated or torn off, if anything."""
    data = bytearray(right)
    for _ in range(thrown.choice((0, 1, 1, 2, 4))):
        place = thrown.randrange(len(data) + 1)
        kind = thrown.random()
        if kind < 0.5:
            data[place:place] = thrown.choice(PIECES)
        elif kind < 0.7:
            data[place : place + thrown.choice((1, 3, 20))] = thrown.choice(PIECES)
        elif kind < 0.85:
            data[place : place + 1] = bytes([thrown.randrange(256)])
        else:
            del data[place:]
    return bytes(data)


def statuses(url: str, data: bytes) -> list[int]:
    """Send bytes and nothing more; return the statuses of what is answered."""
    host, _, port = url.removeprefix("http://").partition(":")
    with socket.create_connection((host, int(port)), timeout=5) as connection:
        connection.sendall(data)
        connection.shutdown(socket.SHUT_WR)
        answered = b""
        try:
            while chunk := connection.recv(65536):
                answered += chunk
        except ConnectionResetError:
            pass
    assert not answered or re.match(rb"HTTP/1\.[01] ", answered), (data, answered)
    return [int(status) for status in re.findall(rb"(?:\A|\n|\})HTTP/1\.[01] (\d{3})", answered)]


def test_every_request_is_a_message_or_a_fault() -> None:
    """No answer that HTTP doesn't know, no defect, no hang; and afterwards the sink takes messages as before."""
    thrown, given, longest = dice("sink"), Counter[int](), 0.0
    with listening() as seen:
        for _ in range(REQUESTS):
            data, began, before = twisted(thrown), time.monotonic(), len(seen.emissions) + len(seen.complaints)
            found = statuses(seen.sink.url, data)
            longest = max(longest, time.monotonic() - began)
            given.update(found)
            assert KNOWN.issuperset(found), (data, found)
            if any(status >= 400 for status in found):
                assert len(seen.emissions) + len(seen.complaints) > before, data
        assert requests.post(seen.sink.url, data=b"last", timeout=5).status_code == 202
    assert seen.emissions[-1].body == b"last"
    assert [said for said in seen.complaints if "defect" in said or "Traceback" in said] == []
    assert [said for said in seen.complaints if any(character < " " for character in said)] == []
    assert longest < 5
    assert given[202] > REQUESTS / 10, given
    assert given[400] > REQUESTS / 20, given
