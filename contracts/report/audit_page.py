"""What an audit of recorded traffic found out, as one page that needs no network, no script and nothing beside it."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import cache
from pathlib import Path

from jinja2 import Environment

from contracts.html import html_templates
from contracts.model.audit import Audit, BrokenRule, PairTraffic
from contracts.model.printable import counted
from contracts.model.rules import RULES, Severity
from contracts.report.audit import audit_outcome, audit_remarks
from contracts.report.chart import ABOVE, BELOW, WIDTH, Chart, chart_of

_TEMPLATES = Path(__file__).with_name("templates")


@dataclass(frozen=True, slots=True)
class AuditedPair:
    """A pair with its chart and the rules that are broken; the pair is None for what belongs to none."""

    pair: PairTraffic | None
    chart: Chart | None
    broken: tuple[BrokenRule, ...]
    anchor: str

    @property
    def state(self) -> str:
        """`failed` where something fails the audit, `pending` where something else was found, else `passed`."""
        if any(one.fails for one in self.broken):
            return "failed"
        if any(one.severity is Severity.ERROR for one in self.broken):
            return "error"
        if self.pair is not None and self.pair.events == 0:
            return "unverified"
        return "pending" if any(not one.waived for one in self.broken) else "passed"


def render_audit_html(audit: Audit, made: str) -> str:
    """Return the audit as one HTML document, to be written as UTF-8.

    Args:
        made: when it was made.
    """
    return (
        _environment()
        .get_template("audit.html.j2")
        .render(
            audit=audit,
            made=made,
            parts=tuple(_parts(audit)),
            outcome=audit_outcome(audit),
            remarks=tuple(audit_remarks(audit)),
            rules=RULES,
        )
    )


def _parts(audit: Audit) -> Iterator[AuditedPair]:
    """Yield what belongs to no pair of the registry, and then each pair."""
    keys = {(pair.emitter, pair.event) for pair in audit.pairs}
    others = tuple(one for one in audit.broken if (one.emitter, one.event) not in keys)
    if others:
        yield AuditedPair(None, None, others, "others")
    for number, pair in enumerate(audit.pairs):
        own = tuple(one for one in audit.broken if (one.emitter, one.event) == (pair.emitter, pair.event))
        yield AuditedPair(pair, chart_of(pair.over_time), own, f"pair-{number}")


@cache
def _environment() -> Environment:
    environment = html_templates(_TEMPLATES)
    environment.filters |= {"moment": _moment, "lasting": _length, "counted": _counted}
    environment.globals |= {"width": WIDTH, "above": ABOVE, "below": BELOW}
    return environment


def _moment(moment: datetime | None) -> str:
    return moment.strftime("%Y-%m-%d %H:%M") if moment is not None else "?"


def _length(step: timedelta) -> str:
    hours = int(step.total_seconds()) // 3600
    return counted(hours // 24, "day") if hours % 24 == 0 else counted(hours, "hour")


def _counted(values: int | Iterable[object], name: str) -> str:
    return counted(values if isinstance(values, int) else len(tuple(values)), name)
