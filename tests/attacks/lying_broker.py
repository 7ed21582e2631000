"""A broker on a real socket: it tells the truth of an embedded one, but for what a lie makes of some answers."""

from __future__ import annotations

import contextlib
import socket
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from functools import partial
from pathlib import Path
from typing import BinaryIO

from flask import Flask

from contracts.broker.embedded.app import create_app
from tests.attacks.listening import listening


@dataclass(frozen=True)
class Asked:
    """One request, and the how manyeth it is."""

    number: int
    method: str
    target: str
    headers: dict[str, str]
    body: bytes

    @property
    def writes(self) -> bool:
        """Would it change what the broker holds?"""
        return self.method not in ("GET", "HEAD") and "for-verification" not in self.target


@dataclass(frozen=True)
class Truth:
    """What the embedded broker answers."""

    status: int
    headers: dict[str, str]
    body: bytes

    def sent(self) -> bytes:
        """Return it as it goes over the wire."""
        return wire(self.status, self.headers, self.body)


def wire(status: object, headers: dict[str, str], body: bytes, *, length: bool = True) -> bytes:
    """Return an answer of HTTP/1.1."""
    told = {**headers, **({"Content-Length": str(len(body))} if length else {})}
    lines = [f"HTTP/1.1 {status} X", *(f"{name}: {value}" for name, value in told.items())]
    return "\r\n".join([*lines, "", ""]).encode("utf-8", "surrogateescape") + body


@dataclass(frozen=True)
class Lie:
    """What is answered in the place of the truth.

    Attributes:
        kind: what sort of lie it is.
        when: when it is told, in words.
        tells: whether it is told to a request.
        told: makes the answer's bytes of the truth; the connection is closed behind them.
        swallows: a request that it is told to never reaches the broker, so that nothing is written.
        drips: sends the bytes one by one, with this pause.
    """

    kind: str
    when: str
    tells: Callable[[Asked], bool]
    told: Callable[[Asked, Truth], bytes]
    swallows: bool = False
    drips: float = 0.0


NO_LIE = Lie("none", "never", lambda _: False, lambda _, truth: truth.sent())


@dataclass
class LyingBroker:
    """A running one.

    Attributes:
        told: how many answers were lies.
        is_written: something was written since the file was named.
        asked: the requests so far.
    """

    url: str
    database: Path
    lie: Lie = NO_LIE
    told: int = 0
    is_written: bool = False
    asked: list[Asked] = field(default_factory=list)
    _app: Flask | None = None

    def holds(self, database: Path) -> None:
        """Speak from here on of what a file holds."""
        self.database, self.is_written = database, False
        self._app = create_app(database)

    def lies(self, lie: Lie) -> None:
        """Lie from here on in some way."""
        self.lie, self.told = lie, 0
        self.asked.clear()

    def truth(self, asked: Asked) -> Truth:
        """Ask the embedded broker."""
        assert self._app is not None
        self.is_written |= asked.writes
        answer = self._app.test_client().open(
            asked.target, base_url=self.url, method=asked.method, headers=asked.headers, data=asked.body
        )
        headers = {name: value for name, value in answer.headers.items() if name.lower() != "content-length"}
        return Truth(answer.status_code, headers, answer.get_data())


@contextmanager
def lying_broker(database: Path) -> Iterator[LyingBroker]:
    """Serve one on a loopback port, a thread a connection."""
    broker = LyingBroker("", database)
    with listening(partial(_serve, broker)) as broker.url:
        yield broker


def _serve(broker: LyingBroker, connection: socket.socket, stopping: threading.Event) -> None:
    connection.settimeout(30)
    with connection, contextlib.suppress(OSError), connection.makefile("rb") as reader:
        while (asked := _request(reader, len(broker.asked))) is not None:
            broker.asked.append(asked)
            lie = broker.lie
            if not lie.tells(asked):
                connection.sendall(broker.truth(asked).sent())
                continue
            broker.told += 1
            truth = Truth(200, {"Content-Type": "application/hal+json"}, b"{}") if lie.swallows else broker.truth(asked)
            _send(connection, lie.told(asked, truth), lie.drips, stopping)
            return


def _send(connection: socket.socket, data: bytes, pause: float, stopping: threading.Event) -> None:
    if not pause:
        connection.sendall(data)
        return
    for place in range(len(data)):
        connection.sendall(data[place : place + 1])
        if stopping.wait(pause):
            return


def _request(reader: BinaryIO, number: int) -> Asked | None:
    line = reader.readline()
    if not line.strip():
        return None
    method, target, _ = line.decode("latin-1").split(" ", 2)
    headers = {}
    while (header := reader.readline().strip()) != b"":
        name, _, value = header.decode("latin-1").partition(":")
        headers[name.title()] = value.strip()
    length = int(headers.pop("Content-Length", "0"))
    return Asked(number, method, target, headers, reader.read(length))
