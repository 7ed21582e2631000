"""Emitters that the tests of `--python` call: some well behaved, some not."""

from __future__ import annotations

import asyncio
import concurrent.futures
import contextlib
import http.client
import json
import os
import socket
import subprocess
import sys
import threading
import time
import urllib.request
from collections.abc import Iterator
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import requests
import urllib3
from requests.adapters import HTTPAdapter

from contracts.model.emission import Trigger

NOT_CALLABLE = 1
threads_seen: list[int] = []


def well_behaved(trigger: Trigger, destination: str) -> None:
    """Post the fact."""
    requests.post(destination, json=trigger.fact, headers={"X-Marker": "m"}, timeout=5)


def two_at_once(trigger: Trigger, destination: str) -> None:
    """Return only when another call is under way."""
    _TOGETHER.wait(10)
    well_behaved(trigger, destination)


_TOGETHER = threading.Barrier(2)


def every_body(trigger: Trigger, destination: str) -> None:
    """Post a text, bytes, a generator, a file, a form and nothing."""

    def parts() -> Iterator[bytes]:
        yield "é".encode()
        yield b"\xff"

    requests.post(destination, data="é", timeout=5)
    requests.put(destination, data=b"\x00\xff", timeout=5)
    requests.post(destination, data=parts(), timeout=5)
    with Path(__file__).open("rb") as file:
        requests.post(destination, data=file, timeout=5)
    requests.post(destination, data={"a": "ü"}, timeout=5)
    requests.post(destination, timeout=5)


def silent(trigger: Trigger, destination: str) -> None:
    """Emit nothing."""


def not_implemented(trigger: Trigger, destination: str) -> None:
    """Say that the event isn't implemented."""
    raise NotImplementedError


def raising(trigger: Trigger, destination: str) -> None:
    """Fail in a library that it uses."""
    json.loads("nonsense")


def exiting(trigger: Trigger, destination: str) -> None:
    """End the process."""
    sys.exit("enough")


def raising_when_refused(trigger: Trigger, destination: str) -> None:
    """Raise where the delivery wasn't taken."""
    requests.post(destination, json=trigger.fact, timeout=5).raise_for_status()


def printing(trigger: Trigger, destination: str) -> None:
    """Print in every way there is."""
    print("by print")  # noqa: T201 - what it is for
    os.write(1, b"by descriptor\n")
    subprocess.run(["echo", "by child"], check=True)
    requests.post(destination, timeout=5)


def by_urllib(trigger: Trigger, destination: str) -> None:
    """Send with urllib, and swallow what comes of it."""
    with contextlib.suppress(OSError):
        urllib.request.urlopen(destination, data=b"{}", timeout=5)  # noqa: S310 - the toolkit's own URL


def by_urllib3(trigger: Trigger, destination: str) -> None:
    """Send with urllib3."""
    with contextlib.suppress(urllib3.exceptions.HTTPError):
        urllib3.PoolManager(retries=False).request("POST", destination, body=b"{}", timeout=5)


def by_http_client(trigger: Trigger, destination: str) -> None:
    """Send with http.client."""
    with contextlib.suppress(OSError):
        http.client.HTTPConnection(urlsplit(destination).netloc, timeout=5).request("POST", "/", b"{}")


def by_asyncio(trigger: Trigger, destination: str) -> None:
    """Send from an event loop."""

    async def send() -> None:
        with contextlib.suppress(OSError):
            await asyncio.open_connection(urlsplit(destination).netloc, 80)

    asyncio.run(send())


def by_own_adapter(trigger: Trigger, destination: str) -> None:
    """Send with requests over an adapter that has a transport of its own."""

    class Own(HTTPAdapter):
        def send(self, request: Any, *_args: Any, **_kwargs: Any) -> Any:
            urllib3.PoolManager(retries=False).request("POST", request.url, body=request.body)

    session = requests.Session()
    session.mount("http://", Own())
    with contextlib.suppress(urllib3.exceptions.HTTPError):
        session.post(destination, data=b"{}", timeout=5)


def by_late_thread(trigger: Trigger, destination: str) -> None:
    """Send with urllib from a thread."""
    threading.Thread(target=by_urllib, args=(trigger, destination)).start()


def to(address: str) -> None:
    """Connect to an address."""
    host, _, port = address.partition(":")
    with socket.socket() as connection:
        connection.settimeout(5)
        connection.connect((host, int(port)))


def to_local_port(trigger: Trigger, destination: str) -> None:
    """Connect to the port of this machine that the fact names."""
    with contextlib.suppress(OSError):
        to(trigger.fact["address"])


def by_connect_ex(trigger: Trigger, destination: str) -> None:
    """Connect without an exception."""
    host, _, port = trigger.fact["address"].partition(":")
    with socket.socket() as connection:
        assert connection.connect_ex((host, int(port))) != 0


def by_datagram(trigger: Trigger, destination: str) -> None:
    """Send a datagram."""
    host, _, port = trigger.fact["address"].partition(":")
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as connection, contextlib.suppress(OSError):
        connection.sendto(b"{}", (host, int(port)))


def within_the_machine(trigger: Trigger, destination: str) -> None:
    """Use a pair of sockets that leads nowhere else."""
    left, right = socket.socketpair()
    with left, right:
        left.sendall(b"x")
        assert right.recv(1) == b"x"


def elsewhere(trigger: Trigger, destination: str) -> None:
    """Post to another host through requests."""
    with contextlib.suppress(requests.ConnectionError):
        requests.post("https://elsewhere.invalid/hook", timeout=5)


def from_a_thread(trigger: Trigger, destination: str) -> None:
    """Post from a thread after the callable has returned."""
    threading.Thread(target=late, args=(trigger, destination)).start()


def from_a_daemon(trigger: Trigger, destination: str) -> None:
    """Post from a daemon thread that never ends."""

    def forever() -> None:
        well_behaved(trigger, destination)
        _hold()

    threading.Thread(target=forever, daemon=True, name="resident").start()


def from_a_pool(trigger: Trigger, destination: str) -> None:
    """Post from a pool whose threads stay."""
    pool = concurrent.futures.ThreadPoolExecutor(2)
    _pools.append(pool)
    pool.submit(time.sleep, 0.1)
    pool.submit(late, trigger, destination)


_pools: list[concurrent.futures.Executor] = []


def late(trigger: Trigger, destination: str) -> None:
    """Post after a while that is longer than what the tests wait for daemons."""
    time.sleep(1.2)
    well_behaved(trigger, destination)


_held: list[threading.Event] = []


def _hold() -> None:
    event = threading.Event()
    _held.append(event)
    event.wait(20)


def release() -> None:
    """Let what hangs go on."""
    while _held:
        _held.pop().set()
    while _pools:
        _pools.pop().shutdown()


def with_a_busy_thread(trigger: Trigger, destination: str) -> None:
    """Leave a thread at work."""
    threading.Thread(target=_hold, name="busy").start()


def hanging(trigger: Trigger, destination: str) -> None:
    """Don't return."""
    _hold()


def noting_its_thread(trigger: Trigger, destination: str) -> None:
    """Note the thread that it is called in."""
    threads_seen.append(threading.get_ident())


async def coroutine(trigger: Trigger, destination: str) -> None:
    """Be no plain function."""


def generator(trigger: Trigger, destination: str) -> Iterator[None]:
    """Be no plain function."""
    yield


def of_one_argument(trigger: Trigger) -> None:
    """Take too little."""
