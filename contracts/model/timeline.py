"""How many events and findings there were when: hour by hour, or in wider steps where that would be too many.

A pure value that can be put together in any split and any order, to the same: the width follows from which hours there
are, and from nothing else.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import Any

WIDTHS = (1, 24, 7 * 24, 52 * 7 * 24)
"""Hours that a step may have: an hour, a day, a week, 52 weeks. Each is a multiple of the one before."""
MOST_STEPS = 1000
"""More steps than these are put together to wider ones; of the widest there are as many as there are."""

_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)


def hour_of(moment: datetime) -> int:
    """Return the whole hours from 1970 to a moment."""
    return (moment - _EPOCH) // timedelta(hours=1)


@dataclass(slots=True)
class Timeline:
    """Events and findings by the time that they state.

    Attributes:
        width: the hours of a step.
        events, findings: how many there were in each step; step 0 begins with 1970.
    """

    width: int = WIDTHS[0]
    events: dict[int, int] = field(default_factory=dict)
    findings: dict[int, int] = field(default_factory=dict)

    def add(self, hour: int, *, events: int = 0, findings: int = 0) -> None:
        """Count what states this hour."""
        self._add(hour // self.width, events, findings)
        self._widen()

    def add_all(self, other: Timeline) -> None:
        """Count what another one has counted."""
        while self.width < other.width:
            self._take_width(WIDTHS[WIDTHS.index(self.width) + 1])
        factor = self.width // other.width
        for step, count in other.events.items():
            self._add(step // factor, count, 0)
        for step, count in other.findings.items():
            self._add(step // factor, 0, count)
        self._widen()

    def _add(self, step: int, events: int, findings: int) -> None:
        if events:
            self.events[step] = self.events.get(step, 0) + events
        if findings:
            self.findings[step] = self.findings.get(step, 0) + findings

    def _widen(self) -> None:
        # Counted apart, so that the width hangs on what was seen alone.
        while max(len(self.events), len(self.findings)) > MOST_STEPS and self.width != WIDTHS[-1]:
            self._take_width(WIDTHS[WIDTHS.index(self.width) + 1])

    def _take_width(self, width: int) -> None:
        factor = width // self.width
        self.width = width
        self.events, self.findings = _put_together(self.events, factor), _put_together(self.findings, factor)

    def to_json(self) -> dict[str, Any]:
        """Return the counts of each step that has any, by its begin."""
        steps = sorted(self.events.keys() | self.findings.keys())
        return {
            "hours": self.width,
            "steps": [
                {
                    "begin": begin.isoformat() if (begin := self.begin_of(step)) else None,
                    "events": self.events.get(step, 0),
                    "findings": self.findings.get(step, 0),
                }
                for step in steps
            ],
        }

    def begin_of(self, step: int) -> datetime | None:
        """Return the moment that a step begins at; None where the calendar has none."""
        try:
            return _EPOCH + timedelta(hours=step * self.width)
        except OverflowError:
            return None


def _put_together(counts: Mapping[int, int], factor: int) -> dict[int, int]:
    wider: dict[int, int] = {}
    for step, count in counts.items():
        wider[step // factor] = wider.get(step // factor, 0) + count
    return wider
