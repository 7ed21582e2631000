"""A chart of events and findings over time, as the numbers of an SVG picture that needs no script."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta

from contracts.model.timeline import Timeline

MOST_COLUMNS = 120
WIDTH, ABOVE, BELOW = 720, 64, 28
"""The picture's width, and the heights that events and findings have; in its own units."""


@dataclass(frozen=True, slots=True)
class Column:
    """What a stretch of time holds.

    Attributes:
        x, width: where it stands.
        rises, falls: how high the events stand above the line, and how far the findings hang below it.
    """

    begin: datetime | None
    events: int
    findings: int
    x: float
    width: float
    rises: float
    falls: float


@dataclass(frozen=True, slots=True)
class Chart:
    """Columns side by side.

    Attributes:
        begin, end: of the time that it shows; None where the calendar ends.
        step: how long a column is.
        most_events, most_findings: the largest columns.
    """

    columns: tuple[Column, ...]
    begin: datetime | None
    end: datetime | None
    step: timedelta
    most_events: int
    most_findings: int


def chart_of(timeline: Timeline) -> Chart | None:
    """Return the chart of a timeline; None where nothing in it has a time."""
    steps = timeline.events.keys() | timeline.findings.keys()
    if not steps:
        return None
    first, last = min(steps), max(steps)
    together = -(-(last - first + 1) // MOST_COLUMNS)
    events, findings = (_columns(counts, first, together) for counts in (timeline.events, timeline.findings))
    count = (last - first) // together + 1
    most_events, most_findings = max(events.values(), default=0), max(findings.values(), default=0)
    width = WIDTH / count
    return Chart(
        columns=tuple(
            Column(
                begin=timeline.begin_of(first + number * together),
                events=events.get(number, 0),
                findings=findings.get(number, 0),
                x=round(number * width, 2),
                width=round(width, 2),
                rises=_height(events.get(number, 0), most_events, ABOVE),
                falls=_height(findings.get(number, 0), most_findings, BELOW),
            )
            for number in range(count)
            if number in events or number in findings
        ),
        begin=timeline.begin_of(first),
        end=timeline.begin_of(first + count * together),
        step=timedelta(hours=timeline.width * together),
        most_events=most_events,
        most_findings=most_findings,
    )


def _columns(counts: Mapping[int, int], first: int, together: int) -> dict[int, int]:
    found: dict[int, int] = {}
    for step, count in counts.items():
        number = (step - first) // together
        found[number] = found.get(number, 0) + count
    return found


def _height(count: int, most: int, room: int) -> float:
    # What is there is seen, however little it is beside the rest.
    return round(max(1.5, room * count / most), 2) if count else 0
