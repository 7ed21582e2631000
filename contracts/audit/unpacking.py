"""Files as they are, gzip and zstd, told by their first bytes: what is whole before a broken place is read."""

from __future__ import annotations

import zlib
from collections.abc import Callable, Iterator
from typing import Any, Protocol

from contracts.errors import MisuseError

CHUNK = 1 << 20
PACKED = 1 << 12
"""Bytes of an archive that are unpacked at once: in gzip they hold a thousand times as many at most."""
_GZIP = b"\x1f\x8b"
_ZSTD = b"\x28\xb5\x2f\xfd"


class Readable(Protocol):
    """What bytes are read of."""

    def read(self, size: int, /) -> bytes:
        """Read at most so many bytes; none where it ends."""


class BrokenInputError(Exception):
    """The input can't be read on; what came before it was yielded. The message says why."""


def unpacked(stream: Readable) -> Iterator[bytes]:
    """Yield what a stream holds, uncompressed, piece by piece.

    Raises:
        BrokenInputError: it can't be read on.
        MisuseError: it is zstd, and the library for that isn't installed.
    """
    pieces = pieces_of(stream)
    first = next(pieces, b"")
    if first.startswith(_GZIP):
        yield from _together(_members(_chain(first, pieces), _gzip, "gzip"))
    elif first.startswith(_ZSTD):
        yield from _together(_members(_chain(first, pieces), _zstd(), "zstd"))
    else:
        yield from _chain(first, pieces)


def is_packed(head: bytes) -> bool:
    """Is what begins with these bytes an archive?"""
    return head.startswith((_GZIP, _ZSTD))


def pieces_of(stream: Readable) -> Iterator[bytes]:
    """Yield what a stream holds as it is, piece by piece.

    Raises:
        BrokenInputError: it can't be read on.
    """
    try:
        while piece := stream.read(CHUNK):
            yield piece
    except OSError as error:
        raise BrokenInputError(f"the file can't be read on: {error.strerror or error}") from None


def _chain(first: bytes, rest: Iterator[bytes]) -> Iterator[bytes]:
    if first:
        yield first
    yield from rest


def _gzip() -> Any:
    return zlib.decompressobj(wbits=31)


def _zstd() -> Callable[[], Any]:
    try:
        import zstandard
    except ImportError:
        raise MisuseError(
            "this input is compressed with zstd, and zstandard isn't installed",
            next_step="pip install 'webinar-contracts[audit]'",
        ) from None
    return lambda: zstandard.ZstdDecompressor().decompressobj()


def _members(pieces: Iterator[bytes], begin: Callable[[], Any], name: str) -> Iterator[bytes]:
    """Yield what one archive after the other holds: `cat a.gz b.gz` is an archive too."""
    archive, begun = begin(), False
    for packed in _cut(pieces):
        piece = packed
        while piece:
            begun = True
            yield from _taken(archive, piece, name)
            piece = archive.unused_data
            if archive.eof:
                # Zeros may follow as padding (gzip's manual, "Tapes").
                piece = piece.lstrip(b"\0")
                archive, begun = begin(), False
    if begun:
        raise BrokenInputError(f"the {name} archive is torn: its end is missing")


def _together(pieces: Iterator[bytes]) -> Iterator[bytes]:
    """Yield small pieces together, also those that come before a broken place."""
    held: list[bytes] = []
    size = 0
    try:
        for piece in pieces:
            held.append(piece)
            size += len(piece)
            if size >= CHUNK:
                yield b"".join(held)
                held, size = [], 0
    except BrokenInputError:
        yield b"".join(held)
        raise
    yield b"".join(held)


def _cut(pieces: Iterator[bytes]) -> Iterator[bytes]:
    for piece in pieces:
        for begin in range(0, len(piece), PACKED):
            yield piece[begin : begin + PACKED]


def _taken(archive: Any, piece: bytes, name: str) -> Iterator[bytes]:
    before = archive.copy() if hasattr(archive, "copy") else None
    try:
        held = archive.decompress(piece)
    except Exception as error:  # noqa: BLE001 - zlib and zstandard have no error class in common
        reason = str(error)
    else:
        yield held
        return
    if before is not None:
        # What the same piece holds before the broken byte would be lost with it.
        yield from _byte_by_byte(before, piece)
    raise BrokenInputError(f"the {name} archive is broken: {reason}")


def _byte_by_byte(archive: Any, piece: bytes) -> Iterator[bytes]:
    for number in range(len(piece)):
        try:
            yield archive.decompress(piece[number : number + 1])
        except zlib.error:
            return
