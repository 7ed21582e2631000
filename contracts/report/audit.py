"""What an audit of recorded traffic found out, for people."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime

from contracts.model.audit import Audit, BrokenRule, Instance
from contracts.model.printable import counted, one_line
from contracts.model.rules import Severity
from contracts.report.blocks import Block, Entry, Gap, Grid, Group, Line, Title
from contracts.report.look import PLAIN, Look
from contracts.report.rendering import render


def render_audit(audit: Audit, *, look: Look = PLAIN) -> str:
    """Return what an audit found out, without the last line end."""
    return render(_audit(audit), look)


def _audit(audit: Audit) -> Iterator[Block]:
    partial = ", interrupted" if audit.partial else ""
    yield Title(f"{counted(audit.events, 'event')} in {counted(len(audit.files), 'file')}{partial}")
    yield _pairs(audit)
    for name, severity, waived in _GROUPS:
        rules = [one for one in audit.broken if one.severity is severity and one.waived is waived]
        if rules:
            yield Group(name)
        for rule in rules:
            yield from _rule(rule, audit.files)
    remarks = list(audit_remarks(audit))
    if remarks:
        yield Group("not judged, and how it was judged")
        yield from map(Line, remarks)
    yield Gap()
    yield Title(audit_outcome(audit))


_GROUPS = (
    ("errors", Severity.ERROR, False),
    ("violations", Severity.VIOLATION, False),
    ("findings", Severity.FINDING, False),
    ("waived", Severity.FINDING, True),
    ("notes", Severity.NOTE, False),
)


def _pairs(audit: Audit) -> Grid:
    rows = tuple(
        (
            one_line(pair.emitter),
            one_line(pair.event),
            pair.status.value,
            str(pair.events),
            _time(pair.first),
            _time(pair.last),
            str(pair.facts),
            str(pair.repeats),
        )
        for pair in audit.pairs
    )
    headings = ("emitter", "event", "status", "events", "first", "last", "facts", "repeats")
    return Grid(headings, rows, right=("events", "facts", "repeats"), indented=True)


def _time(moment: datetime | None) -> str:
    return moment.isoformat(timespec="seconds") if moment is not None else "-"


def _rule(rule: BrokenRule, files: tuple[str, ...]) -> Iterator[Block]:
    whose = " ".join(filter(None, (rule.emitter, rule.event)))
    head = f"{rule.rule} ({one_line(whose)})" if whose else rule.rule
    yield Entry(head, "once" if rule.count == 1 else f"{rule.count} times", (("next", rule.next_step),))
    for instance in rule.first:
        yield Line(f"  {_instance(instance, files)}")
    if rule.first and rule.count > len(rule.first):
        yield Line(f"  and {rule.count - len(rule.first)} more")


def _instance(instance: Instance, files: tuple[str, ...]) -> str:
    at = instance.at
    sent = f"; sent: {instance.actual}" if instance.actual else ""
    return one_line(f"{files[at.file]}:{at.line} (byte {at.offset}): {instance.message}{sent}")


def audit_remarks(audit: Audit) -> Iterator[str]:
    """Yield what wasn't judged, and what took longer."""
    for file in audit.waiting:
        yield one_line(f"the last line of {file} has no end yet, and is left to the next run")
    if audit.outside:
        yield f"{counted(audit.outside, 'event')} left out by their time"
    if audit.others:
        yield f"{counted(audit.others, 'event')} of other emitters left out"
    if audit.exactly:
        yield f"{counted(audit.exactly, 'event')} judged the exact way, which takes longer"


def audit_outcome(audit: Audit) -> str:
    """Return in one sentence what the audit came to."""
    if audit.partial:
        return "interrupted: this is a part of the input, and no verdict"
    if audit.events == 0:
        return "nothing was judged"
    failing = [one for one in audit.broken if one.fails]
    unread = any(one.severity is Severity.ERROR for one in audit.broken)
    verb = "fails" if len(failing) == 1 else "fail"
    said = [f"{counted(len(failing), 'broken rule')} {verb} the audit"] if failing else []
    said += ["part of the input couldn't be judged"] if unread else []
    found = ", and ".join(said) if said else "the contract holds in what was judged"
    return f"{found} (only reported: exit 0)" if said and audit.report_only else found
