"""A body as it was before it was compressed for the wire."""

from __future__ import annotations

import importlib
import zlib
from collections.abc import Callable
from typing import Any

MAX_DECODED = 16 * 1024 * 1024
"""The largest body that is unpacked, in bytes: a few compressed ones stand for gigabytes."""

_TOO_LARGE = f"is larger than {MAX_DECODED} bytes when it is unpacked"
_TORN = "is torn: its compression has no end"


class NotDecodedError(ValueError):
    """The body can't be unpacked; the message says why."""


def decompressed(body: bytes, encoding: str) -> bytes:
    """Return a body without the codings that were applied to it.

    Args:
        body: as it came.
        encoding: the value of Content-Encoding: codings in the order in which they were applied (RFC 9110, section
            8.4).

    Raises:
        NotDecodedError: a coding isn't known or its library isn't there, the body isn't what it is said to be, or it
            is too large.
    """
    for name in reversed([part.strip().lower() for part in encoding.split(",") if part.strip()]):
        body = _undone(body, name)
    return body


def _undone(body: bytes, name: str) -> bytes:
    if name == "identity":
        return body
    undo = _CODINGS.get(name)
    if undo is None:
        raise NotDecodedError(f"is compressed with {name!r}, which isn't known")
    try:
        return undo(body)
    except NotDecodedError:
        raise
    except Exception as error:  # noqa: BLE001 - each library has errors of its own for what is torn
        raise NotDecodedError(f"isn't what its Content-Encoding {name!r} says: {error}") from None


def _inflated(body: bytes, window: int) -> bytes:
    unpacked = b""
    rest = body
    while rest:
        inflate = zlib.decompressobj(window)
        unpacked += inflate.decompress(rest, MAX_DECODED + 1 - len(unpacked))
        if inflate.unconsumed_tail or len(unpacked) > MAX_DECODED:
            raise NotDecodedError(_TOO_LARGE)
        if not inflate.eof:
            raise NotDecodedError(_TORN)
        # Several members one after the other are one body (RFC 1952, section 2.2).
        rest = inflate.unused_data
    return unpacked


def _deflated(body: bytes) -> bytes:
    try:
        return _inflated(body, zlib.MAX_WBITS)
    except zlib.error:
        # Many senders leave the zlib header away, and RFC 9110, section 8.4.1.2 tells of them.
        return _inflated(body, -zlib.MAX_WBITS)


def _by_zstd(body: bytes) -> bytes:
    library = _library("zstandard", "zstd")
    unpacked, rest = b"", body
    while rest:
        with library.ZstdDecompressor().stream_reader(rest) as reader:
            # Read first within the bound: the object below unpacks without one.
            if len(unpacked) + len(reader.read(MAX_DECODED + 1)) > MAX_DECODED:
                raise NotDecodedError(_TOO_LARGE)
        frame = library.ZstdDecompressor().decompressobj()
        unpacked += frame.decompress(rest)
        if not frame.eof:
            raise NotDecodedError(_TORN)
        rest = frame.unused_data
    return unpacked


def _by_brotli(body: bytes) -> bytes:
    stream = _library("brotli", "br").Decompressor()
    unpacked = b""
    # In small steps, so that the bound is met before the memory is.
    for start in range(0, len(body), 64):
        unpacked += stream.process(body[start : start + 64])
        if len(unpacked) > MAX_DECODED:
            raise NotDecodedError(_TOO_LARGE)
    if not stream.is_finished():
        raise NotDecodedError(_TORN)
    return unpacked


def _library(name: str, coding: str) -> Any:
    try:
        return importlib.import_module(name)
    except ImportError:
        raise NotDecodedError(
            f"is compressed with {coding!r}, and the Python package {name} isn't there to unpack it"
        ) from None


_CODINGS: dict[str, Callable[[bytes], bytes]] = {
    "gzip": lambda body: _inflated(body, 16 + zlib.MAX_WBITS),
    "x-gzip": lambda body: _inflated(body, 16 + zlib.MAX_WBITS),
    "deflate": _deflated,
    "zstd": _by_zstd,
    "br": _by_brotli,
}
