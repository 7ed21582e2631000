"""`--captures FILE`: emissions that something else recorded, one JSON object a line."""

from __future__ import annotations

import sys
from collections.abc import Callable, Iterator
from contextlib import nullcontext
from dataclasses import dataclass
from pathlib import Path
from typing import BinaryIO, TypeVar

from contracts.emitters.parts.capture_line import (
    MAX_LINE,
    CaptureRefusedError,
    RecordedFaultError,
    read_capture,
    read_recorded,
)
from contracts.errors import MisuseError, Where
from contracts.model.driver import Capabilities, DriverKind, DriverOption, OptionValues, Plan
from contracts.model.emission import Emission, Fault, Observation

T = TypeVar("T")

_ADVICE = "record the line again, as one JSON object that ends with a line feed; bodies that aren't UTF-8 go in base64"
_FAULT_ADVICE = "mend what it names, and record again: an emission may be missing here"


@dataclass(frozen=True, slots=True)
class CapturesDriver:
    """Reads emissions from files; it triggers nothing.

    Attributes:
        files: paths, `-` for standard input.
    """

    files: tuple[str, ...]

    @property
    def capabilities(self) -> Capabilities:
        """Nothing: a recording can't be asked for more."""
        return Capabilities()

    def observe(self, plan: Plan) -> Iterator[Observation]:  # noqa: ARG002 - recorded: nothing is carried out
        """Yield the files' emissions in order, and a fault for each line that is none.

        Raises:
            MisuseError: a file has gone since it was named.
        """
        for file in self.files:
            with nullcontext(sys.stdin.buffer) if file == "-" else _opened(file) as stream:
                yield from read_run(stream, file)


def read_run(stream: BinaryIO, name: str) -> Iterator[Observation]:
    """Read the captures of a run that is over: emissions, and where it was driven what was asked for.

    Args:
        stream: the bytes; it is left open.
        name: what to call the file.

    Returns:
        For each line what it holds, or its `unreadable-capture`; empty lines are passed over.
    """
    return _lines(stream, name, read_recorded)


def read_captures(stream: BinaryIO, name: str) -> Iterator[Emission | Fault]:
    """Read captures from `stream`, a line at a time; at most one line is held in memory.

    Args:
        stream: the bytes; it is left open.
        name: what to call the file.

    Returns:
        For each line its emission, or its `unreadable-capture`; empty lines are passed over.
    """
    return _lines(stream, name, read_capture)


def _lines(stream: BinaryIO, name: str, read: Callable[[bytes, Where], T]) -> Iterator[T | Fault]:
    number = 0
    while True:
        number += 1
        where = Where(name, number)
        try:
            raw = stream.readline(MAX_LINE + 1)
            excess = len(raw) - raw.endswith(b"\n") > MAX_LINE
            if excess:
                _skip_line(stream)
        except OSError as error:
            yield Fault("unreadable-capture", f"the file can't be read on: {error.strerror or error}", where)
            return
        if not raw:
            return
        if excess:
            yield Fault("unreadable-capture", f"the line is longer than {MAX_LINE} bytes", where, _ADVICE)
        elif not raw.isspace():
            yield _read(raw, where, read)


def _skip_line(stream: BinaryIO) -> None:
    while (rest := stream.readline(MAX_LINE)) and not rest.endswith(b"\n"):
        pass


def _read(raw: bytes, where: Where, read: Callable[[bytes, Where], T]) -> T | Fault:
    try:
        return read(raw, where)
    except RecordedFaultError as fault:
        return Fault("unreadable-capture", str(fault), where, _FAULT_ADVICE)
    except CaptureRefusedError as error:
        reason = str(error)
    if raw.startswith((b"\xff\xfe", b"\xfe\xff")):
        reason = "the file is UTF-16: captures are UTF-8"
    elif not raw.endswith(b"\n"):
        reason = f"the last line is torn, it has no line end: {reason}"
    return Fault("unreadable-capture", reason, where, _ADVICE)


def _opened(file: str) -> BinaryIO:
    try:
        return Path(file).open("rb")
    except (OSError, ValueError) as error:
        reason = (error.strerror or str(error)) if isinstance(error, OSError) else str(error)
        raise MisuseError(
            f"the captures can't be read: {reason}",
            where=Where(file),
            next_step="name a file that the emitter's tests have recorded, or - for standard input",
        ) from None


def _open(options: OptionValues) -> CapturesDriver:
    files = options.all("captures")
    if files.count("-") > 1:
        raise MisuseError("standard input can be read once", next_step="say --captures - once")
    for file in files:
        # A pipe that were opened here would be lost to the reading.
        if file != "-" and not Path(file).is_fifo():
            _opened(file).close()
    return CapturesDriver(files)


KIND = DriverKind(
    option=DriverOption(
        name="captures",
        metavar="FILE",
        help="Emissions that were recorded, one JSON object a line; - for standard input. May be said several times.",
        multiple=True,
    ),
    open=_open,
)
