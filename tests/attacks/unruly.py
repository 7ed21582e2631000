"""What a malicious emitter does: what it writes into a recording, prints, answers, sends, raises, and never ends."""

from __future__ import annotations

import base64
import contextlib
import gzip
import json
import os
import shlex
import socket
import sys
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from functools import partial
from random import Random
from typing import Any

import requests

from contracts.model.examples import example_event
from contracts.webinar.events import CATALOGUE
from tests.attacks.documents import RAW, TEXTS, VALUES, changed, written
from tests.attacks.lies import FRAMES, HEADERS, STATUSES, TYPES
from tests.attacks.listening import listening
from tests.attacks.test_sink_fuzz import twisted
from tests.release.project import COMPLETED, TRACKER

EVENT_TYPE = "application/cloudevents+json"
BODIES: tuple[bytes, ...] = (
    *RAW, b'{"type":"' + b"x" * 900_000 + b'"}', b"[" * 100_000, b"[" + b"1," * 200_000 + b"1]", b"\x1b[31m::error::x",
    gzip.compress(b" " * 30_000_000, 1), "\u202e{}".encode(), '{"type":"client_webinar_completed"}'.encode("utf-16"),
)  # fmt: skip


def right(source: str = TRACKER) -> dict[str, Any]:
    """Return a right message, as JSON."""
    document: dict[str, Any] = json.loads(json.dumps(example_event(CATALOGUE[COMPLETED], source=source)))
    return document


def a_body(dice: Random) -> bytes:
    """Return the body of some message: never quite right."""
    kind = dice.random()
    if kind < 0.3:
        return dice.choice(BODIES)
    if kind < 0.5:
        return written(changed(right(), dice), dice)
    wrong = right()
    holder = wrong if dice.random() < 0.6 else wrong["data"]
    holder[dice.choice(sorted(holder))] = dice.choice((*TEXTS, *VALUES))
    return json.dumps(wrong).encode("utf-8", "surrogatepass")


def a_line(dice: Random) -> bytes:
    """Return a line of captures, wrong somewhere."""
    line: dict[str, Any] = {
        "at": "2026-03-01T00:00:00Z", "method": "POST", "url": "http://x/", "headers": {"content-type": EVENT_TYPE},
        "body": json.dumps(right()), "response": {"status": 202}, "trigger": None, "context": "a test",
    }  # fmt: skip
    kind = dice.random()
    if kind < 0.4:
        body = a_body(dice)
        line |= {"body": base64.b64encode(body).decode(), "body_encoding": "base64"}
        line["headers"] = {"content-type": dice.choice((*TYPES, EVENT_TYPE, EVENT_TYPE))}
        if dice.random() < 0.3:
            line["headers"]["content-encoding"] = dice.choice(
                ("gzip", "gzip, gzip", "br", "zstd", "deflate", "\x1b[31m")
            )
        return json.dumps(line).encode()
    if kind < 0.6:
        return dice.choice(BODIES).replace(b"\n", b"")
    return written(changed(line, dice), dice).replace(b"\n", b"")


COMMANDS = (
    "exit 0", "exit 1", "exit 255", "kill -9 $$", "kill -SEGV $$", "head -c 3000000 /dev/zero", "yes | head -c 3000000",
    "printf '\\033[31m::error::x\\n'; exit 3", "printf '\\033[31m##[error]\\n' >&2; exit 4", "sleep 30", "exec >&-",
    "sleep 30 & exit 0", "sleep 30 & sleep 30", "exec <&- >&- 2>&-; exit 7", "cat >/dev/null; printf '{}\\n'",
    "cat; cat", "printf '{\"headers\":'",
    "exec 0</dev/null; printf '\\000\\377\\n'", "kill -STOP $$", "ulimit -n 3; exit 0",
    "exit 300", "while :; do printf x; done | head -c 200000", "printf '%s\\n' \"$CONTRACTS_SINK_URL\"",
    "(sleep 30 >/dev/null &) ; true", "trap '' TERM; sleep 30", "printf '%s\\n' -h --help; exit 0",
)  # fmt: skip


EVIL_WORDS = "bad\n::error::x\x1b[31m##[error]\u202e"


def _raises(error: BaseException) -> Callable[[Any, str], None]:
    def emit(trigger: Any, destination: str) -> None:
        raise error

    return emit


def _posts(body: bytes, headers: dict[str, str]) -> Callable[[Any, str], None]:
    def emit(trigger: Any, destination: str) -> None:
        with contextlib.suppress(requests.RequestException, UnicodeError):
            requests.post(destination, data=body, headers=headers, timeout=2)

    return emit


def _deep(trigger: Any, destination: str) -> None:
    _deep(trigger, destination)


def _elsewhere(trigger: Any, destination: str) -> None:
    with socket.socket() as nobody:
        nobody.settimeout(1)
        nobody.connect(("127.0.0.1", 9))


def _later(trigger: Any, destination: str) -> None:
    def fail() -> None:
        time.sleep(0.05)
        raise ValueError(EVIL_WORDS)

    threading.Thread(target=fail, daemon=True).start()


def _changes_the_process(trigger: Any, destination: str) -> None:
    os.write(1, b"\x1b[31m to descriptor 1")
    sys.stdout.write("\x1b[31m::error::x\n")
    trigger.clear() if isinstance(trigger, dict) else None


async def _never(trigger: Any, destination: str) -> None:
    import asyncio

    await asyncio.sleep(30)


CALLABLES: tuple[Callable[..., Any], ...] = (
    *map(_raises, (
        ValueError(EVIL_WORDS), SystemExit(0), SystemExit("bye"), KeyError(b"\xff"), RecursionError(), MemoryError(),
        StopIteration(), GeneratorExit(), BaseException(EVIL_WORDS), UnicodeDecodeError("utf-8", b"\xff", 0, 1, "x"),
        OSError(28, "No space"), BrokenPipeError(), ExceptionGroup("g", [ValueError(EVIL_WORDS)]),
        ValueError("x" * 100_000),
    )),
    _deep, _elsewhere, _later, _changes_the_process, _never, lambda *_: 7, lambda *_: (yield), lambda: None,
    lambda *_: time.sleep(30),
)  # fmt: skip


def an_emitter(dice: Random) -> Callable[..., Any]:
    """Return a callable that is no good emitter."""
    if dice.random() < 0.5:
        return dice.choice(CALLABLES)
    headers = {
        "Content-Type": dice.choice((EVENT_TYPE, "text/plain", "application/json; charset=latin-1", "a/b;" + "c" * 900))
    }
    return _posts(a_body(dice), headers)


def a_command(dice: Random) -> str:
    """Return a program that is no good emitter."""
    return shlex.join(["sh", "-c", dice.choice(COMMANDS)])


@dataclass
class Answering:
    """A server that answers whatever it is told to, and does something else before.

    Attributes:
        answer: the bytes of each answer.
        before: is handed nothing, and may send to a sink.
    """

    url: str
    answer: bytes = b""
    before: Callable[[], None] = field(default=lambda: None)


@contextmanager
def answering() -> Iterator[Answering]:
    """Serve it on a loopback port, a thread a connection."""
    server = Answering("")
    with listening(partial(_serve, server)) as server.url:
        yield server


def _serve(server: Answering, connection: socket.socket, _: threading.Event) -> None:
    connection.settimeout(5)
    with connection, contextlib.suppress(OSError):
        connection.recv(65536)
        server.before()
        connection.sendall(server.answer)


def an_answer(dice: Random) -> bytes:
    """Return what an endpoint answers."""
    kind = dice.random()
    if kind < 0.25:
        return dice.choice(FRAMES)
    body = a_body(dice)
    status = dice.choice((*STATUSES, *[200] * 40))
    lines = [
        f"HTTP/1.1 {status} X",
        f"Content-Length: {len(body)}",
        f"Content-Type: {dice.choice((*TYPES, EVENT_TYPE))}",
    ]
    if dice.random() < 0.3:
        lines.append(
            dice.choice(
                (*HEADERS, "Location: http://127.0.0.1:9/", "Pact-Message-Metadata: e30", "Pact-Message-Metadata: %")
            )
        )
    return "\r\n".join([*lines, "", ""]).encode("latin-1") + body


def sends_to(port: int, dice: Random) -> Callable[[], None]:
    """Return what sends some bytes to a sink that listens on a port."""
    data = twisted(dice) if dice.random() < 0.5 else _request(a_body(dice), dice)

    def send() -> None:
        with contextlib.suppress(OSError), socket.create_connection(("127.0.0.1", port), timeout=2) as connection:
            connection.sendall(data)
            connection.shutdown(socket.SHUT_WR)
            while connection.recv(65536):
                pass

    return send


def _request(body: bytes, dice: Random) -> bytes:
    kind = dice.choice((EVENT_TYPE, EVENT_TYPE, "text/plain", "application/json"))
    head = f"POST /e HTTP/1.1\r\nHost: sink\r\nContent-Type: {kind}\r\nContent-Length: {len(body)}\r\n\r\n"
    return head.encode() + body
