"""What a CI system is told, by itself, when its variables are there."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any, TextIO

from contracts.errors import MisuseError, Where
from contracts.files import write_whole
from contracts.model.domain import Domain
from contracts.model.printable import inert, printable
from contracts.model.verdict import Verification
from contracts.report import github, gitlab
from contracts.report.annotations import Annotation, Level, annotate, inside, registry_places

CODE_QUALITY = "CONTRACTS_CODE_QUALITY"
"""The variable that asks for GitLab's code-quality report, and names its file; no file is written unasked."""


@dataclass(frozen=True, slots=True)
class Writing:
    """Something to be written.

    Attributes:
        file: where to; None is the standard error stream, because standard output carries the result.
        append: after what the file holds; else in its place.
    """

    text: str
    file: Path | None = None
    append: bool = False


def in_ci(environ: Mapping[str, str] | None = None) -> bool:
    """Return whether a CI system runs this."""
    environ = os.environ if environ is None else environ
    return any(_on(environ, name) for name in ("CI", "GITHUB_ACTIONS", "GITLAB_CI"))


def ci_writings(
    runs: Iterable[Verification],
    domain: Domain,
    *,
    markdown: Callable[[], str],
    others: Iterable[Annotation] = (),
    environ: Mapping[str, str] | None = None,
) -> tuple[Writing, ...]:
    """Return what the CI that runs this is to be told; nothing where none does.

    Args:
        runs: the verifications; without any, no summary and no outputs are written.
        domain: for the registry's lines.
        markdown: makes the job summary, where one is wanted.
        others: what other checks found.
        environ: the environment's variables.
    """
    environ = os.environ if environ is None else environ
    on_github, report = _on(environ, "GITHUB_ACTIONS"), environ.get(CODE_QUALITY)
    if not on_github and not report:
        return ()
    taken = tuple(runs)
    annotations = (*others, *annotate(taken, registry_places(domain)))
    told = tuple(_github(taken, annotations, markdown, environ)) if on_github else ()
    return (*told, _code_quality(annotations, domain, Path(report), checkout(environ))) if report else told


def checkout(environ: Mapping[str, str] | None = None) -> Path:
    """Return the folder that a CI's places are relative to: its checkout, else the current folder."""
    environ = os.environ if environ is None else environ
    return Path(environ.get("GITHUB_WORKSPACE") or environ.get("CI_PROJECT_DIR") or ".")


def commands_for(found: Iterable[Mapping[str, Any]], environ: Mapping[str, str] | None = None) -> tuple[str, ...]:
    """Return GitHub's workflow commands for what a test run found; none elsewhere.

    Args:
        found: each with a `title`, a `message`, a `file` and a `line` or None.
        environ: the environment's variables.
    """
    environ = os.environ if environ is None else environ
    if not _on(environ, "GITHUB_ACTIONS"):
        return ()
    annotations = (
        Annotation(Level.ERROR, "pytest", str(one["title"]), printable(str(one["message"])), _where(one), ())
        for one in found
    )
    return tuple(github.workflow_commands(_placed(annotations, Path(environ.get("GITHUB_WORKSPACE") or "."))))


def _where(found: Mapping[str, Any]) -> Where:
    return Where(str(found["file"]), found["line"])


def deliver(writings: Iterable[Writing], stderr: TextIO) -> None:
    """Write everything; what can't be written is said and changes no exit code."""
    for writing in writings:
        if writing.file is None:
            stderr.write(writing.text)
            continue
        try:
            if writing.append:
                with writing.file.open("a", encoding="utf-8", newline="\n") as file:
                    file.write(writing.text)
            else:
                write_whole(writing.file, writing.text)
        except (OSError, MisuseError) as error:
            reason = error.what if isinstance(error, MisuseError) else f"it can't be written: {error.strerror}"
            stderr.write(inert(f"warning: {writing.file}: {reason}\n"))


def _on(environ: Mapping[str, str], name: str) -> bool:
    return environ.get(name, "").lower() not in ("", "0", "false")


def _github(
    runs: tuple[Verification, ...],
    annotations: tuple[Annotation, ...],
    markdown: Callable[[], str],
    environ: Mapping[str, str],
) -> Iterator[Writing]:
    commands = list(github.workflow_commands(_placed(annotations, checkout(environ))))
    if commands:
        yield Writing("".join(f"{command}\n" for command in commands))
    if not runs:
        return
    if summary := environ.get("GITHUB_STEP_SUMMARY"):
        file = Path(summary)
        room = github.SUMMARY_BYTES - (file.stat().st_size if file.is_file() else 0)
        yield Writing(github.job_summary(markdown(), room=room), file, append=True)
    if output := environ.get("GITHUB_OUTPUT"):
        yield Writing(github.output_file(github.outputs(runs)), Path(output), append=True)


def _code_quality(annotations: tuple[Annotation, ...], domain: Domain, file: Path, root: Path) -> Writing:
    registry = inside(Where(str(domain.registry_file)), root, Path.cwd())
    # A registry from an installed package has no place in the checkout, but GitLab wants some file.
    elsewhere = registry or Where(domain.registry_file.name)
    # A job may run several commands: each adds to what the ones before it found.
    before = gitlab.issues_in(file.read_text(encoding="utf-8", errors="replace")) if file.is_file() else ()
    return Writing(gitlab.code_quality(_placed(annotations, root), elsewhere=elsewhere, before=before), file)


def _placed(annotations: Iterable[Annotation], root: Path) -> Iterator[Annotation]:
    current = Path.cwd()
    return (replace(annotation, where=inside(annotation.where, root, current)) for annotation in annotations)
