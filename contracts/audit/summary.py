"""What a partition of the input comes to; partitions are put together in any split and any order, to the same."""

from __future__ import annotations

from bisect import insort
from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import datetime

from contracts.model.audit import Instance


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
    """How many events of a pair were seen, and from when to when."""

    events: int = 0
    first: datetime | None = None
    last: datetime | None = None

    def add(self, time: datetime | None, events: int = 1) -> None:
        """Count events, and widen the span to a time that one states."""
        self.events += events
        if time is not None:
            self.first = time if self.first is None else min(self.first, time)
            self.last = time if self.last is None else max(self.last, time)


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

    def broke(self, kind: Kind, instance: Instance) -> None:
        """Count a broken rule."""
        self.broken.setdefault(kind, Broken()).add(instance, self.keep)

    def saw(self, emitter: str, event: str, time: datetime | None) -> None:
        """Count an event of a pair."""
        self.traffic.setdefault((emitter, event), Traffic()).add(time)


def merged(summaries: Iterable[Summary], keep: int) -> Summary:
    """Return what the summaries of all partitions come to together; they stay as they are.

    Args:
        keep: how many places of a kind are kept, as it was for each of them.
    """
    whole = Summary(keep)
    for part in summaries:
        whole.events += part.events
        whole.exactly += part.exactly
        whole.outside += part.outside
        whole.others += part.others
        for pair, seen in part.traffic.items():
            traffic = whole.traffic.setdefault(pair, Traffic())
            traffic.add(seen.first, seen.events)
            traffic.add(seen.last, 0)
        for kind, broken in part.broken.items():
            mine = whole.broken.setdefault(kind, Broken())
            mine.count += broken.count
            mine.first = sorted([*mine.first, *broken.first])[:keep]
    return whole
