"""What commands print for people of a verification, as the stream takes it."""

from __future__ import annotations

from collections.abc import Iterator

from contracts.model.printable import one_line, printable, readable
from contracts.model.verdict import Finding, Verification
from contracts.report.blocks import Block, Entry, Gap, Grid, Group, Line, Title
from contracts.report.look import PLAIN, Look
from contracts.report.rendering import render
from contracts.report.text import LONGEST_FINDING, finding_fields, outcome, pact_line, remark, summary, unposted_lines


def render_verification(run: Verification, *, look: Look = PLAIN) -> str:
    """Return what one run found out, without the last line end.

    Args:
        run: the run.
        look: plain text, or tables for a terminal (`look_at`).
    """
    return render(_verification(run), look)


def _verification(run: Verification) -> Iterator[Block]:
    yield Title(one_line(f"{run.emitter}, judged by {run.judged_by}" if run.judged_by else run.emitter))
    yield _pairs(run)
    for name, findings in _findings(run):
        if findings:
            yield Group(name)
            yield from findings
    for name, lines in _remarks(run):
        if lines:
            yield Group(name)
            yield from (Line(one_line(line)) for line in lines)
    yield Gap()
    if (why := outcome(run)) is not None:
        yield Title(why)
    yield Title(summary((run,)))


def _pairs(run: Verification) -> Grid:
    rows = tuple(
        (one_line(pair.event), pair.status.value, pair.verdict.value, str(pair.emissions), remark(pair))
        for pair in run.pairs
    )
    return Grid(("event", "status", "verdict", "emissions", ""), rows, right=("emissions",), indented=True)


def _findings(run: Verification) -> Iterator[tuple[str, list[Entry]]]:
    yield "findings", [_entry(finding, pair.event) for pair in run.pairs for finding in pair.findings]
    yield "violations", [_entry(finding) for finding in run.violations]
    yield "errors", [_entry(finding) for finding in run.errors]
    yield "notes", [_entry(finding) for finding in run.notes]


def _entry(finding: Finding, event: str = "") -> Entry:
    head = one_line(f"{event} {finding.rule}".strip())
    return Entry(head, readable(printable(finding.message), longest=LONGEST_FINDING), finding_fields(finding))


def _remarks(run: Verification) -> Iterator[tuple[str, list[str]]]:
    yield "untested", [f"{rule}: {reason}" for rule, reason in (run.untested or {}).items()]
    if run.seed and (run.violations or run.errors or any(pair.findings for pair in run.pairs)):
        yield "facts", [f"--seed {run.seed} asks for the same ones again"]
    yield "pacts", [pact_line(pact) for pact in run.pacts]
    yield "publication", [line for one in run.left_unposted for line in unposted_lines(one)]
    yield "evidence", [run.evidence.text] if run.evidence else []
