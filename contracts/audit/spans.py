"""Files taken apart before they are read: spans that are judged by themselves, wherever the file can be opened.

A file of lines is cut at any byte: a line belongs to the span that it begins in, and is read to its end from there.
What can't be read from its middle, an archive or an array over several lines, is one span. A span is read to the size
that the file had when it was planned, so that what it comes to is the same however often it is judged.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import chain, pairwise
from typing import BinaryIO

from contracts.audit.inputs import opened, place_of, refuse_unopenable, size
from contracts.audit.records import Lines, Partition, Records, Unreadable, blocks_of, partitions_of
from contracts.audit.unpacking import CHUNK, BrokenInputError, is_packed, pieces_of, unpacked
from contracts.model.audit import Position

SPAN = 32 << 20
"""Bytes that a span of lines has: a second or two of judging."""


@dataclass(frozen=True, slots=True)
class Span:
    """What of a file is judged together.

    Attributes:
        file: the file's number in the input.
        name: its whole path, or its address.
        begin, end: the bytes that its lines begin in, as they lie there.
        size: the bytes that the file had when it was planned; None where nobody knows.
        is_whole: the file can't be read from its middle, and this is all of it.
    """

    file: int
    name: str
    begin: int
    end: int
    size: int | None
    is_whole: bool = False


def spans_of(files: Sequence[str]) -> list[Span]:
    """Return the spans of files, in order; each file has one at least.

    Raises:
        MisuseError: a file has gone since it was named.
        StoreError: what lies at an address can't be read.
    """
    return [span for number, file in enumerate(files) for span in _spans(file, number)]


def _spans(file: str, number: int) -> Iterator[Span]:
    refuse_unopenable(file)
    name, length = place_of(file), size(file)
    with opened(file) as stream:
        head = stream.read(CHUNK)
    first = head.lstrip()
    if length is None or not first or first.startswith(b"[") or is_packed(head):
        yield Span(number, name, 0, length or 0, length, is_whole=True)
        return
    for begin, end in pairwise([*range(0, length, SPAN), length]):
        yield Span(number, name, begin, end, length)


def partitions_in(span: Span) -> Iterator[Partition]:
    """Yield the partitions of a span, in order; of lines the first is numbered 1, wherever in the file it stands.

    Raises:
        MisuseError: the file isn't there, or needs a library that isn't installed.
        StoreError: what lies at an address can't be read.
    """
    refuse_unopenable(span.name)
    with opened(span.name) as stream:
        if span.is_whole:
            yield from partitions_of(unpacked(_Limited(stream, span.size)), span.file)
        else:
            yield from _lines_in(span, stream)


def _lines_in(span: Span, stream: BinaryIO) -> Iterator[Partition]:
    # A line begins at the span's begin exactly where a line end stands before it.
    at = max(0, span.begin - 1)
    stream.seek(at)
    pieces = pieces_of(_Limited(stream, None if span.size is None else span.size - at))
    first = b""
    try:
        while span.begin and at < span.end:
            first = next(pieces, b"")
            before, line_end, rest = first.partition(b"\n")
            at += len(before) + len(line_end)
            if line_end or not first:
                first = rest
                break
    except BrokenInputError as error:
        yield Records(span.file, (Unreadable(Position(span.file, at, 1), str(error)),), endless=True)
        return
    if at < span.end:
        owned = _to_last_line_end(chain([first], pieces), at, span.end)
        yield from blocks_of(owned, Position(span.file, at, 1))


def _to_last_line_end(pieces: Iterator[bytes], at: int, end: int) -> Iterator[bytes]:
    """Yield what begins at a byte, to the first line end behind which no line begins before the span's end."""
    for piece in pieces:
        last = piece.find(b"\n", max(0, end - 1 - at))
        if last >= 0:
            yield piece[: last + 1]
            return
        yield piece
        at += len(piece)


def line_ends_before(partition: Partition) -> int:
    """Return how many line ends a span has to the end of a partition of its lines."""
    if isinstance(partition, Lines):
        return partition.at.line - 1 + partition.data.count(b"\n")
    # One line that is too long, or what has no line end and is the file's last.
    return partition.records[0].at.line


class _Limited:
    """A stream that ends early.

    Args:
        left: bytes that may be read of it; None for all.
    """

    def __init__(self, stream: BinaryIO, left: int | None) -> None:
        self._stream = stream
        self._left = left

    def read(self, size: int, /) -> bytes:
        """Read at most so many bytes."""
        piece = self._stream.read(size if self._left is None else min(size, self._left))
        if self._left is not None:
            self._left -= len(piece)
        return piece
