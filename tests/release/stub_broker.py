"""A server on a real socket that answers what a test tells it to, byte by byte."""

from __future__ import annotations

import json
import socket
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field


def http(status: str, body: str = "", content_type: str = "application/hal+json", *extra: str) -> bytes:
    """Return one whole HTTP answer."""
    payload = body.encode()
    lines = [f"HTTP/1.1 {status}", f"Content-Length: {len(payload)}", "Connection: close", *extra]
    if content_type:
        lines.append(f"Content-Type: {content_type}")
    return "\r\n".join([*lines, "", ""]).encode() + payload


@dataclass
class Stub:
    """What the server was asked and what it answers.

    Attributes:
        answers: the answer to each request in turn, the last one for ever; b"" closes without a word, None never
            answers.
        requests: the head of each request, as text.
    """

    url: str
    answers: list[bytes | None]
    requests: list[str] = field(default_factory=list)

    def paths(self) -> list[str]:
        """Return "METHOD path" of each request."""
        return [" ".join(head.split(" ")[:2]) for head in self.requests]


@contextmanager
def stub_broker(*answers: bytes | None) -> Iterator[Stub]:
    """Serve `answers` on a loopback port that the system chose, one connection a request."""
    with socket.create_server(("127.0.0.1", 0)) as listener:
        listener.settimeout(0.05)
        stub = Stub(f"http://127.0.0.1:{listener.getsockname()[1]}", list(answers))
        stopping = threading.Event()
        thread = threading.Thread(target=_serve, args=(listener, stub, stopping), daemon=True)
        thread.start()
        try:
            yield stub
        finally:
            stopping.set()
            thread.join(timeout=10)
            assert not thread.is_alive()


def _serve(listener: socket.socket, stub: Stub, stopping: threading.Event) -> None:
    kept: list[socket.socket] = []
    while not stopping.is_set():
        try:
            connection, _ = listener.accept()
        except TimeoutError:
            continue
        stub.requests.append(_request(connection))
        answer = stub.answers.pop(0) if len(stub.answers) > 1 else stub.answers[0]
        if answer is None:
            kept.append(connection)
            continue
        with connection:
            connection.sendall(answer)
    for connection in kept:
        connection.close()


def _request(connection: socket.socket) -> str:
    connection.settimeout(5)
    received = b""
    while b"\r\n\r\n" not in received:
        chunk = connection.recv(65536)
        if not chunk:
            return received.decode()
        received += chunk
    head, _, body = received.partition(b"\r\n\r\n")
    length = next((int(h.split(b":")[1]) for h in head.split(b"\r\n") if h.lower().startswith(b"content-length")), 0)
    while len(body) < length:
        body += connection.recv(65536)
    return (head + b"\r\n\r\n" + body).decode()


def index(base: str) -> str:
    """Return a small index whose links lead to `base`."""
    return json.dumps({"_links": {"self": {"href": base}, "pb:environments": {"href": f"{base}/environments"}}})
