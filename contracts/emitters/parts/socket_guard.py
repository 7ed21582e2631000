"""Keeps an emitter that runs in this process off the network, and remembers where it wanted to go.

Whatever client it uses, a connection is a socket's. A guard follows the emitter's threads by who started them, so that
the rest of the process keeps its connections; the processes that they start are waited for, and out of its reach
otherwise.

Functions of the standard library are patched once, however many guards there are, and restored when the last
guard has gone: guards may end in any order.
"""

from __future__ import annotations

import concurrent.futures.thread
import errno
import os
import socket
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterable
from contextlib import ExitStack
from dataclasses import dataclass
from ipaddress import ip_address
from multiprocessing.process import BaseProcess
from typing import Any

_NETWORKS = (socket.AF_INET, socket.AF_INET6)
_LOCAL_NAMES = (None, "", "localhost", b"", b"localhost")
_POOL_FILE = concurrent.futures.thread.__file__

_lock = threading.Lock()
_guards: list[SocketGuard] = []
_patches = ExitStack()


@dataclass(frozen=True, eq=False)
class _Program:
    """A program that the emitter runs, seen as a process of Python's is."""

    popen: subprocess.Popen[Any]

    @property
    def name(self) -> str:
        words = self.popen.args
        return str(words if isinstance(words, str | bytes | os.PathLike) else words[0])

    def is_alive(self) -> bool:
        if self.popen.returncode is not None:
            return False
        try:
            # Its exit code is left to whoever waits for it, an event loop perhaps.
            return os.waitid(os.P_PID, self.popen.pid, os.WEXITED | os.WNOHANG | os.WNOWAIT) is None
        except ChildProcessError:
            return False

    def join(self, timeout: float) -> None:
        time.sleep(timeout)


_Process = _Program | BaseProcess
_Task = threading.Thread | _Process


class SocketGuard:
    """A guard over an emitter's threads.

    Args:
        allowed: hosts, or `host:port`, that the emitter may connect to, such as its database.
    """

    def __init__(self, allowed: Iterable[str] = ()) -> None:
        self._allowed = set(allowed)
        self._threads: frozenset[threading.Thread] = frozenset()
        self._daemons: frozenset[_Task] = frozenset()
        self._given_up: frozenset[_Task] = frozenset()
        self._processes: frozenset[_Process] = frozenset()
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
        # A pool's own thread looks after its processes, and has no end of its own.
        if thread.daemon or type(thread).__module__ == "concurrent.futures.process":
            self._daemons |= {thread}
        thread.daemon = True

    def watch_process(self, process: _Process, *, is_daemon: bool = False) -> None:
        """Wait for a process that the emitter has started, as for a thread."""
        self._processes = frozenset(known for known in self._processes if known.is_alive()) | {process}
        if is_daemon:
            self._daemons |= {process}

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
        """Wait for the threads and processes that the emitter started.

        One that isn't a daemon is waited for; a daemon, and an idle thread or a process of a pool, only until nothing
        was sent for `settle` seconds.

        Args:
            workers: threads that aren't waited for.
            settle: seconds.
            timeout: seconds that are waited at most.
            last: the moment of the last delivery, by `time.monotonic`.

        Returns:
            What was still at work after `timeout`, such as "thread 'a'"; it isn't waited for again.
        """
        began = time.monotonic()
        ours = frozenset(workers)
        while True:
            tasks = (self._threads - ours) | self._processes
            alive = [task for task in tasks - self._given_up if task.is_alive()]
            at_work = [task for task in alive if task not in self._daemons and not _is_idle(task)]
            now = time.monotonic()
            if not alive or (not at_work and now - max(began, last()) >= settle):
                return ()
            if now - began >= timeout:
                self._given_up |= frozenset(at_work)
                return tuple(sorted(map(_named, at_work)))
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
        parts = address[:2] if isinstance(address, tuple) else (address,)
        place = ":".join(part.decode("ascii", "replace") if isinstance(part, bytes) else str(part) for part in parts)
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
        (subprocess.Popen, "__init__", _running),
        (BaseProcess, "start", _forking),
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


def _running(original: Callable[..., None]) -> Callable[..., None]:
    def init(process: subprocess.Popen[Any], *args: Any, **kwargs: Any) -> None:
        original(process, *args, **kwargs)
        if guard := _guard():
            guard.watch_process(_Program(process))

    return init


def _forking(original: Callable[..., None]) -> Callable[..., None]:
    def start(process: BaseProcess) -> None:
        # Both are gone once it has started: a pool's process waits for work and has no end of its own.
        is_pools = getattr(getattr(process, "_target", None), "__module__", "").startswith("concurrent.futures")
        original(process)
        if guard := _guard():
            guard.watch_process(process, is_daemon=is_pools or process.daemon)

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


def _named(task: _Task) -> str:
    return f"{'thread' if isinstance(task, threading.Thread) else 'process'} {task.name!r}"


def _is_idle(task: _Task) -> bool:
    """Is it a thread of a pool that waits for work? Then the pool's own function is the innermost one."""
    if not isinstance(task, threading.Thread):
        return False
    frame = sys._current_frames().get(task.ident or 0)
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
