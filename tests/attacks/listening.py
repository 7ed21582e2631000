"""A server of raw bytes on a loopback port, a thread a connection."""

from __future__ import annotations

import contextlib
import socket
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager

Serve = Callable[[socket.socket, threading.Event], None]
"""Deals with one connection until the event says that it is over."""


@contextmanager
def listening(serve: Serve) -> Iterator[str]:
    """Serve while the block runs; yields the address."""
    with socket.create_server(("127.0.0.1", 0), backlog=50) as listener:
        stopping = threading.Event()
        thread = threading.Thread(target=_accept, args=(listener, serve, stopping), daemon=True)
        thread.start()
        try:
            yield f"http://127.0.0.1:{listener.getsockname()[1]}"
        finally:
            stopping.set()
            # What waits for a connection is woken by one.
            with contextlib.suppress(OSError):
                socket.create_connection(listener.getsockname(), timeout=1).close()
            thread.join(timeout=10)


def _accept(listener: socket.socket, serve: Serve, stopping: threading.Event) -> None:
    while not stopping.is_set():
        connection, _ = listener.accept()
        threading.Thread(target=serve, args=(connection, stopping), daemon=True).start()
