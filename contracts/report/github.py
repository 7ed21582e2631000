"""What GitHub Actions reads: annotations, the job summary and a step's outputs.

Source: GitHub Docs, "Workflow commands for GitHub Actions" (escaping, files, sizes) and the runner's own
limits on annotations: ten errors, ten warnings and ten notices a step.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Iterator, Mapping

from contracts.model.verdict import Verdict, Verification
from contracts.report.annotations import Annotation, Level
from contracts.report.text import tally

ANNOTATIONS_PER_LEVEL = 10
SUMMARY_BYTES = 1024 * 1024
"""What the job summary of one step may hold."""

_CUT = "\n\nThe rest is left out: a job summary holds 1 MiB.\n"


def workflow_commands(annotations: Iterable[Annotation]) -> Iterator[str]:
    """Yield one workflow command a line, ten a level at most; the tenth then says how many are left out."""
    found = tuple(annotations)
    for level in Level:
        loud = [annotation for annotation in found if annotation.level is level]
        if len(loud) <= ANNOTATIONS_PER_LEVEL:
            yield from map(_command, loud)
            continue
        shown = ANNOTATIONS_PER_LEVEL - 1
        yield from map(_command, loud[:shown])
        yield f"::{level}::{_data(f'{len(loud) - shown} more; the job summary and the log have them all')}"


def _command(annotation: Annotation) -> str:
    properties = {"title": annotation.title}
    if annotation.where is not None:
        properties["file"] = annotation.where.file
        if annotation.where.line is not None:
            properties["line"] = str(annotation.where.line)
    shown = ",".join(f"{name}={_property(value)}" for name, value in properties.items())
    return f"::{annotation.level} {shown}::{_data(annotation.message)}"


def _data(text: str) -> str:
    return text.replace("%", "%25").replace("\r", "%0D").replace("\n", "%0A")


def _property(text: str) -> str:
    return _data(text).replace(":", "%3A").replace(",", "%2C")


def job_summary(markdown: str, *, room: int = SUMMARY_BYTES) -> str:
    """Return the Markdown as far as a job summary holds it, cut between lines.

    Args:
        room: how many bytes are left; what goes over makes GitHub drop the whole summary.
    """
    text = markdown.encode()
    if len(text) <= room:
        return markdown
    kept = text[: max(0, room - len(_CUT.encode()))]
    return kept[: kept.rfind(b"\n") + 1].decode() + _CUT if b"\n" in kept else ""


def outputs(runs: Iterable[Verification]) -> dict[str, str]:
    """Return what later steps may ask for: `success`, the numbers of pairs, and the failed pairs, one a line."""
    taken = tuple(runs)
    verdicts = tally(pair for run in taken for pair in run.pairs)
    failed = [f"{run.emitter} {pair.event}" for run in taken for pair in run.pairs if pair.verdict is Verdict.FAILED]
    return {
        "success": str(all(run.success for run in taken)).lower(),
        **{verdict.value: str(verdicts[verdict]) for verdict in Verdict},
        "violations": str(sum(len(run.violations) for run in taken)),
        "failed-pairs": "\n".join(failed),
    }


def output_file(values: Mapping[str, str]) -> str:
    """Return the lines for GITHUB_OUTPUT.

    A value of several lines stands between delimiters. The delimiter is the value's own hash, which the value
    can't hold: no output can end early and set another.
    """
    return "".join(_output(name, value) for name, value in values.items())


def _output(name: str, value: str) -> str:
    if "\n" not in value and "\r" not in value and "<<" not in value:
        return f"{name}={value}\n"
    delimiter = f"end-{hashlib.sha256(value.encode()).hexdigest()}"
    return f"{name}<<{delimiter}\n{value}\n{delimiter}\n"
