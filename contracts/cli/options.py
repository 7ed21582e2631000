"""Options that several commands share, and the context they make: settings and domain."""

from __future__ import annotations

import sys
from collections.abc import Callable, Iterable, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any, TypeVar

import click

from contracts.errors import Where

if TYPE_CHECKING:
    from contracts.model.domain import Domain
    from contracts.model.verdict import Verification
    from contracts.model.written_pacts import WrittenPacts
    from contracts.project.settings import Settings
    from contracts.report.annotations import Annotation

F = TypeVar("F", bound=Callable[..., Any])


def output_option(*formats: str) -> Callable[[F], F]:
    """Return the option `--output`; its first format is the default."""
    return click.option(
        "-o",
        "--output",
        type=click.Choice(formats or ("table", "json")),
        default=(formats or ("table", "json"))[0],
        show_default=True,
        help="What stdout carries; json is one document.",
    )


def project() -> tuple[Settings, Domain]:
    """Return the settings of the current folder's project and the domain that they name.

    Raises:
        MisuseError: the settings or the registry can't be used.
    """
    # No help text needs a project, nor what reads one.
    from contracts.project.domain import load_domain
    from contracts.project.settings import load_settings

    settings = load_settings(Path.cwd())
    return settings, load_domain(settings)


def tell_ci(
    domain: Domain, runs: Sequence[Verification] = (), *, others: Iterable[Annotation] = (), matrix: bool = False
) -> None:
    """Tell the CI that runs this, if one does, what was found: annotations, summary, outputs, code quality.

    Args:
        others: what other checks than verifications found.
        matrix: the runs are those of the whole project; its matrix heads the summary.
    """
    from contracts.report.ci import ci_writings, deliver

    def markdown() -> str:
        from contracts.report.markdown import render_markdown
        from contracts.report.pair_matrix import build_matrix

        whole = build_matrix(domain.registry, domain.catalogue, runs) if matrix else None
        return render_markdown(runs, matrix=whole)

    deliver(ci_writings(runs, domain, markdown=markdown, others=others), sys.stderr)


def stale_pacts(result: WrittenPacts) -> list[Annotation]:
    """Return each pact that isn't what the consumer tests expect, for a CI to show."""
    from contracts.report.annotations import complaint

    return [
        complaint(
            "capture",
            "\n".join([f"the pact is stale: {change.how}", *change.details]),
            Where(str(result.folder / change.file)),
            "run contracts capture and commit the pacts",
        )
        for change in result.changes
    ]


def leave(code: int) -> None:
    """End the command with an exit code."""
    raise click.exceptions.Exit(code)
