"""Recording what an emitter sends into a capture file: what `contracts sink` does."""

from __future__ import annotations

import fcntl
import os
import stat
import threading
from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from hashlib import sha256
from types import TracebackType
from typing import TYPE_CHECKING

from contracts.emitters.parts.address import Address
from contracts.emitters.parts.answers import ACCEPT, SinkAnswer
from contracts.emitters.parts.capture_line import MAX_LINE, write_capture, write_fault
from contracts.errors import HarnessError, MisuseError, Where
from contracts.model.emission import Commit, Emission, recorded_address, recorded_headers
from contracts.model.hosts import known_hosts

if TYPE_CHECKING:
    from contracts.emitters.parts.sink_server import Sink

KEEP_VARIABLE = "CONTRACTS_KEEP_HEADERS"
"""Names headers, with commas, whose values are recorded too; every recorder reads it."""


@dataclass(frozen=True, slots=True)
class SinkOrder:
    """What to record, and until when.

    Attributes:
        address: where to listen.
        out: the file that captures are appended to; `-` is standard output.
        answers: what the first messages get, in order; the last answer stays.
        per_message: the answers are counted for each distinct body, not for the sink as a whole.
        limit: messages after which it ends; None for no limit.
        seconds: time after which it ends; None for no end.
        keep: names of headers, in lower case, whose values are recorded beside those that always are.
        hosts: further hosts that the sink is known by, and whose pages may send, besides loopback and its address;
            None takes messages under every name and from every page.
        connections: how many there may be at once.
        commit: tells which checkout is here, for each capture to name.
    """

    address: Address
    out: str = "-"
    answers: Sequence[SinkAnswer] = (ACCEPT,)
    per_message: bool = False
    limit: int | None = None
    seconds: float | None = None
    keep: frozenset[str] = frozenset()
    hosts: Sequence[str] | None = None
    connections: int = 500
    commit: Callable[[], Commit | None] = lambda: None


def record(
    recording: SinkOrder, *, ready: Callable[[str], None], note: Callable[[str], None], stop: threading.Event
) -> int:
    """Listen, append each message to the file before it is answered, and end as told.

    What couldn't be taken is a line of the file too: whoever verifies it learns that a message may be missing.

    Args:
        recording: what to record, and until when.
        ready: told of the sink's URL once it listens.
        note: told of what couldn't be taken, and of what can't be read back.
        stop: ends it when it is set.

    Returns:
        How many messages were recorded.

    Raises:
        MisuseError: nobody can listen there, or the file can't be written.
        HarnessError: a message couldn't be written; its sender got no answer.
    """
    with recording_sink(recording, note=note, stop=stop) as (sink, tally):
        ready(sink.url)
        stop.wait(recording.seconds)
    return tally.count


@contextmanager
def recording_sink(
    recording: SinkOrder, *, note: Callable[[str], None], stop: threading.Event
) -> Iterator[tuple[Sink, Tally]]:
    """Listen, and append each message to the file before it is answered, while the block runs.

    Args:
        recording: where to listen, what to answer, the file, and how many messages it takes.
        note: told of what couldn't be taken, and of what can't be read back.
        stop: is set once nothing more is to be recorded.

    Raises:
        MisuseError: nobody can listen there, or the file can't be written.
        HarnessError: at the end, where a message couldn't be written; its sender got no answer.
    """
    from contracts.emitters.parts.sink_server import SINK_LIMITS, Sink

    with CaptureFile(recording.out) as file:
        tally = Tally(file, recording, stop, note)
        sequence = AnswerSequence(tuple(recording.answers), recording.per_message)
        sink = Sink(
            recording.address,
            answer=sequence.next,
            record=tally.record,
            complain=tally.complain,
            hosts=None if recording.hosts is None else known_hosts(recording.address.host, recording.hosts),
            limits=replace(SINK_LIMITS, most=recording.connections),
        )
        try:
            yield sink, tally
        finally:
            sink.close()
        if tally.failure:
            raise HarnessError(
                f"a message couldn't be recorded: {tally.failure}",
                where=Where(recording.out),
                next_step="make room for the file; the sender got no answer and owes the message again",
            )


class CaptureFile:
    """A capture file that lines are appended to, each in one write, so that several processes can share it.

    Args:
        path: the file; `-` is standard output.

    Raises:
        MisuseError: it can't be written.
    """

    def __init__(self, path: str) -> None:
        self._lock = threading.Lock()
        self._owned = path != "-"
        try:
            self._descriptor = os.open(path, os.O_RDWR | os.O_APPEND | os.O_CREAT, 0o666) if self._owned else 1
            self._is_file = stat.S_ISREG(os.fstat(self._descriptor).st_mode)
            if self._owned and self._is_file:
                self._end_torn_line()
        except (OSError, ValueError) as error:
            reason = getattr(error, "strerror", None) or error
            raise MisuseError(
                f"the captures can't be written: {reason}",
                where=Where(path),
                next_step="name a file in a folder that can be written, or - for standard output",
            ) from None

    def __enter__(self) -> CaptureFile:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        if self._owned:
            os.close(self._descriptor)

    def append(self, line: bytes) -> None:
        """Append one line, which ends with a line feed.

        Raises:
            OSError: it couldn't be written.
        """
        with self._lock, self._alone():
            rest = memoryview(line)
            # A pipe may take less than it is given.
            while rest:
                rest = rest[os.write(self._descriptor, rest) :]

    @contextmanager
    def _alone(self) -> Iterator[None]:
        """Keep other processes out meanwhile: those that lock the file too, as the WordPress recorder does."""
        if not self._is_file:
            yield
            return
        fcntl.flock(self._descriptor, fcntl.LOCK_EX)
        try:
            yield
        finally:
            fcntl.flock(self._descriptor, fcntl.LOCK_UN)

    def _end_torn_line(self) -> None:
        """Keep a line that an earlier run left unfinished from swallowing the next one."""
        size = os.fstat(self._descriptor).st_size
        if size and os.pread(self._descriptor, 1, size - 1) != b"\n":
            self.append(b"\n")


@dataclass
class AnswerSequence:
    """Answers in order; the last one stays."""

    answers: tuple[SinkAnswer, ...]
    per_message: bool
    _asked: Counter[bytes] = field(default_factory=Counter)
    _lock: threading.Lock = field(default_factory=threading.Lock)

    def next(self, body: bytes) -> SinkAnswer:
        """Return the answer to a message with this body."""
        key = sha256(body).digest() if self.per_message else b""
        with self._lock:
            self._asked[key] += 1
            return self.answers[min(self._asked[key], len(self.answers)) - 1]


@dataclass
class Tally:
    """Writes down what a sink takes, and counts it."""

    file: CaptureFile
    recording: SinkOrder
    stop: threading.Event
    note: Callable[[str], None]
    count: int = 0
    failure: str = ""
    _lock: threading.Lock = field(default_factory=threading.Lock)

    def record(self, emission: Emission) -> None:
        """Append an emission.

        Raises:
            OSError: it couldn't be written; the recording ends.
        """
        headers = recorded_headers(emission.headers, self.recording.keep)
        commit = emission.commit or self.recording.commit()
        line = write_capture(replace(emission, headers=headers, url=recorded_address(emission.url), commit=commit))
        self._append(line)
        if len(line) > MAX_LINE + 1:
            self.note(
                f"a message of {len(emission.body)} bytes makes a line over {MAX_LINE} bytes, which isn't read back"
            )
        with self._lock:
            self.count += 1
            if self.recording.limit is not None and self.count >= self.recording.limit:
                self.stop.set()

    def complain(self, what: str) -> None:
        """Append what couldn't be taken, and say it.

        Raises:
            OSError: it couldn't be written; the recording ends.
        """
        self._append(write_fault(what))
        self.note(what)

    def _append(self, line: bytes) -> None:
        try:
            self.file.append(line)
        except OSError as error:
            self.failure = error.strerror or str(error)
            self.stop.set()
            raise
