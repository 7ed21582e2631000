"""What a partition of the input comes to; partitions are put together in any split and any order, to the same."""

from __future__ import annotations

from bisect import insort
from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import datetime

from contracts.model.audit import Instance
from contracts.model.timeline import Timeline, hour_of


@dataclass(frozen=True, slots=True, order=True)
class Kind:
    """What broken rules are counted by; emitter and event are empty where nobody can say."""

    emitter: str
    event: str
    rule: str
    waived: bool = False


@dataclass(slots=True)
class Broken:
    """A count, and the first places in the order of the input."""

    count: int = 0
    first: list[Instance] = field(default_factory=list)

    def add(self, instance: Instance, keep: int) -> None:
        """Count one, and keep it where it is among the first."""
        self.count += 1
        if len(self.first) < keep or (keep and instance < self.first[-1]):
            insort(self.first, instance)
            del self.first[keep:]


@dataclass(slots=True)
class Traffic:
    """How many events of a pair were seen, and from when to when, and when its rules were broken."""

    events: int = 0
    first: datetime | None = None
    last: datetime | None = None
    over_time: Timeline = field(default_factory=Timeline)

    def add(self, time: datetime | None) -> None:
        """Count an event, and the time that it states if it does."""
        self.events += 1
        if time is not None:
            self.widen(time, time)
            self.over_time.add(hour_of(time), events=1)

    def add_many(self, events: int, first: datetime, last: datetime, hours: Iterable[tuple[int, int]]) -> None:
        """Count events that each state a time.

        Args:
            hours: how many there were in which hour.
        """
        self.events += events
        self.widen(first, last)
        for hour, count in hours:
            self.over_time.add(hour, events=count)

    def add_all(self, other: Traffic) -> None:
        """Count what another one has counted."""
        self.events += other.events
        if other.first is not None and other.last is not None:
            self.widen(other.first, other.last)
        self.over_time.add_all(other.over_time)

    def widen(self, first: datetime, last: datetime) -> None:
        """Take a span in."""
        self.first = first if self.first is None else min(self.first, first)
        self.last = last if self.last is None else max(self.last, last)


@dataclass(slots=True)
class Summary:
    """What a partition comes to.

    Attributes:
        keep: how many places of a kind are kept.
        events: judged.
        exactly: judged the exact way.
        outside: left out by their time.
        others: left out by their emitter.
    """

    keep: int
    events: int = 0
    exactly: int = 0
    outside: int = 0
    others: int = 0
    traffic: dict[tuple[str, str], Traffic] = field(default_factory=dict)
    broken: dict[Kind, Broken] = field(default_factory=dict)

    def broke(self, kind: Kind, instance: Instance, hour: int | None = None) -> None:
        """Count a broken rule.

        Args:
            hour: when, from 1970; None where nobody can say.
        """
        self.broken.setdefault(kind, Broken()).add(instance, self.keep)
        if hour is not None and kind.emitter and kind.event and not kind.waived:
            self.of_pair(kind.emitter, kind.event).over_time.add(hour, findings=1)

    def of_pair(self, emitter: str, event: str) -> Traffic:
        """Return what was seen of a pair."""
        return self.traffic.setdefault((emitter, event), Traffic())

    def add(self, part: Summary) -> None:
        """Take in what another partition came to."""
        self.events += part.events
        self.exactly += part.exactly
        self.outside += part.outside
        self.others += part.others
        for pair, seen in part.traffic.items():
            self.of_pair(*pair).add_all(seen)
        for kind, broken in part.broken.items():
            mine = self.broken.setdefault(kind, Broken())
            mine.count += broken.count
            mine.first = sorted([*mine.first, *broken.first])[: self.keep]


def merged(summaries: Iterable[Summary], keep: int) -> Summary:
    """Return what the summaries of all partitions come to together; they stay as they are.

    Args:
        keep: how many places of a kind are kept, as it was for each of them.
    """
    whole = Summary(keep)
    for part in summaries:
        whole.add(part)
    return whole
