"""An HTTP server that takes whatever an emitter sends, as it came, and answers as it is told."""

from __future__ import annotations

import errno
import os
import select
import socket
import sys
import threading
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import replace
from datetime import UTC, datetime
from socketserver import BaseRequestHandler, ThreadingTCPServer
from typing import Any

from contracts.emitters.parts.address import Address
from contracts.emitters.parts.answers import SinkAnswer
from contracts.emitters.parts.conversation import Conversation
from contracts.emitters.parts.http_connection import HttpConnection, Request, RequestRefusedError
from contracts.emitters.parts.questions import answer_to_question, permission
from contracts.errors import MisuseError
from contracts.model.connections import ConnectionLimits, Keeper, room_for
from contracts.model.emission import Emission
from contracts.model.hosts import KnownHosts

SINK_LIMITS = ConnectionLimits(most=500, idle=30)
"""Each connection takes a thread."""
_FULL = 0.02
"""Seconds between two looks for a free place where all are taken."""
_MESSAGES = ("POST", "PUT", "PATCH", "DELETE")


class Sink:
    """Listens from its construction until `close`.

    Args:
        address: where to listen.
        answer: what to answer to a message with this body; it is asked once a message.
        record: told of each message before it is answered, from several threads.
        complain: told what came and couldn't be taken.
        hosts: the names under which it takes messages, and the origins of the pages that may send; None takes all.
        limits: how many connections there may be, and how long one may bring nothing.

    Raises:
        MisuseError: nobody can listen there.
    """

    def __init__(
        self,
        address: Address,
        *,
        answer: Callable[[bytes], SinkAnswer],
        record: Callable[[Emission], None],
        complain: Callable[[str], None],
        hosts: KnownHosts | None = None,
        limits: ConnectionLimits = SINK_LIMITS,
    ) -> None:
        self.answer = answer
        self.record = record
        self.complain = complain
        self.hosts = hosts
        self.limits = limits
        self.closing = threading.Event()
        try:
            self._server = _Server(self, address)
        except (OSError, OverflowError) as error:
            raise MisuseError(
                f"nobody can listen at {address.host}:{address.port}: {getattr(error, 'strerror', None) or error}",
                next_step="end what listens there, or choose another port; 0 takes any that is free",
            ) from None
        self._thread = threading.Thread(target=self._server.serve_forever, args=(0.05,), name="sink", daemon=True)
        self._thread.start()

    @property
    def url(self) -> str:
        """Where messages can be sent to."""
        host, port = self._server.server_address[:2]
        shown = str(host)
        return f"http://[{shown}]:{port}" if ":" in shown else f"http://{shown}:{port}"

    @property
    def is_busy(self) -> bool:
        """Is anything on its way: a connection that wasn't taken yet, bytes that weren't read, an answer that is owed?

        What a sender had handed to this machine's network when this is False has been recorded.
        """
        return self._server.has_unread() or self._server.under_way > 0

    def close(self) -> None:
        """Stop listening, let the answers under way go out, and end every connection and thread."""
        self.closing.set()
        self._server.shutdown()
        self._server.hang_up()
        self._server.server_close()
        self._thread.join()


class _Server(ThreadingTCPServer):
    daemon_threads = False  # so that `server_close` waits for them
    allow_reuse_address = True
    request_queue_size = 1024

    def __init__(self, sink: Sink, address: Address) -> None:
        self.sink = sink
        self.under_way = 0
        self.lock = threading.Lock()
        self.limits = replace(sink.limits, most=room_for(sink.limits.most))
        self.connections: dict[socket.socket, Conversation] = {}
        self.keeper = Keeper(self.limits)
        self.looked = time.monotonic()
        self.address_family = socket.AF_INET6 if ":" in address.host else socket.AF_INET
        super().__init__((address.host, address.port), _Handler)

    def get_request(self) -> tuple[socket.socket, Any]:
        """Take a connection; there is no moment in which it is neither waiting nor known.

        Raises:
            OSError: every place is taken; it waits until one is free.
        """
        with self.lock:
            if len(self.connections) < self.limits.most:
                connection, address = super().get_request()
                self.connections[connection] = Conversation(connection, self.limits)
                return connection, address
        # The caller asks again at once.
        time.sleep(_FULL)
        raise OSError(errno.EAGAIN, os.strerror(errno.EAGAIN))

    def service_actions(self) -> None:
        """End the connections that keep a place and bring nothing; called after each one that came, and in between."""
        now = time.monotonic()
        with self.lock:
            if now - self.looked < (_FULL if len(self.connections) >= self.limits.short else 1):
                return
            self.looked = now
            self.keeper.end(self.connections.values(), now)
            for conversation in self.connections.values():
                conversation.end_where_marked()

    def shutdown_request(self, request: Any) -> None:
        """End a connection."""
        with self.lock:
            self.connections.pop(request, None)
        super().shutdown_request(request)

    def has_unread(self) -> bool:
        """Does a connection wait to be taken, or lie something unread in one?"""
        waiting = select.poll()
        with self.lock:
            for connection in (self.socket, *self.connections):
                waiting.register(connection, select.POLLIN)
            return bool(waiting.poll(0))

    @contextmanager
    def busy(self) -> Iterator[None]:
        """Count a request while it is read and answered."""
        with self.lock:
            self.under_way += 1
        try:
            yield
        finally:
            with self.lock:
                self.under_way -= 1

    def handle_error(self, request: Any, client_address: Any) -> None:  # noqa: ARG002 - socketserver's signature
        """Tell of what this code did wrong; a sender that goes away does nothing wrong."""
        error = sys.exc_info()[1]
        if not isinstance(error, OSError):
            self.sink.complain(f"a defect of the toolkit: {type(error).__name__}: {error}")

    def hang_up(self) -> None:
        """End the reading of every connection; an answer under way still goes out."""
        with self.lock:
            for connection in self.connections:
                try:
                    connection.shutdown(socket.SHUT_RD)
                except OSError:
                    continue


class _Handler(BaseRequestHandler):
    server: _Server
    request: socket.socket

    def setup(self) -> None:
        self.request.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)

    def handle(self) -> None:
        sink, conversation = self.server.sink, self.server.connections[self.request]
        connection = conversation.http
        while connection.is_open and not sink.closing.is_set() and connection.wait_for_data():
            with self.server.busy():
                while connection.begin():
                    if not _serve(sink, conversation):
                        return
                    conversation.rest()


def _serve(sink: Sink, conversation: Conversation) -> bool:
    """Read one request and answer it; False ends the connection."""
    connection = conversation.http
    try:
        with conversation.arriving():
            request = connection.read_request()
    except RequestRefusedError as error:
        sink.complain(f"a request couldn't be taken: {error}")
        connection.refuse(error.status)
        return False
    stranger = _stranger(sink.hosts, request.headers)
    if stranger is not None:
        status, why = stranger
        if request.method in _MESSAGES:
            sink.complain(f"a message wasn't taken: {why}; --allow-host names it, if it is the emitter's")
        connection.refuse(status)
        return False
    if request.method in _MESSAGES:
        return _take(sink, connection, request)
    if request.method in ("GET", "HEAD"):
        return connection.answer(200, permission(request.headers))
    if request.method == "OPTIONS":
        status, headers = answer_to_question(request.headers)
        return connection.answer(status, headers)
    sink.complain(f"a request couldn't be taken: no message comes by {request.method}")
    connection.refuse(501)
    return False


def _stranger(hosts: KnownHosts | None, headers: Mapping[str, str]) -> tuple[int, str] | None:
    """Return the status that refuses a request, and why; None where it may come."""
    if hosts is None:
        return None
    host, origin = headers.get("host"), headers.get("origin")
    if host is not None and not hosts.knows(host):
        return 421, f"it names the host {host!r}, which this sink isn't known by"
    if origin is not None and not hosts.knows_origin(origin):
        return 403, f"it comes from a page of {origin!r}"
    return None


def _take(sink: Sink, connection: HttpConnection, request: Request) -> bool:
    """Record a message and answer it."""
    answer = sink.answer(request.body)
    sink.record(
        Emission(
            headers=request.headers,
            body=request.body,
            method=request.method,
            url=sink.url + request.target if request.target.startswith("/") else request.target,
            at=datetime.now(UTC).isoformat(),
            response=answer.response,
        )
    )
    if answer.delay:
        sink.closing.wait(answer.delay)
    if answer.status is None:
        return False
    retry = [("Retry-After", str(answer.retry_after))] if answer.retry_after is not None else []
    return connection.answer(answer.status, [*retry, *permission(request.headers)]) and not sink.closing.is_set()
