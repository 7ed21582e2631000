"""What an audit keeps, so that another run goes on where it ended: what it came to, and how far it has read.

It is written together with the statements, in one transaction: a run that is killed goes on from the last one that was
whole, and nothing is counted twice or lost. A file is known by its path and its first bytes; one that has grown is read
on from where it ended, and one that has been judged to its end isn't judged again.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from hashlib import blake2b

import msgspec

from contracts import __version__
from contracts.audit.inputs import is_pipe, opened, place_of, read, size, size_of
from contracts.audit.judge import AuditJob
from contracts.audit.records import Lines, Partition, Record, Records
from contracts.audit.statement import Part
from contracts.audit.summary import Broken, Kind, Summary, Traffic
from contracts.errors import MisuseError
from contracts.model.audit import Position

_HEAD = 4096
"""Bytes that a file is known by, beside its path."""


@dataclass(slots=True)
class SeenFile:
    """A file, and how far it was judged.

    Attributes:
        name: as it was named.
        size: how many of its first bytes, as they lie there, `head` is the digest of.
        judged: bytes of what it holds, uncompressed.
    """

    name: str
    path: str
    size: int
    head: str
    judged: int = 0


@dataclass(slots=True)
class Saved:
    """What an audit has come to."""

    fingerprint: str
    files: list[SeenFile] = field(default_factory=list)
    events: int = 0
    exactly: int = 0
    outside: int = 0
    others: int = 0
    traffic: list[tuple[str, str, Traffic]] = field(default_factory=list)
    broken: list[tuple[Kind, Broken]] = field(default_factory=list)

    def summary(self, keep: int) -> Summary:
        """Return the summary of all that was judged."""
        traffic = {(emitter, event): seen for emitter, event, seen in self.traffic}
        return Summary(keep, self.events, self.exactly, self.outside, self.others, traffic, dict(self.broken))

    def encoded(self) -> bytes:
        """Return it as bytes."""
        return msgspec.msgpack.encode(self)

    @classmethod
    def decoded(cls, raw: bytes, fingerprint: str) -> Saved:
        """Read it.

        Raises:
            MisuseError: it can't be read, or it is of another audit.
        """
        try:
            saved = msgspec.msgpack.decode(raw, type=cls)
        except msgspec.MsgspecError:
            saved = cls("")
        if saved.fingerprint != fingerprint:
            raise MisuseError(
                "the state is of another audit: of another contract, other pacts, another toolkit, or other options",
                next_step="name another folder, or the options that it was begun with",
            )
        return saved


def fingerprint_of(job: AuditJob) -> str:
    """Return a digest of all that an audit's answers hang on, beside the input and the day."""
    registry = job.domain.registry.digest, job.domain.contract_digest
    pacts = [
        (name, pact.document.source, repr(pact.document)) for name in sorted(job.pacts) for pact in job.pacts[name]
    ]
    whole = (__version__, registry, pacts, job.emitter, job.since, job.until, job.keep)
    return blake2b(repr(whole).encode(), digest_size=16).hexdigest()


class Course:
    """The files of one run, as far as they weren't judged before.

    Args:
        begun: what was judged before.
        names: the files that are named now.
        keeps: the run is gone on with: a last line without an end is left to that.

    Attributes:
        files: those of all runs, in order; a file's number is its place here.
        read: bytes that were read in this run.
        waiting: files whose last line has no end yet, and wasn't judged for that.
        torn: places where a file can't be read on, which are told now and looked at anew by the next run.
    """

    def __init__(self, begun: Saved, names: Sequence[str], *, keeps: bool) -> None:
        self._begun = begun
        self._keeps = keeps
        self.files = list(begun.files)
        self._numbers = [self._number_of(name) for name in names]
        self.size = size_of(names)
        self.read = 0
        self.waiting: list[str] = []
        self.torn: list[Records] = []

    def _number_of(self, name: str) -> int:
        path, begin, head = _known_by(name)
        for number, file in enumerate(self.files):
            # One that was cut has other first bytes than it had, as many as there were.
            if file.path == path and not is_pipe(name) and _head(name, file.size) == file.head:
                file.name, file.size, file.head = name, begin, head
                return number
        self.files.append(SeenFile(name, path, begin, head))
        return len(self.files) - 1

    def partitions(self) -> Iterator[Partition]:
        """Yield what wasn't judged before, in order."""
        for number in self._numbers:
            file = self.files[number]
            for partition in read(file.name, number, self._took):
                rest = _behind(partition, file.judged)
                if rest is None:
                    continue
                if not (self._keeps and isinstance(rest, Records) and rest.endless):
                    yield rest
                elif any(isinstance(record, Record) for record in rest.records):
                    self.waiting.append(file.name)
                else:
                    self.torn.append(rest)

    def _took(self, size: int) -> None:
        self.read += size

    def judged(self, part: Part) -> None:
        """Take note that a partition was judged, and all before it."""
        file = self.files[part.statements.file]
        file.judged = max(file.judged, part.end)

    def saved(self, whole: Summary) -> Saved:
        """Return what is kept."""
        return Saved(
            self._begun.fingerprint,
            self.files,
            whole.events,
            whole.exactly,
            whole.outside,
            whole.others,
            [(*pair, seen) for pair, seen in whole.traffic.items()],
            list(whole.broken.items()),
        )


def _known_by(name: str) -> tuple[str, int, str]:
    if is_pipe(name):
        return name, 0, ""
    begin = min(size(name) or 0, _HEAD)
    return place_of(name), begin, _head(name, begin)


def _head(name: str, begin: int) -> str:
    with opened(name) as stream:
        return blake2b(stream.read(begin), digest_size=16).hexdigest()


def _behind(partition: Partition, judged: int) -> Partition | None:
    """Return what of a partition wasn't judged before."""
    if isinstance(partition, Records):
        records = tuple(record for record in partition.records if record.at.offset >= judged)
        return Records(partition.file, records, partition.endless) if records else None
    at, data = partition.at, partition.data
    if at.offset >= judged:
        return partition
    cut = data[: judged - at.offset]
    rest = data[len(cut) :]
    return Lines(Position(at.file, judged, at.line + cut.count(b"\n")), rest) if rest else None
