"""An HTTP server that takes whatever an emitter sends, as it came, and answers as it is told."""

from __future__ import annotations

import socket
import sys
import threading
from collections.abc import Callable
from datetime import UTC, datetime
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from socketserver import TCPServer
from typing import Any

from contracts.emitters.parts.address import Address
from contracts.emitters.parts.answers import Answer
from contracts.emitters.parts.http_message import RequestRefusedError, joined_headers, read_body
from contracts.errors import MisuseError
from contracts.model.emission import Emission

_IDLE = 30


class Sink:
    """Listens from its construction until `close`.

    Args:
        address: where to listen.
        answer: what to answer to a message with this body; it is asked once a message.
        record: told of each message before it is answered, from several threads.
        complain: told what came and couldn't be taken.

    Raises:
        MisuseError: nobody can listen there.
    """

    def __init__(
        self,
        address: Address,
        *,
        answer: Callable[[bytes], Answer],
        record: Callable[[Emission], None],
        complain: Callable[[str], None],
    ) -> None:
        self.answer = answer
        self.record = record
        self.complain = complain
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
        """Is a request under way?"""
        return self._server.under_way > 0

    def close(self) -> None:
        """Stop listening, let the answers under way go out, and end every connection and thread."""
        self.closing.set()
        self._server.shutdown()
        self._server.hang_up()
        self._server.server_close()
        self._thread.join()


class _Server(ThreadingHTTPServer):
    daemon_threads = False  # so that `server_close` waits for them
    request_queue_size = 128

    def __init__(self, sink: Sink, address: Address) -> None:
        self.sink = sink
        self.under_way = 0
        self.lock = threading.Lock()
        self.connections: set[socket.socket] = set()
        self.address_family = socket.AF_INET6 if ":" in address.host else socket.AF_INET
        super().__init__((address.host, address.port), _Handler)

    def server_bind(self) -> None:
        # http.server would ask a name server for this machine's name.
        TCPServer.server_bind(self)
        self.server_name, self.server_port = str(self.server_address[0]), int(self.server_address[1])

    def handle_error(self, request: Any, client_address: Any) -> None:  # noqa: ARG002 - socketserver's signature
        error = sys.exc_info()[1]
        # A sender that goes away between messages, or without waiting for the answer, does nothing wrong.
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


class _Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    server_version = "contracts-sink"
    sys_version = ""
    timeout = _IDLE
    disable_nagle_algorithm = True
    server: _Server

    def setup(self) -> None:
        super().setup()
        with self.server.lock:
            self.server.connections.add(self.connection)
        if self.server.sink.closing.is_set():
            self.close_connection = True

    def finish(self) -> None:
        with self.server.lock:
            self.server.connections.discard(self.connection)
        try:
            super().finish()
        except OSError:
            # The sender has gone; what it sent is recorded.
            return

    def log_message(self, format: str, *args: Any) -> None:  # noqa: A002 - http.server's signature
        """Say nothing: what matters goes to `complain`."""

    def send_error(self, code: int, message: str | None = None, explain: str | None = None) -> None:  # noqa: ARG002 - http.server's signature
        """Answer what is no HTTP request, or none that is taken, and report it."""
        self.server.sink.complain(f"a request couldn't be taken: {code} {message or ''}".strip())
        # Without a version that can be read http.server would leave the status line away.
        self.request_version = self.protocol_version
        self.close_connection = True
        self._send(code)

    def do_GET(self) -> None:
        """Answer that it listens; nothing is recorded."""
        self._send(200)

    do_HEAD = do_GET  # noqa: N815 - http.server's names

    def do_POST(self) -> None:
        """Record a message and answer it."""
        with self.server.lock:
            self.server.under_way += 1
        try:
            self._take()
        finally:
            with self.server.lock:
                self.server.under_way -= 1

    do_PUT = do_PATCH = do_DELETE = do_POST  # noqa: N815 - as above

    def _take(self) -> None:
        sink = self.server.sink
        try:
            headers = joined_headers(self.headers.items())
            body = read_body(
                self.rfile, self.headers.get_all("transfer-encoding"), self.headers.get_all("content-length")
            )
        except RequestRefusedError as error:
            sink.complain(f"{self.command} {self.path} couldn't be taken: {error}")
            self.close_connection = True
            self._send(error.status)
            return
        answer = sink.answer(body)
        sink.record(
            Emission(
                headers=headers,
                body=body,
                method=self.command,
                url=sink.url + self.path if self.path.startswith("/") else self.path,
                at=datetime.now(UTC).isoformat(),
                response=answer.response,
            )
        )
        sink.closing.wait(answer.delay) if answer.delay else None
        if answer.status is None:
            self.close_connection = True
        else:
            self._send(answer.status)

    def _send(self, status: int) -> None:
        self.send_response(status)
        if status not in (204, 304):
            self.send_header("Content-Length", "0")
        if self.close_connection:
            self.send_header("Connection", "close")
        try:
            self.end_headers()
        except OSError:
            # The sender didn't wait, as WordPress doesn't with `blocking => false`; its message is recorded.
            self.close_connection = True
