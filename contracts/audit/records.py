"""Taking input apart into records: a line each, or an element each of a JSON array, with its place."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass

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


def records_of(pieces: Iterable[bytes], file: int) -> Iterator[Record | Unreadable]:
    """Yield the records of one file; at most one record and one piece are held in memory.

    A file that begins with `[` is read as JSON arrays of events; any other one line by line, and a line that begins
    with `[` is such an array.
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
        yield Unreadable(Position(file, 0, 1), str(error))
        return
    if first.lstrip().startswith(b"["):
        yield from _Elements(file).of(_chain(first, source))
        return
    for record in _lines(_chain(first, source), file):
        if isinstance(record, Record) and record.raw.lstrip().startswith(b"["):
            at = record.at
            yield from _Elements(file, at.offset, at.line).of([record.raw])
        else:
            yield record


def _chain(first: bytes, rest: Iterator[bytes]) -> Iterator[bytes]:
    yield first
    yield from rest


def _lines(pieces: Iterator[bytes], file: int) -> Iterator[Record | Unreadable]:
    # Of a line that is too long only the length is kept until its end is found.
    rest, skipped, offset, line = b"", 0, 0, 1
    ending: str | None = None
    try:
        for piece in pieces:
            *lines, rest = (rest + piece).split(b"\n")
            for raw in lines:
                if skipped or len(raw) > MAX_LINE:
                    yield Unreadable(Position(file, offset, line), _TOO_LONG)
                elif raw and not raw.isspace():
                    yield Record(Position(file, offset, line), raw)
                offset, skipped, line = offset + skipped + len(raw) + 1, 0, line + 1
            if len(rest) > MAX_LINE:
                rest, skipped = b"", skipped + len(rest)
    except BrokenInputError as error:
        ending = str(error)
    if ending is not None or skipped:
        yield Unreadable(Position(file, offset, line), ending or _TOO_LONG)
    elif rest and not rest.isspace():
        yield Record(Position(file, offset, line), rest, whole=False)


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
