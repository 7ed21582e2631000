"""One sender's connection: HTTP/1.1 requests read and answered, framed by h11 as RFC 9112 says."""

from __future__ import annotations

import re
import select
import socket
import time
from collections.abc import Sequence
from dataclasses import dataclass

import h11

from contracts.model.emission import recorded_address
from contracts.model.printable import printable

MAX_BODY = 64 * 1024 * 1024
"""The largest body that is taken, in bytes."""

_MAX_HEAD = 64 * 1024
_FIELD = re.compile(rb"[!#$%&'*+.^_`|~0-9A-Za-z-]+:[^\0\r]*")
_WORD = re.compile(rb"[^:\s]*")


class RequestRefusedError(ValueError):
    """A request that can't be taken; the message says why, `status` is what the sender is told."""

    def __init__(self, status: int, why: str) -> None:
        super().__init__(why)
        self.status = status


@dataclass(frozen=True, slots=True)
class Request:
    """One request as it came.

    Attributes:
        headers: by lower-case name; what came several times is joined, as RFC 9110, section 5.3 says.
        body: its bytes, without the framing; a compressed one stays compressed.
    """

    method: str
    target: str
    headers: dict[str, str]
    body: bytes


class HttpConnection:
    """Reads the requests of one connection, one after the other, and answers each.

    Args:
        connection: the socket; its timeout is how long a sender may say nothing.
        whole: seconds within which a request that has begun has to be whole.
    """

    def __init__(self, connection: socket.socket, whole: float) -> None:
        self.is_open = True
        self.given_up = False
        """Somebody else needs the place of this connection: its reading was ended, and not by the sender."""
        self._connection = connection
        self._patience = connection.gettimeout()
        self._whole = whole
        self._deadline = 0.0
        self._pending = b""
        self._head = bytearray()
        self._protocol = h11.Connection(h11.SERVER, max_incomplete_event_size=_MAX_HEAD)

    def wait_for_data(self) -> bool:
        """Wait until the sender has said something; False where it says nothing for too long.

        Nothing is read: until somebody does, the data can be seen to lie there.
        """
        return bool(self._pending) or self._has_data(self._patience)

    def begin(self) -> bool:
        """Read what lies there; False where no request begins with it, so that there is nothing to answer yet.

        Empty lines before a request are passed over (RFC 9112, section 2.2). `is_open` is False once the sender has
        ended the connection.
        """
        self._pending = self._pending.lstrip(b"\r\n")
        while not self._pending and self._has_data(0):
            try:
                data = self._connection.recv(65536)
            except OSError:
                data = b""
            if not data:
                self.is_open = False
                return False
            self._pending = data.lstrip(b"\r\n")
        return bool(self._pending)

    def _has_data(self, seconds: float | None) -> bool:
        waiting = select.poll()
        waiting.register(self._connection, select.POLLIN)
        return bool(waiting.poll(None if seconds is None else seconds * 1000))

    def read_request(self) -> Request:
        """Read the request that has begun.

        Raises:
            RequestRefusedError: it is none, it can't be framed, it is too large, or it ends too early.
        """
        self._deadline = time.monotonic() + self._whole
        # A parser a request: what follows it in the same packet is looked at for empty lines first.
        self._protocol = h11.Connection(h11.SERVER, max_incomplete_event_size=_MAX_HEAD)
        self._head = bytearray(self._pending)
        self._protocol.receive_data(self._pending)
        head = self._next("its header", 0)
        assert isinstance(head, h11.Request)  # noqa: S101 - h11's own promise of what comes first
        if head.http_version not in (b"1.0", b"1.1"):
            version = head.http_version.decode("ascii").removesuffix(".0")
            raise RequestRefusedError(505, f"it is HTTP/{version}: the sink speaks HTTP/1.1")
        self._head.clear()
        method, target = head.method.decode("ascii"), head.target.decode("latin-1")
        try:
            length = _announced(head)
            body = self._body(length)
        except RequestRefusedError as error:
            raise RequestRefusedError(
                error.status, f"{method} {printable(recorded_address(target))}: {error}"
            ) from None
        self._pending = bytes(self._protocol.trailing_data[0])
        return Request(method, target, _joined(head.headers), body)

    def answer(self, status: int, headers: Sequence[tuple[str, str]] = ()) -> bool:
        """Answer the request without a body.

        Returns:
            Whether the connection goes on: the sender neither wants it closed nor has gone.
        """
        named = [("Server", "contracts-sink"), *headers]
        if status not in (204, 304):
            named.append(("Content-Length", "0"))
        response = h11.Response(status_code=status, headers=named, reason=_reason(status))
        try:
            self._send(response)
            self._send(h11.EndOfMessage())
        except (OSError, h11.LocalProtocolError):
            # The sender didn't wait, as WordPress doesn't with `blocking => false`; its message is recorded.
            return False
        return self._protocol.our_state is h11.DONE

    def refuse(self, status: int) -> None:
        """Answer what couldn't be taken, and end the connection so that the answer arrives."""
        self.answer(status, [("Connection", "close")])
        try:
            self._connection.shutdown(socket.SHUT_WR)
            self._connection.settimeout(0.2)
            # What the sender still sends would be answered by a reset, which can overtake the answer.
            for _ in range(64):
                if not self._connection.recv(65536):
                    return
        except OSError:
            return

    def _body(self, length: int | None) -> bytes:
        body = bytearray()
        while True:
            event = self._next("its body", len(body), length)
            if isinstance(event, h11.EndOfMessage):
                return bytes(body)
            if isinstance(event, h11.Data):
                body += event.data
                if len(body) > MAX_BODY:
                    raise RequestRefusedError(413, f"its body is larger than {MAX_BODY} bytes")

    def _next(self, part: str, came: int, length: int | None = None) -> h11.Event:
        """Return the next event, and receive as much as it takes."""
        while True:
            try:
                event = self._protocol.next_event()
            except h11.RemoteProtocolError as error:
                raise RequestRefusedError(error.error_status_hint, self._why(error)) from None
            if isinstance(event, h11.Event):
                return event
            if self._protocol.they_are_waiting_for_100_continue:
                self._send(h11.InformationalResponse(status_code=100, headers=[], reason="Continue"))
            self._receive(part, came, length)

    def _receive(self, part: str, came: int, length: int | None) -> None:
        so_far = f"after {came} of {length} bytes" if length is not None else f"in {part}, after {came} bytes"
        if part == "its header":
            so_far = "in the middle of its header"
        data = self._received(so_far)
        if not data and self.given_up:
            raise RequestRefusedError(408, f"others waited for its connection, and nothing ended it {so_far}")
        if not data:
            raise RequestRefusedError(400, f"the connection ended {so_far}")
        if part == "its header":
            self._head += data
        self._protocol.receive_data(data)

    def _received(self, so_far: str) -> bytes:
        """Return what comes next, nothing where the connection has ended; each drop is a sign of life, up to a time."""
        left = self._deadline - time.monotonic()
        try:
            self._connection.settimeout(max(0.001, left if self._patience is None else min(left, self._patience)))
            return self._connection.recv(65536)
        except TimeoutError:
            if time.monotonic() >= self._deadline:
                raise RequestRefusedError(408, f"it wasn't whole within {self._whole:g} s {so_far}") from None
            raise RequestRefusedError(408, f"nothing came for {self._patience:g} s {so_far}") from None
        except OSError:
            return b""

    def _send(self, event: h11.Event) -> None:
        data = self._protocol.send(event)
        self._connection.settimeout(self._patience)
        if data:
            self._connection.sendall(data)

    def _why(self, error: h11.RemoteProtocolError) -> str:
        """Say what is wrong; of a header no value is said, it may be a secret."""
        head = bytes(self._head)
        if head.startswith(b"\x16\x03"):
            return "it is TLS: the sink speaks plain HTTP, so send to http://, not https://"
        if error.error_status_hint == 431:
            return f"its header is longer than {_MAX_HEAD} bytes"
        text = str(error).partition(": bytearray")[0]
        if "header line" not in text and "header value" not in text:
            return f"{text[:1].lower()}{text[1:]}"
        for number, line in enumerate(head.split(b"\n")[1:], 2):
            if line.rstrip(b"\r") and not _FIELD.fullmatch(line.rstrip(b"\r")) and not line.startswith((b" ", b"\t")):
                word = _WORD.match(line)
                named = printable((word[0] if word else b"")[:60].decode("latin-1"))
                return f"line {number} of its header, {named!r}…, is no `Name: value`"
        return "a line of its header is no `Name: value`"


def _announced(head: h11.Request) -> int | None:
    """Return the length that is announced, None for chunks.

    Raises:
        RequestRefusedError: two framings contradict each other, or it is too large.
    """
    found = dict(head.headers)
    if b"transfer-encoding" in found:
        if b"content-length" in found:
            raise RequestRefusedError(400, "it has both a Content-Length and a Transfer-Encoding")
        if head.http_version < b"1.1":
            raise RequestRefusedError(400, "it has a Transfer-Encoding, which HTTP/1.0 hasn't")
        return None
    length = int(found.get(b"content-length", b"0"))
    if length > MAX_BODY:
        raise RequestRefusedError(413, f"its body of {length} bytes is larger than {MAX_BODY}")
    return length


def _joined(headers: Sequence[tuple[bytes, bytes]]) -> dict[str, str]:
    joined: dict[str, str] = {}
    for raw_name, raw_value in headers:
        name, value = raw_name.decode("ascii"), raw_value.decode("latin-1")
        joined[name] = f"{joined[name]}, {value}" if name in joined else value
    return joined


def _reason(status: int) -> str:
    from http import HTTPStatus

    try:
        return HTTPStatus(status).phrase
    except ValueError:
        return ""
