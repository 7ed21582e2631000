"""A receiver of events on a real socket that answers what it is told and keeps what it got."""

from __future__ import annotations

import json
import threading
from collections.abc import Callable
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from types import TracebackType
from typing import Any, Self


@dataclass(frozen=True)
class Message:
    """What one request brought, and what it was answered."""

    headers: dict[str, str]
    body: bytes
    status: int

    @property
    def event(self) -> dict[str, Any]:
        """The body as JSON."""
        parsed: dict[str, Any] = json.loads(self.body)
        return parsed


@dataclass
class Receiver:
    """Listens while it is entered.

    Attributes:
        answer: the status for a body; it may block.
        messages: what came, in order of the answers.
    """

    answer: Callable[[bytes], int] = lambda _body: 202
    messages: list[Message] = field(default_factory=list)
    arrived: threading.Semaphore = field(default_factory=lambda: threading.Semaphore(0))

    def __enter__(self) -> Self:
        receiver = self

        class Handler(BaseHTTPRequestHandler):
            protocol_version = "HTTP/1.1"

            def do_POST(self) -> None:
                body = self.rfile.read(int(self.headers["content-length"]))
                receiver.arrived.release()
                status = receiver.answer(body)
                headers = {name.lower(): value for name, value in self.headers.items()}
                receiver.messages.append(Message(headers, body, status))
                self.send_response(status)
                if 300 <= status < 400:
                    self.send_header("Location", "/elsewhere")
                self.send_header("Content-Length", "0")
                self.end_headers()

            def do_GET(self) -> None:
                # Where a redirected POST arrives: without its body, and welcome.
                self.send_response(200)
                self.send_header("Content-Length", "0")
                self.end_headers()

            def log_message(self, format: str, *args: object) -> None:  # noqa: A002 - the base class names it
                pass

        class Server(ThreadingHTTPServer):
            request_queue_size = 64

            def handle_error(self, request: object, client_address: object) -> None:
                pass  # The tests kill senders in the middle of a request.

        self._server = Server(("127.0.0.1", 0), Handler)
        self._thread = threading.Thread(target=self._server.serve_forever, kwargs={"poll_interval": 0.02})
        self._thread.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, value: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._server.shutdown()
        self._server.server_close()
        self._thread.join(timeout=10)

    @property
    def url(self) -> str:
        """Where to post to."""
        return f"http://127.0.0.1:{self._server.server_port}/events"

    @property
    def accepted(self) -> list[Message]:
        """The messages that were taken."""
        return [message for message in self.messages if 200 <= message.status < 300]


def refuse_first() -> Callable[[bytes], int]:
    """Answer 503 to the first delivery of each body and 202 to the others."""
    seen: set[bytes] = set()
    lock = threading.Lock()

    def answer(body: bytes) -> int:
        with lock:
            if body in seen:
                return 202
            seen.add(body)
            return 503

    return answer
