"""Connections to the sink that bring nothing keep nobody waiting, and a request that never ends has an end."""

from __future__ import annotations

import resource
import socket
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack, contextmanager
from itertools import count

import pytest
import requests

from contracts.model.connections import ConnectionLimits
from tests.emitters.test_sink_server import Seen, listening

HALF = b"POST /events HTTP/1.1\r\nHost: sink\r\nContent-Length: 100\r\n\r\n{"


@contextmanager
def connected(seen: Seen, number: int, first: bytes = b"") -> Iterator[list[socket.socket]]:
    """Open connections, each of which says this much and no more."""
    host, _, port = seen.sink.url.removeprefix("http://").partition(":")
    with ExitStack() as stack:
        opened = [stack.enter_context(socket.create_connection((host, int(port)), timeout=20)) for _ in range(number)]
        for one in opened:
            one.sendall(first)
        yield opened


@pytest.fixture
def many_files() -> Iterator[None]:
    """Both ends of a thousand connections are in this process."""
    soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    resource.setrlimit(resource.RLIMIT_NOFILE, (min(4096, hard), hard))
    yield
    resource.setrlimit(resource.RLIMIT_NOFILE, (soft, hard))


@pytest.mark.usefixtures("many_files")
def test_a_thousand_that_say_nothing_keep_nobody_waiting() -> None:
    """Twice as many as there are places: who asks is answered at once, and a message is taken."""
    with listening() as seen, connected(seen, 1000):
        began = time.monotonic()
        assert requests.get(seen.sink.url, timeout=10).status_code == 200
        # Within the patience of the idle ones, which is what would be waited for otherwise; machines differ.
        assert time.monotonic() - began < 10
        assert requests.post(seen.sink.url, data=b"x", timeout=10).status_code == 202
    assert ([one.body for one in seen.emissions], seen.complaints) == ([b"x"], [])


def test_half_requests_go_where_others_wait_and_are_faults() -> None:
    """Every place holds half a message: later ones are taken, and what was given up is said."""
    limits = ConnectionLimits(most=10, idle=30, pressed=0.3)
    with listening(limits=limits) as seen, connected(seen, 10, HALF):
        for number in range(12):
            body = str(number)
            answer = requests.post(seen.sink.url, data=body, headers={"Connection": "close"}, timeout=20)
            assert answer.status_code == 202
        given_up = list(seen.complaints)
    assert [one.body.decode() for one in seen.emissions] == [str(number) for number in range(12)]
    assert given_up
    for complaint in given_up:
        assert "others waited for its connection, and nothing ended it after 1 of 100 bytes" in complaint


def test_more_senders_than_places_lose_nothing() -> None:
    """Forty at once where there are ten places: each message is taken once."""
    numbers = range(40)
    with listening(limits=ConnectionLimits(most=10, idle=30)) as seen, ThreadPoolExecutor(40) as pool:

        def send(number: int) -> int:
            return requests.post(seen.sink.url, data=str(number), timeout=20).status_code

        assert set(pool.map(send, numbers)) == {202}
    assert sorted(int(one.body) for one in seen.emissions) == list(numbers)
    assert seen.complaints == []


@pytest.mark.parametrize("first", [HALF, b"POST /events HTTP/1.1\r\nX-Name: "], ids=["in its body", "in its header"])
def test_a_request_that_drips_has_a_deadline_of_its_own(first: bytes) -> None:
    """Each drop is a sign of life, and it ends all the same: with 408, and as a fault."""
    with listening(limits=ConnectionLimits(idle=30, request=0.5)) as seen, connected(seen, 1, first) as (dripping,):
        dripping.settimeout(0.05)
        answer = b""
        for drops in count():
            assert drops < 200
            try:
                dripping.sendall(b"a")
                answer = dripping.recv(1000)
                break
            except TimeoutError:
                continue
    assert answer.startswith(b"HTTP/1.1 408 ")
    assert len(seen.complaints) == 1
    assert "it wasn't whole within 0.5 s" in seen.complaints[0]
    assert seen.emissions == []


def test_a_sender_that_comes_back_is_served_on_its_connection() -> None:
    """The near miss: keep-alive within the time, beside others that say nothing, where there is room."""
    limits = ConnectionLimits(most=40, idle=30, spare=0)
    with listening(limits=limits) as seen, connected(seen, 20), requests.Session() as session:
        for _ in range(3):
            assert session.post(seen.sink.url, data=b"x", timeout=10).status_code == 202
            time.sleep(0.1)
    assert (len(seen.emissions), seen.complaints) == (3, [])
