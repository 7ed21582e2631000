"""Verifications in Markdown, for a pull request or a job summary."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from contracts.model.verdict import Finding, Verification
from contracts.report.markdown_text import code, escape, raw_table
from contracts.report.pair_matrix import PairMatrix, matrix_markdown
from contracts.report.text import finding_fields, optional_lines, outcome, pact_line, remark, summary

_VERDICTS = {"passed": "passed", "failed": "**failed**", "pending": "pending", "error": "**error**"}


def render_markdown(runs: Iterable[Verification], *, matrix: PairMatrix | None = None) -> str:
    """Return the runs for people: the summary, the matrix if given, then each emitter's pairs and findings."""
    taken = tuple(runs)
    lines = ["# Contracts", ""]
    lines += [matrix_markdown(matrix)] if matrix else [f"**{escape(summary(taken))}**", ""]
    for run in taken:
        lines += _run(run)
    return "\n".join(lines).rstrip("\n") + "\n"


def _run(run: Verification) -> Iterator[str]:
    yield from (f"## {escape(run.emitter)}", "")
    if (why := outcome(run)) is not None:
        yield from (escape(why), "")
    rows = [
        [
            escape(pair.event),
            pair.status.value,
            _VERDICTS[pair.verdict.value],
            str(pair.emissions),
            escape(remark(pair)),
        ]
        for pair in run.pairs
    ]
    yield from (raw_table([["event", "status", "verdict", "emissions", "remark"], *rows]), "")
    for pair in run.pairs:
        yield from _findings(f"{pair.event}: {pair.verdict.value}", pair.findings, is_open=pair.verdict == "failed")
    fields = [f"{pair.event}: {name.lower()}: {paths}" for pair in run.pairs for name, paths in optional_lines(pair)]
    yield from _list("optional fields", fields)
    yield from _findings("violations", run.violations, is_open=True)
    yield from _findings("errors", run.errors, is_open=True)
    yield from _findings("notes", run.notes, is_open=False)
    yield from _list("untested", [f"{rule}: {reason}" for rule, reason in (run.untested or {}).items()])
    yield from _list("pacts", [pact_line(pact) for pact in run.pacts])


def _findings(title: str, findings: tuple[Finding, ...], *, is_open: bool) -> Iterator[str]:
    if not findings:
        return
    # An empty line after the summary: without it GitHub reads the rest as HTML, not as Markdown.
    yield f"<details{' open' if is_open else ''}><summary>{escape(title)} ({len(findings)})</summary>"
    yield ""
    for finding in findings:
        yield f"- **{escape(finding.rule)}** {escape(finding.message)}"
        yield from (
            f"  - {label}: {escape(value) if label == 'next' else code(value)}"
            for label, value in finding_fields(finding)
        )
    yield from ("", "</details>", "")


def _list(title: str, lines: list[str]) -> Iterator[str]:
    if lines:
        yield from (f"### {title.capitalize()}", "", *(f"- {escape(line)}" for line in lines), "")
