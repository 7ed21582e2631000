"""An HTTP server that stands for an emitter: what it does is one function."""

from __future__ import annotations

import json
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

Answer = tuple[int, dict[str, str], bytes]


@dataclass
class Provider:
    """A running server and what it was asked.

    Attributes:
        url: where it listens.
        asked: path, headers and document of each request.
    """

    url: str
    asked: list[tuple[str, dict[str, str], Any]] = field(default_factory=list)


@contextmanager
def providing(answer: Callable[[str, Any], Answer]) -> Iterator[Provider]:
    """Run a server whose answer to a path and a document is what `answer` returns."""

    class Handler(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            """Answer."""
            document = json.loads(self.rfile.read(int(self.headers["content-length"])))
            provider.asked.append((self.path, {k.lower(): v for k, v in self.headers.items()}, document))
            status, headers, body = answer(self.path, document)
            self.send_response_only(status)
            for name, value in headers.items():
                self.send_header(name, value)
            self.send_header("Content-Length", str(len(body)))
            # Whoever asked may have given up.
            with suppress(OSError):
                self.end_headers()
                self.wfile.write(body)

        def log_message(self, format: str, *args: Any) -> None:  # noqa: A002 - http.server's signature
            """Say nothing."""

    class Server(ThreadingHTTPServer):
        request_queue_size = 256

    server = Server(("127.0.0.1", 0), Handler)
    provider = Provider(f"http://127.0.0.1:{server.server_port}")
    thread = threading.Thread(target=server.serve_forever, args=(0.02,))
    thread.start()
    try:
        yield provider
    finally:
        server.shutdown()
        server.server_close()
        thread.join()
