"""Taking input apart: into blocks of whole lines, or the elements of JSON arrays, and these into records."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace
from itertools import chain, islice

from contracts.audit.unpacking import BrokenInputError
from contracts.emitters.parts.capture_line import MAX_LINE
from contracts.model.audit import Position

_SPACE = re.compile(rb"[ \t\r\n]*")
_TOKEN = re.compile(rb'"(?:[^"\\]|\\.)*+"|["{}\[\]]', re.DOTALL)


@dataclass(frozen=True, slots=True)
class Record:
    """One JSON text.

    Attributes:
        whole: a line end, or the array, shows that nothing of it is missing.
    """

    at: Position
    raw: bytes
    whole: bool = True


@dataclass(frozen=True, slots=True)
class Unreadable:
    """A place that holds no record, and why."""

    at: Position
    reason: str


@dataclass(frozen=True, slots=True)
class Lines:
    """A block of lines, which is judged by itself.

    Attributes:
        at: where the first line begins.
        data: whole lines, each with its line end.
    """

    at: Position
    data: bytes

    @property
    def file(self) -> int:
        """The file's number."""
        return self.at.file

    @property
    def end(self) -> int:
        """The byte that follows the last line."""
        return self.at.offset + len(self.data)


@dataclass(frozen=True, slots=True)
class Records:
    """Records that don't stand in lines of their own, and places that hold none.

    Attributes:
        endless: the file ends in them, or they say why it can't be read on: it may be otherwise once there is more.
    """

    file: int
    records: tuple[Record | Unreadable, ...]
    endless: bool = False

    @property
    def end(self) -> int:
        """The byte behind the last record; a place that holds none takes one."""
        return max(
            (one.at.offset + (len(one.raw) if isinstance(one, Record) else 1) for one in self.records), default=0
        )


Partition = Lines | Records
"""A part of the input that is judged by itself."""

BLOCK = 1 << 20
"""Bytes that a block of lines has about; a line that is longer makes it longer."""
_TOGETHER = 500
"""Elements of an array that are judged together."""


def partitions_of(pieces: Iterable[bytes], file: int) -> Iterator[Partition]:
    """Yield the partitions of one file, in order; at most one of them and one piece are held in memory.

    A file that begins with `[` is read as JSON arrays of events; any other one line by line.
    """
    source = iter(pieces)
    first = b""
    try:
        while first.isspace() or not first:
            piece = next(source, None)
            if piece is None:
                return
            first += piece
    except BrokenInputError as error:
        yield Records(file, (Unreadable(Position(file, 0, 1), str(error)),), endless=True)
        return
    whole = chain([first], source)
    if first.lstrip().startswith(b"["):
        elements = _Elements(file).of(whole)
        while together := tuple(islice(elements, _TOGETHER)):
            # What can't be read is the last.
            whole_ones = tuple(one for one in together if isinstance(one, Record))
            if whole_ones:
                yield Records(file, whole_ones)
            if len(whole_ones) < len(together):
                yield Records(file, together[len(whole_ones) :], endless=True)
    else:
        yield from blocks_of(whole, Position(file, 0, 1))


def records_of(partition: Partition) -> Iterator[Record | Unreadable]:
    """Yield the records of one partition."""
    if isinstance(partition, Records):
        yield from partition.records
        return
    offset, line = partition.at.offset, partition.at.line
    for raw in partition.data.split(b"\n")[:-1]:
        yield from record_of_line(raw, Position(partition.at.file, offset, line))
        offset, line = offset + len(raw) + 1, line + 1


def record_of_line(raw: bytes, at: Position) -> Iterator[Record | Unreadable]:
    """Yield the records of one line: one mostly, none of an empty one, several of an array."""
    if len(raw) > MAX_LINE:
        yield Unreadable(at, _TOO_LONG)
    elif raw.lstrip().startswith(b"["):
        yield from _Elements(at.file, at.offset, at.line).of([raw])
    elif raw and not raw.isspace():
        yield Record(at, raw)


def blocks_of(pieces: Iterable[bytes], at: Position) -> Iterator[Partition]:
    """Yield the partitions of lines, in order.

    Args:
        at: where the first line begins.
    """
    # Of a line that is too long only the length is kept until its end is found.
    file, rest, skipped = at.file, b"", 0
    ending: str | None = None
    try:
        for piece in _cut(pieces):
            data, line_end, behind = piece.rpartition(b"\n")
            if not line_end:
                rest += piece
                if len(rest) > MAX_LINE:
                    rest, skipped = b"", skipped + len(rest)
                continue
            data = rest + data + line_end
            if skipped:
                yield Records(file, (Unreadable(at, _TOO_LONG),))
                tail = data.index(b"\n") + 1
                at, data, skipped = Position(file, at.offset + skipped + tail, at.line + 1), data[tail:], 0
            if data:
                yield Lines(at, data)
            at, rest = Position(file, at.offset + len(data), at.line + data.count(b"\n")), behind
    except BrokenInputError as error:
        ending = str(error)
    if ending is not None or skipped:
        yield Records(file, (Unreadable(at, ending or _TOO_LONG),), endless=True)
    elif rest:
        last = record_of_line(rest, at)
        records = tuple(replace(one, whole=False) if isinstance(one, Record) else one for one in last)
        if records:
            yield Records(file, records, endless=True)


def _cut(pieces: Iterable[bytes]) -> Iterator[bytes]:
    """Yield pieces of a block's size at most: an archive may give much at once."""
    for piece in pieces:
        for begin in range(0, len(piece), BLOCK):
            yield piece[begin : begin + BLOCK]


_TOO_LONG = f"the line is longer than {MAX_LINE} bytes"


class _Elements:
    """Reads arrays, one after the other, and what stands between them.

    Args:
        offset, line: the place in the file that what is read begins at.
    """

    def __init__(self, file: int, offset: int = 0, line: int = 1) -> None:
        self._file = file
        self._offset = offset
        self._line = line
        self._rest = "the rest of the line" if (offset, line) != (0, 1) else "what follows in the file"
        self._inside = False
        self._buffer = b""
        self._next_byte = 0

    def of(self, pieces: Iterable[bytes]) -> Iterator[Record | Unreadable]:
        """Yield an element each; after a place that can't be read nothing more is read of the file."""
        try:
            for piece in pieces:
                self._buffer, self._next_byte = self._buffer[self._next_byte :] + piece, 0
                while (record := self._next()) is not None:
                    yield record
                    if isinstance(record, Unreadable):
                        return
        except BrokenInputError as error:
            yield self._unreadable(str(error))
            return
        if self._inside or self._next_byte < len(self._buffer):
            yield self._unreadable("the array is torn: its end is missing")

    def _next(self) -> Record | Unreadable | None:
        """Return the next element; None where more has to be read first."""
        while True:
            space = _SPACE.match(self._buffer, self._next_byte)
            self._step_to(space.end() if space else self._next_byte)
            head = self._buffer[self._next_byte : self._next_byte + 1]
            if head == b"[" and not self._inside:
                self._inside = True
            elif head == b"]" and self._inside:
                self._inside = False
            elif head != b"," or not self._inside:
                break
            self._step_to(self._next_byte + 1)
        if not head:
            return None
        if head != b"{":
            return self._unreadable(f"no event begins here, and {self._rest} isn't read")
        end = _end_of_object(self._buffer, self._next_byte)
        if end is None:
            if len(self._buffer) - self._next_byte > MAX_LINE:
                return self._unreadable(f"the event is longer than {MAX_LINE} bytes, and {self._rest} isn't read")
            return None
        record = Record(Position(self._file, self._offset, self._line), self._buffer[self._next_byte : end])
        self._step_to(end)
        return record

    def _step_to(self, place: int) -> None:
        self._line += self._buffer.count(b"\n", self._next_byte, place)
        self._offset += place - self._next_byte
        self._next_byte = place

    def _unreadable(self, reason: str) -> Unreadable:
        return Unreadable(Position(self._file, self._offset, self._line), reason)


def _end_of_object(text: bytes, start: int) -> int | None:
    depth = 0
    for found in _TOKEN.finditer(text, start):
        token = found[0]
        if token == b'"':
            return None
        if token in (b"{", b"["):
            depth += 1
        elif token in (b"}", b"]"):
            depth -= 1
            if depth == 0:
                return found.end()
    return None
