"""What an audit of recorded traffic found out, as values and as the JSON that is promised to scripts."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from contracts.errors import ExitCode, worst
from contracts.model.registry import Status
from contracts.model.rules import Severity
from contracts.model.timeline import Timeline

INTERRUPTED = 130
"""What a command exits with that SIGINT ended: 128 and the signal's number."""


@dataclass(frozen=True, slots=True, order=True)
class Position:
    """A place in the input, in the order of reading.

    Attributes:
        file: the file's number, in the order of their names on the command line.
        offset: the byte that it begins at, in what the file holds uncompressed.
        line: the line that it begins in, from 1.
        number: which event of a batch it is, from 0.
    """

    file: int
    offset: int
    line: int
    number: int = 0


@dataclass(frozen=True, slots=True, order=True)
class Instance:
    """One place where a rule is broken; it shows no value that may be personal.

    Attributes:
        path: JSON path in the message.
        expected, actual: what was promised and what was sent, as text; empty where unknown.
    """

    at: Position
    message: str
    path: str = ""
    expected: str = ""
    actual: str = ""

    def to_json(self, files: tuple[str, ...]) -> dict[str, Any]:
        """Return the place in the promised JSON shape."""
        return {
            "where": {"file": files[self.at.file], "line": self.at.line, "offset": self.at.offset},
            "message": self.message,
            "path": self.path or None,
            "expected": self.expected or None,
            "actual": self.actual or None,
        }


@dataclass(frozen=True, slots=True)
class BrokenRule:
    """How often a rule was broken, and the first places.

    Attributes:
        emitter, event: whose; empty where nobody can say.
        waived: a waiver accepts it today.
        fails: it makes the audit exit 1.
    """

    rule: str
    severity: Severity
    count: int
    first: tuple[Instance, ...]
    next_step: str
    emitter: str = ""
    event: str = ""
    waived: bool = False
    fails: bool = False

    def to_json(self, files: tuple[str, ...]) -> dict[str, Any]:
        """Return the rule in the promised JSON shape."""
        return {
            "rule": self.rule,
            "severity": self.severity.value,
            "emitter": self.emitter or None,
            "event": self.event or None,
            "count": self.count,
            "waived": self.waived,
            "fails": self.fails,
            "first": [instance.to_json(files) for instance in self.first],
            "next": self.next_step,
        }


@dataclass(frozen=True, slots=True)
class PairTraffic:
    """What was seen of one pair.

    Attributes:
        events: how many.
        first, last: the earliest and the latest time that its events state.
        facts: distinct ones.
        repeats: statements of a fact that was already stated.
        over_time: how many events and findings there were when.
    """

    emitter: str
    event: str
    status: Status
    events: int
    first: datetime | None
    last: datetime | None
    facts: int
    repeats: int
    over_time: Timeline = field(default_factory=Timeline)

    def to_json(self) -> dict[str, Any]:
        """Return the pair in the promised JSON shape."""
        return {
            "emitter": self.emitter,
            "event": self.event,
            "status": self.status.value,
            "events": self.events,
            "first": self.first.isoformat() if self.first else None,
            "last": self.last.isoformat() if self.last else None,
            "facts": self.facts,
            "repeats": self.repeats,
            "over_time": self.over_time.to_json(),
        }


@dataclass(frozen=True, slots=True)
class AuditProgress:
    """How far an audit is.

    Attributes:
        events: judged.
        read: bytes that were read of the input, as it lies there.
        size: bytes that the input has; None where nobody knows.
    """

    events: int
    read: int
    size: int | None


@dataclass(frozen=True, slots=True)
class Audit:
    """What one audit found out.

    Attributes:
        files: what was read, in order.
        events: how many were judged.
        exactly: how many of them the compiled contract didn't accept at once.
        outside: left out by their time.
        others: left out by their emitter.
        broken: the broken rules, notes and unreadable lines among them.
        report_only: the exit is 0 whatever was found.
        partial: it was interrupted, and tells what was known by then.
        waiting: files whose last line has no end yet, which is left to the run that goes on from here.
    """

    toolkit: str
    registry: str
    contract: str
    files: tuple[str, ...]
    events: int
    exactly: int
    outside: int
    others: int
    pairs: tuple[PairTraffic, ...]
    broken: tuple[BrokenRule, ...]
    report_only: bool = False
    partial: bool = False
    waiting: tuple[str, ...] = ()

    @property
    def exit_code(self) -> int:
        """The exit code that the audit comes to; 130 where it was interrupted, as for any command."""
        if self.partial:
            return INTERRUPTED
        if self.report_only:
            return ExitCode.HOLDS
        codes = []
        if any(one.severity is Severity.ERROR for one in self.broken):
            codes.append(ExitCode.MISUSE)
        if self.events == 0:
            # Of nothing no rule is broken, and no pair is silent.
            return worst([*codes, ExitCode.NOTHING])
        if any(one.fails for one in self.broken):
            codes.append(ExitCode.BROKEN)
        return worst(codes)

    @property
    def success(self) -> bool:
        """True exactly when the exit code is 0."""
        return self.exit_code == ExitCode.HOLDS

    def to_json(self) -> dict[str, Any]:
        """Return the audit in the JSON shape that `contracts audit --output json` promises."""
        return {
            "toolkit": self.toolkit,
            "registry": self.registry,
            "contract": self.contract,
            "success": self.success,
            "partial": self.partial,
            "files": list(self.files),
            "waiting": list(self.waiting),
            "events": self.events,
            "exactly": self.exactly,
            "outside": self.outside,
            "others": self.others,
            "pairs": [pair.to_json() for pair in self.pairs],
            "broken": [one.to_json(self.files) for one in self.broken],
        }
