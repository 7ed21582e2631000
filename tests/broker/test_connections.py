"""Connections that bring nothing keep nobody waiting, and a request that never ends has an end."""

from __future__ import annotations

import resource
import socket
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, field
from pathlib import Path

import pytest
import requests

from contracts.model.connections import ConnectionLimits, Keeper
from tests.broker.running import Broker, running

HALF = b"POST /pacticipants HTTP/1.1\r\nHost: localhost\r\nContent-Length: 100\r\n\r\n{"


@dataclass
class Channel:
    """What waitress keeps of a connection."""

    last_activity: float = 0
    request: object | None = None
    requests: list[object] = field(default_factory=list)
    will_close: bool = False


class Arriving:
    """A request that is being read."""


@contextmanager
def connected(url: str, count: int, first: bytes = b"") -> Iterator[list[socket.socket]]:
    """Open connections, each of which says this much and no more."""
    host, _, port = url.removeprefix("http://").partition(":")
    with ExitStack() as stack:
        opened = [stack.enter_context(socket.create_connection((host, int(port)), timeout=20)) for _ in range(count)]
        for one in opened:
            one.sendall(first)
        yield opened


@pytest.mark.parametrize("first", [b"", HALF])
def test_a_thousand_that_say_nothing_keep_nobody_waiting(database: Path, first: bytes) -> None:
    """Whether nothing came or half a request: others are read and written for."""
    soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    resource.setrlimit(resource.RLIMIT_NOFILE, (min(4096, hard), hard))
    try:
        with running(database) as started, connected(started.url, 1000, first):
            assert requests.get(f"{started.url}/diagnostic/status/heartbeat", timeout=10).status_code == 200
            assert Broker(started.url).call("POST", "/pacticipants", {"name": "service"}).status_code == 201
    finally:
        resource.setrlimit(resource.RLIMIT_NOFILE, (soft, hard))


@pytest.mark.parametrize("first", [b"", HALF])
def test_where_every_place_is_taken_those_that_bring_nothing_go(database: Path, first: bytes) -> None:
    """The oldest of them first; who comes later is served."""
    with (
        running(database, connections={"most": 20, "pressed": 0.5}) as started,
        connected(started.url, 20, first) as opened,
    ):
        for number in range(25):
            answer = requests.get(f"{started.url}/pacticipants", headers={"Connection": "close"}, timeout=20)
            assert answer.status_code == 200, number
        assert opened[0].recv(1000) == b""


def test_half_a_request_has_a_deadline_of_its_own(database: Path) -> None:
    """Each drop is a sign of life, and it ends all the same."""
    with running(database, connections={"request": 1}) as started, connected(started.url, 1, HALF) as (dripping,):
        dripping.settimeout(0.1)
        for _ in range(200):
            try:
                dripping.sendall(b" ")
                if dripping.recv(1000) == b"":
                    return
            except TimeoutError:
                continue
            except OSError:
                return
    pytest.fail("it was read for twenty seconds")


def test_a_client_that_comes_back_is_served_on_its_connection(database: Path) -> None:
    """The near miss: keep-alive within the time, beside others that say nothing."""
    with running(database, connections={"most": 100}) as started, connected(started.url, 50):
        broker = Broker(started.url)
        for _ in range(3):
            assert broker.call("GET", "/").status_code == 200


def test_what_is_being_answered_is_never_ended() -> None:
    """However long it takes and however many wait; and nothing is ended before its time where there is room."""
    answering = [Channel(request=None, requests=[object()]) for _ in range(9)]
    arriving = Channel(request=Arriving(), last_activity=0)
    idle = Channel(last_activity=0)
    keeper = Keeper(ConnectionLimits(most=100, idle=10, request=20))
    for now in (0.0, 9.0):
        keeper.end([*answering, arriving, idle], now)
    assert not any(one.will_close for one in (*answering, arriving, idle))
    keeper.end([*answering, arriving, idle], 11)
    assert [idle.will_close, arriving.will_close] == [True, False]
    keeper.end([*answering, arriving, idle], 21)
    assert arriving.will_close
    full = Keeper(ConnectionLimits(most=9))
    full.end(answering, 10_000)
    assert not any(one.will_close for one in answering)


def test_the_oldest_idle_ones_go_first_and_no_more_than_needed() -> None:
    """Half requests keep their place for a while even then."""
    idle = [Channel(last_activity=second) for second in range(15)]
    arriving = [Channel(request=Arriving()) for _ in range(5)]
    keeper = Keeper(ConnectionLimits(most=20, idle=1000, request=1000, pressed=5))
    keeper.end([*idle, *arriving], 100)
    ended = [one.last_activity for one in idle if one.will_close]
    assert ended == list(range(len(ended)))
    assert 0 < len(ended) < 15
    assert not any(one.will_close for one in arriving)
    for now in (100, 106):
        keeper.end(arriving * 4, now)
    assert all(one.will_close for one in arriving)
