"""Reading one HTTP/1.1 request's headers and body as they came."""

from __future__ import annotations

import re
from typing import Any

MAX_BODY = 64 * 1024 * 1024
"""The largest body that is taken, in bytes."""

_CHUNK_SIZE = re.compile(rb"(?P<size>[0-9A-Fa-f]{1,8})[ \t]*(?:;[^\r\n]*)?\r?\n")


class RequestRefusedError(ValueError):
    """A request that can't be taken; the message says why, `status` is what the sender is told."""

    def __init__(self, status: int, why: str) -> None:
        super().__init__(why)
        self.status = status


def joined_headers(items: list[tuple[str, str]]) -> dict[str, str]:
    """Lower-case the names and join what came several times, as RFC 9110, section 5.3 says."""
    headers: dict[str, str] = {}
    for name, raw in items:
        value = re.sub(r"\r?\n[ \t]+", " ", raw).strip()
        if re.search(r"[\0\r\n]", value):
            raise RequestRefusedError(400, f"the header {name!r} holds a control character")
        key = name.lower()
        headers[key] = f"{headers[key]}, {value}" if key in headers else value
    return headers


def read_body(stream: Any, codings: list[str] | None, lengths: list[str] | None) -> bytes:
    """Read one request's body, framed as RFC 9112, section 6 says.

    Args:
        stream: what follows the header.
        codings: the values of Transfer-Encoding.
        lengths: the values of Content-Length.

    Raises:
        RequestRefusedError: it can't be framed, it is too large, or it ends too early.
    """
    if codings:
        if lengths:
            raise RequestRefusedError(400, "it has both a Content-Length and a Transfer-Encoding")
        if [coding.strip().lower() for coding in codings] != ["chunked"]:
            raise RequestRefusedError(501, f"the transfer coding {', '.join(codings)!r} isn't understood")
        return _chunked(stream)
    if not lengths:
        return b""
    if len(set(lengths)) != 1 or not re.fullmatch(r"[0-9]{1,18}", lengths[0]):
        raise RequestRefusedError(400, f"its Content-Length is {', '.join(lengths)!r}")
    size = int(lengths[0])
    if size > MAX_BODY:
        raise RequestRefusedError(413, f"its body of {size} bytes is larger than {MAX_BODY}")
    return _exactly(stream, size)


def _chunked(stream: Any) -> bytes:
    parts: list[bytes] = []
    total = 0
    while True:
        found = _CHUNK_SIZE.fullmatch(_line(stream))
        if found is None:
            raise RequestRefusedError(400, f"its chunk {len(parts) + 1} has no size, or it ended there")
        size = int(found["size"], 16)
        if size == 0:
            break
        total += size
        if total > MAX_BODY:
            raise RequestRefusedError(413, f"its body is larger than {MAX_BODY} bytes")
        parts.append(_exactly(stream, size))
        if _line(stream).strip(b"\r\n"):
            raise RequestRefusedError(400, f"its chunk {len(parts)} is longer than its size")
    # Trailers are read and dropped: no message of ours has any.
    for _ in range(100):
        if not _line(stream).strip(b"\r\n"):
            return b"".join(parts)
    raise RequestRefusedError(400, "it has more than 100 trailers")


def _line(stream: Any) -> bytes:
    try:
        line: bytes = stream.readline(8192)
    except OSError:
        return b""
    return line


def _exactly(stream: Any, size: int) -> bytes:
    try:
        body: bytes = stream.read(size)
    except OSError:
        body = b""
    if len(body) < size:
        raise RequestRefusedError(400, f"the connection ended after {len(body)} of {size} bytes")
    return body
