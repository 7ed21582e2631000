"""What CI shows at a line: each finding as one annotation, whatever the CI is called."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from enum import StrEnum
from pathlib import Path

from contracts.errors import Where
from contracts.model.domain import Domain
from contracts.model.printable import printable
from contracts.model.registry import Status
from contracts.model.toml_lines import line_of, lines_of_keys
from contracts.model.verdict import Finding, PairVerdict, Verdict, Verification
from contracts.report.text import finding_fields, remark


class Level(StrEnum):
    """How loud an annotation is; the words are those of GitHub's workflow commands."""

    ERROR = "error"
    WARNING = "warning"
    NOTICE = "notice"


@dataclass(frozen=True, slots=True)
class Annotation:
    """One thing to show at one place.

    Attributes:
        identity: what stays the same from run to run: no line, no value that was sent.
    """

    level: Level
    rule: str
    title: str
    message: str
    where: Where | None
    identity: tuple[str, ...]


Places = Callable[[str, str | None], Where | None]
"""The registry's line of an emitter, or of one of its events."""


def registry_places(domain: Domain) -> Places:
    """Return a function that finds the registry's line of an emitter and an event; without a line where it can't."""
    file = str(domain.registry_file)
    try:
        lines = lines_of_keys(Path(file).read_text(encoding="utf-8"))
    except (OSError, UnicodeDecodeError):
        # The registry has been read once; that it is gone now must not hide the findings.
        lines = {}

    def place(emitter: str, event: str | None) -> Where:
        path = ("emitters", emitter, *(("events", event) if event else ()))
        return Where(file, line_of(lines, path))

    return place


def annotate(runs: Iterable[Verification], places: Places) -> tuple[Annotation, ...]:
    """Return what CI is to show, errors first.

    Args:
        runs: the verifications.
        places: the registry's lines, for findings that have no place of their own.
    """
    found = [annotation for run in runs for annotation in _of_run(run, places)]
    return tuple(sorted(found, key=lambda annotation: list(Level).index(annotation.level)))


def _of_run(run: Verification, places: Places) -> Iterator[Annotation]:
    emitter = run.emitter
    for group, level in ((run.errors, Level.ERROR), (run.violations, Level.ERROR), (run.notes, Level.WARNING)):
        yield from (_of_finding(level, finding, (emitter,), places(emitter, None)) for finding in group)
    for pair in run.pairs:
        yield from _of_pair(run, pair, places(emitter, pair.event))


def _of_pair(run: Verification, pair: PairVerdict, place: Where | None) -> Iterator[Annotation]:
    planned = pair.verdict is Verdict.PENDING
    level = Level.NOTICE if planned else Level.ERROR
    yield from (_of_finding(level, finding, (run.emitter, pair.event), place) for finding in pair.findings)
    subject = f"{run.emitter} {pair.event}"
    if pair.ready and pair.status is Status.PLANNED:
        loud = Level.ERROR if run.strict_pending else Level.NOTICE
        yield Annotation(loud, "ready", f"{subject}: pending", remark(pair), place, (run.emitter, pair.event, "ready"))
    if pair.verdict is Verdict.ERROR and not pair.findings:
        words = "no verdict: the harness broke, see the errors"
        yield Annotation(Level.ERROR, "error", f"{subject}: error", words, place, (run.emitter, pair.event, "error"))


def _of_finding(level: Level, finding: Finding, subject: tuple[str, ...], place: Where | None) -> Annotation:
    lines = [printable(finding.message)]
    lines += [f"{label}: {value}" for label, value in finding_fields(finding)]
    return Annotation(
        level=level,
        rule=finding.rule,
        title=f"{' '.join(subject)}: {finding.rule}",
        message="\n".join(lines),
        where=finding.where or place,
        identity=(*subject, finding.rule, finding.interaction or "", finding.path or ""),
    )


def complaint(rule: str, message: str, where: Where | None, next_step: str | None = None) -> Annotation:
    """Return what another check than a verification found, as an error.

    Args:
        rule: what was checked, such as `capture`.
    """
    advice = f"\nnext: {printable(next_step)}" if next_step else ""
    text = f"{printable(message)}{advice}"
    return Annotation(Level.ERROR, rule, rule, text, where, (rule, where.file if where else "", message))


def inside(where: Where | None, root: Path, current: Path) -> Where | None:
    """Return a place as the CI names it, relative to its checkout; None where it lies outside.

    Args:
        root: the checkout.
        current: the folder that relative paths are relative to.
    """
    if where is None:
        return None
    try:
        relative = (current / where.file).resolve().relative_to(root.resolve())
    except (ValueError, OSError):
        return None
    return Where(relative.as_posix(), where.line)
