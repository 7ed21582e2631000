"""Emitters that the tests of `--python` call: some well behaved, some not."""

from __future__ import annotations

import asyncio
import concurrent.futures
import contextlib
import http.client
import json
import multiprocessing
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

import aiohttp
import httpx
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


def by_requests(trigger: Trigger, destination: str) -> None:
    """Send with requests."""
    requests.post(destination, data=trigger.model_dump_json(), timeout=5)


def by_urllib(trigger: Trigger, destination: str) -> None:
    """Send with urllib, and swallow what comes of it."""
    body = trigger.model_dump_json().encode()
    with contextlib.suppress(OSError):
        urllib.request.urlopen(destination, data=body, timeout=5)  # noqa: S310 - the toolkit's own URL


def by_urllib3(trigger: Trigger, destination: str) -> None:
    """Send with urllib3."""
    with contextlib.suppress(urllib3.exceptions.HTTPError):
        urllib3.PoolManager(retries=False).request("POST", destination, body=trigger.model_dump_json(), timeout=5)


def by_http_client(trigger: Trigger, destination: str) -> None:
    """Send with http.client, and wait for no answer."""
    with contextlib.suppress(OSError):
        connection = http.client.HTTPConnection(urlsplit(destination).netloc, timeout=5)
        connection.request("POST", "/events", trigger.model_dump_json())
        connection.close()


def by_httpx(trigger: Trigger, destination: str) -> None:
    """Send with httpx."""
    with contextlib.suppress(httpx.HTTPError):
        httpx.post(destination, content=trigger.model_dump_json(), timeout=5)


async def by_httpx_async(trigger: Trigger, destination: str) -> None:
    """Send with httpx's asynchronous client."""
    async with httpx.AsyncClient() as client:
        await client.post(destination, content=trigger.model_dump_json(), timeout=5)


class ByAiohttp:
    """Send with one session of aiohttp, which is bound to its event loop."""

    session: aiohttp.ClientSession | None = None

    async def __call__(self, trigger: Trigger, destination: str) -> None:
        """Send, and close the session with the second fact."""
        self.session = self.session or aiohttp.ClientSession()
        async with self.session.post(destination, data=trigger.model_dump_json().encode()):
            pass
        if trigger.fact["client_id"] == "c2":
            await self.session.close()
            self.session = None


by_aiohttp = ByAiohttp()


def by_a_loop_of_its_own(trigger: Trigger, destination: str) -> None:
    """Send from an event loop that the emitter runs."""
    asyncio.run(by_httpx_async(trigger, destination))


async def by_a_task_left_behind(trigger: Trigger, destination: str) -> None:
    """Return before the task has sent."""
    tasks.append(asyncio.create_task(_soon(trigger, destination)))


tasks: list[asyncio.Task[None]] = []


async def _soon(trigger: Trigger, destination: str) -> None:
    await asyncio.sleep(0.05)
    await by_httpx_async(trigger, destination)


def by_a_program(trigger: Trigger, destination: str) -> None:
    """Send from a program that is left running."""
    code = "import sys, time, urllib.request as r; time.sleep(0.5); r.urlopen(sys.argv[1], sys.argv[2].encode(), 5)"
    _programs.append(subprocess.Popen([sys.executable, "-c", code, destination, trigger.model_dump_json()]))


_programs: list[subprocess.Popen[bytes]] = []


def by_a_fork(trigger: Trigger, destination: str) -> None:
    """Send with requests from a process that is a copy of this one, and that is left running."""
    multiprocessing.get_context("fork").Process(target=by_requests, args=(trigger, destination)).start()


def by_a_process_pool(trigger: Trigger, destination: str) -> None:
    """Send from a process of a pool, whose processes stay."""
    pool = concurrent.futures.ProcessPoolExecutor(1, mp_context=multiprocessing.get_context("fork"))
    _pools.append(pool)
    pool.submit(by_urllib, trigger, destination).result(20)


def away(trigger: Trigger, destination: str) -> None:
    """Send with urllib to a host of the fact's, whatever the destination is."""
    by_urllib(trigger, trigger.fact["url"])


async def away_async(trigger: Trigger, destination: str) -> None:
    """Send with httpx to a host of the fact's, and swallow what comes of it."""
    with contextlib.suppress(httpx.HTTPError):
        await by_httpx_async(trigger, trigger.fact["url"])


def by_own_adapter(trigger: Trigger, destination: str) -> None:
    """Send with requests over an adapter that has a transport of its own."""

    class Own(HTTPAdapter):
        def send(self, request: Any, *_args: Any, **_kwargs: Any) -> Any:
            urllib3.PoolManager(retries=False).request("POST", request.url, body=request.body)

    session = requests.Session()
    session.mount("http://", Own())
    # What it answers is no response of requests.
    with contextlib.suppress(urllib3.exceptions.HTTPError, AttributeError):
        session.post(destination, data=trigger.model_dump_json(), timeout=5)


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
    while _programs:
        _programs.pop().wait(20)


def with_a_busy_thread(trigger: Trigger, destination: str) -> None:
    """Leave a thread at work."""
    threading.Thread(target=_hold, name="busy").start()


def hanging(trigger: Trigger, destination: str) -> None:
    """Don't return."""
    _hold()


def noting_its_thread(trigger: Trigger, destination: str) -> None:
    """Note the thread that it is called in."""
    threads_seen.append(threading.get_ident())


def generator(trigger: Trigger, destination: str) -> Iterator[None]:
    """Be no plain function."""
    yield


def of_one_argument(trigger: Trigger) -> None:
    """Take too little."""
