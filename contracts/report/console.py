"""A verification for people: tables where a terminal looks, plain text otherwise."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from contracts.model.printable import one_line, printable
from contracts.model.verdict import Finding, Verification
from contracts.report.look import PLAIN, Look
from contracts.report.plain import table
from contracts.report.text import finding_fields, outcome, pact_line, remark, summary

HEADINGS = ("event", "status", "verdict", "emissions", "")


def render_verification(run: Verification, *, look: Look = PLAIN) -> str:
    """Return what one run found out, without the last line end.

    Args:
        run: the run.
        look: plain text, or tables for a terminal (`look_at`).
    """
    if look.terminal:
        from contracts.report.tables import draw_verification

        return draw_verification(run, look)
    # GitHub's runner reads the old form of its commands, "##[...]", anywhere in a line.
    return look.fits("\n".join(_lines(run)).replace("##[", "#\\x23["))


def pair_rows(run: Verification) -> list[tuple[str, ...]]:
    """Return one row a pair, in the order of `HEADINGS`."""
    return [
        (one_line(pair.event), pair.status.value, pair.verdict.value, str(pair.emissions), remark(pair))
        for pair in run.pairs
    ]


def sections(run: Verification) -> Iterator[tuple[str, list[tuple[str, Finding]]]]:
    """Yield each group of findings that has any: its title, and each finding with the event it belongs to."""
    yield "findings", [(pair.event, finding) for pair in run.pairs for finding in pair.findings]
    yield "violations", [("", finding) for finding in run.violations]
    yield "errors", [("", finding) for finding in run.errors]
    yield "notes", [("", finding) for finding in run.notes]


def remarks(run: Verification) -> Iterator[tuple[str, list[str]]]:
    """Yield what else is said: the untested rules with their reasons, and the pacts."""
    yield "untested", [one_line(f"{rule}: {reason}") for rule, reason in (run.untested or {}).items()]
    yield "pacts", [pact_line(pact) for pact in run.pacts]


def last_lines(run: Verification) -> Iterator[str]:
    """Yield why the run ends as it does, where that needs words, and the summary."""
    if (why := outcome(run)) is not None:
        yield why
    yield summary((run,))


def _lines(run: Verification) -> Iterator[str]:
    yield one_line(run.emitter)
    yield from table([HEADINGS, *pair_rows(run)], indent="  ")
    for title, findings in sections(run):
        if findings:
            yield from ("", title)
            yield from (line for event, finding in findings for line in _finding(event, finding))
    for title, lines in remarks(run):
        if lines:
            yield from ("", title)
            yield from (f"  {line}" for line in lines)
    yield ""
    yield from last_lines(run)


def _finding(event: str, finding: Finding) -> Iterator[str]:
    head = one_line(f"{event} {finding.rule}".strip())
    yield from _hanging(f"  {head}: ", printable(finding.message))
    fields = finding_fields(finding)
    width = max((len(label) for label, _ in fields), default=0)
    for label, value in fields:
        yield from _hanging(f"    {label:<{width}}  ", value)


def _hanging(head: str, text: str) -> Iterable[str]:
    """Return `text` after `head`, its further lines below the first.

    A line from outside never starts a line of ours: a CI would read "::add-mask::" there as a command.
    """
    first, *rest = text.split("\n")
    return (head + first).rstrip(), *(f"      | {line}".rstrip() for line in rest)
