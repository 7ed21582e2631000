"""What is known of one sender's connection while it lasts: what it does at the moment, and since when."""

from __future__ import annotations

import socket
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress

from contracts.emitters.parts.http_connection import HttpConnection
from contracts.model.connections import ConnectionLimits


class _Request:
    """A request, from its first byte to its answer."""


class Conversation:
    """One connection, as `contracts.model.connections.Keeper` looks at it.

    Args:
        connection: the socket.
        limits: how long it may bring nothing.
    """

    def __init__(self, connection: socket.socket, limits: ConnectionLimits) -> None:
        connection.settimeout(limits.idle)
        self.http = HttpConnection(connection, limits.request)
        self.requests: list[object] = []
        self.request: object | None = None
        self.last_activity = time.monotonic()
        self.will_close = False
        self._connection = connection

    @contextmanager
    def arriving(self) -> Iterator[None]:
        """A request is read in the block; afterwards it is answered, until `rest`."""
        self.request = _Request()
        try:
            yield
        finally:
            self.requests = [self.request]
            self.request = None

    def rest(self) -> None:
        """The request has been answered."""
        self.last_activity = time.monotonic()
        self.requests = []

    def end_where_marked(self) -> None:
        """Where it is marked as to be closed, end its reading; what has come before that is still read."""
        if self.will_close and not self.http.given_up:
            self.http.given_up = True
            with suppress(OSError):
                self._connection.shutdown(socket.SHUT_RD)
