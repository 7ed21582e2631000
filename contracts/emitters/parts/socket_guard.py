"""Keeps an emitter that runs in this process off the network, and remembers where it wanted to go.

`responses` sees what goes through `requests` and nothing else: urllib, http.client, an adapter of the emitter's own
and threads that outlive a call would really connect. A guard follows the emitter's threads by who started
them, so that the rest of the process keeps its connections. Other processes are out of its reach.

Functions of the standard library are patched once, however many guards there are, and restored when the last
guard has gone: guards may end in any order.
"""

from __future__ import annotations

import concurrent.futures.thread
import errno
import socket
import sys
import threading
import time
from collections.abc import Callable, Iterable
from contextlib import ExitStack
from ipaddress import ip_address
from typing import Any

_NETWORKS = (socket.AF_INET, socket.AF_INET6)
_LOCAL_NAMES = (None, "", "localhost", b"", b"localhost")
_POOL_FILE = concurrent.futures.thread.__file__

_lock = threading.Lock()
_guards: list[SocketGuard] = []
_patches = ExitStack()


class SocketGuard:
    """A guard over an emitter's threads.

    Args:
        allowed: hosts, or `host:port`, that the emitter may connect to, such as its database.
    """

    def __init__(self, allowed: Iterable[str] = ()) -> None:
        self._allowed = set(allowed)
        self._threads: frozenset[threading.Thread] = frozenset()
        self._daemons: frozenset[threading.Thread] = frozenset()
        self._given_up: frozenset[threading.Thread] = frozenset()
        self._refused: list[str] = []
        self._closed = False

    @property
    def watches_this_thread(self) -> bool:
        """Is the current thread one of the emitter's?"""
        return threading.current_thread() in self._threads

    @property
    def is_needed(self) -> bool:
        """Is it open, or is a thread of the emitter still alive, which then stays off the network?"""
        return not self._closed or any(thread.is_alive() for thread in self._threads)

    def watch(self, thread: threading.Thread) -> None:
        """Count `thread`, which hasn't started yet, and every thread that it starts among the emitter's."""
        with _lock:
            self._threads = frozenset(t for t in self._threads if t.ident is None or t.is_alive()) | {thread}

    def watch_child(self, thread: threading.Thread) -> None:
        """Watch a thread that the emitter starts; none of them may keep the process from ending."""
        self.watch(thread)
        if thread.daemon:
            self._daemons |= {thread}
        thread.daemon = True

    def refused(self) -> tuple[str, ...]:
        """Return where the emitter wanted to connect since the last call, each place once."""
        places, self._refused = tuple(dict.fromkeys(self._refused)), []
        return places

    def install(self) -> None:
        """Start guarding the watched threads."""
        with _lock:
            _drop_those_that_are_not_needed()
            if not _guards:
                _patch()
            _guards.append(self)

    def uninstall(self) -> None:
        """Stop guarding, as soon as no thread of the emitter is alive."""
        self._closed = True
        with _lock:
            _drop_those_that_are_not_needed()

    def join(
        self, workers: Iterable[threading.Thread], *, settle: float, timeout: float, last: Callable[[], float]
    ) -> tuple[str, ...]:
        """Wait for the threads that the emitter started.

        A thread that isn't a daemon is waited for; a daemon, and an idle thread of a pool, only until nothing
        was sent for `settle` seconds.

        Args:
            workers: threads that aren't waited for.
            settle: seconds.
            timeout: seconds that are waited at most.
            last: the moment of the last delivery, by `time.monotonic`.

        Returns:
            The names of the threads that were still at work after `timeout`; they aren't waited for again.
        """
        began = time.monotonic()
        ours = frozenset(workers)
        while True:
            alive = [thread for thread in self._threads - ours - self._given_up if thread.is_alive()]
            at_work = [thread for thread in alive if thread not in self._daemons and not _is_idle(thread)]
            now = time.monotonic()
            if not alive or (not at_work and now - max(began, last()) >= settle):
                return ()
            if now - began >= timeout:
                self._given_up |= frozenset(at_work)
                return tuple(sorted(thread.name for thread in at_work))
            (at_work or alive)[0].join(0.01)

    def reaches_out(self, connection: socket.socket, address: Any) -> bool:
        """Would the connection leave this process for a place that isn't allowed?"""
        if connection.family not in _NETWORKS or not isinstance(address, tuple):
            return False
        return not self.permits(*address[:2])

    def permits(self, host: Any, port: Any) -> bool:
        """May the emitter connect there?"""
        name = host.decode("ascii", "replace") if isinstance(host, bytes) else host
        return name in self._allowed or f"{name}:{port}" in self._allowed

    def refuse(self, address: Any) -> str:
        """Remember that the emitter wanted to go to `address`, and return what it is told."""
        place = ":".join(str(part) for part in address[:2]) if isinstance(address, tuple) else str(address)
        self._refused.append(place)
        return f"the emitter may not connect to {place} while it is verified"

    def allow(self, found: Iterable[Any]) -> None:
        """Allow the addresses that the name of an allowed host was found to have."""
        self._allowed.update(f"{entry[4][0]}:{entry[4][1]}" for entry in found)


def _guard() -> SocketGuard | None:
    return next((guard for guard in tuple(_guards) if guard.watches_this_thread), None)


def _drop_those_that_are_not_needed() -> None:
    was_patched = bool(_guards)
    _guards[:] = [guard for guard in _guards if guard.is_needed]
    if was_patched and not _guards:
        _patches.close()


def _patch() -> None:
    # Costs as much as a whole command's start: only the emitter that is called in this process needs it.
    from unittest.mock import patch

    for owner, name, wrap in (
        (threading.Thread, "start", _following),
        (socket.socket, "connect", _connecting),
        (socket.socket, "connect_ex", _connecting_ex),
        (socket.socket, "sendto", _sending),
        (socket, "getaddrinfo", _looking_up),
        (socket, "gethostbyname", _naming),
    ):
        _patches.enter_context(patch.object(owner, name, wrap(getattr(owner, name))))


def _following(original: Callable[..., None]) -> Callable[..., None]:
    def start(thread: threading.Thread) -> None:
        if (guard := _guard()) and thread.ident is None:
            guard.watch_child(thread)
        original(thread)

    return start


def _connecting(original: Callable[..., None]) -> Callable[..., None]:
    def connect(connection: socket.socket, address: Any) -> None:
        if (guard := _guard()) and guard.reaches_out(connection, address):
            raise ConnectionRefusedError(errno.ECONNREFUSED, guard.refuse(address))
        original(connection, address)

    return connect


def _connecting_ex(original: Callable[..., int]) -> Callable[..., int]:
    def connect_ex(connection: socket.socket, address: Any) -> int:
        if (guard := _guard()) and guard.reaches_out(connection, address):
            guard.refuse(address)
            return errno.ECONNREFUSED
        return original(connection, address)

    return connect_ex


def _sending(original: Callable[..., int]) -> Callable[..., int]:
    def sendto(connection: socket.socket, data: Any, *flags_and_address: Any) -> int:
        address = flags_and_address[-1] if flags_and_address else None
        if (guard := _guard()) and guard.reaches_out(connection, address):
            raise ConnectionRefusedError(errno.ECONNREFUSED, guard.refuse(address))
        return original(connection, data, *flags_and_address)

    return sendto


def _looking_up(original: Callable[..., Any]) -> Callable[..., Any]:
    def getaddrinfo(host: Any, port: Any, *args: Any, **kwargs: Any) -> Any:
        guard = _guard()
        permitted = guard is None or guard.permits(host, port)
        if guard and not permitted and not _is_local(host):
            raise socket.gaierror(socket.EAI_NONAME, guard.refuse((host, port) if port else host))
        found = original(host, port, *args, **kwargs)
        if guard and permitted:
            guard.allow(found)
        return found

    return getaddrinfo


def _naming(original: Callable[..., str]) -> Callable[..., str]:
    def gethostbyname(host: Any) -> str:
        if (guard := _guard()) and not guard.permits(host, None) and not _is_local(host):
            raise socket.gaierror(socket.EAI_NONAME, guard.refuse(host))
        return original(host)

    return gethostbyname


def _is_idle(thread: threading.Thread) -> bool:
    """Is it a thread of a pool that waits for work? Then the pool's own function is the innermost one."""
    frame = sys._current_frames().get(thread.ident or 0)
    return frame is not None and (frame.f_code.co_filename, frame.f_code.co_name) == (_POOL_FILE, "_worker")


def _is_local(host: Any) -> bool:
    """Is nobody asked for it: this machine, or an address? Connecting to it is another matter."""
    if host in _LOCAL_NAMES:
        return True
    try:
        ip_address(host.decode("ascii", "replace") if isinstance(host, bytes) else str(host).partition("%")[0])
    except ValueError:
        return False
    return True
