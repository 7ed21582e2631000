"""`contracts check`: the main job of a project's CI."""

from __future__ import annotations

import os
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from contracts.cli.options import counted, echo_json, leave, output_option, project, stale_pacts, tell_ci, write_file
from contracts.project.paths import shown
from contracts.release.check import Check, check

if TYPE_CHECKING:
    from contracts.model.domain import Domain
    from contracts.report.annotations import Annotation


@click.command("check", short_help="Check the whole project and rehearse its release.")
@click.option("--junit", type=click.Path(path_type=Path, dir_okay=False), metavar="FILE", help="Write JUnit XML here.")
@output_option()
def command(junit: Path | None, output: str) -> None:
    """Lint the contract, compare the pacts with the consumer tests, verify every emitter, rehearse the release.

    The release is asked of a throwaway broker; what PACT_BROKER_BASE_URL names is never spoken to.

    \b
    Example:
      contracts check
    """
    from contracts.report.progress import watch

    settings, domain = project()
    result = check(
        settings,
        domain,
        os.environ,
        echo=lambda text: click.echo(text, err=True),
        listen=lambda events, emitter: watch(events, emitter, stream=sys.stderr),
    )
    complaints = _complaints(result)
    if junit is not None:
        from contracts.report.junit import render_junit

        write_file(junit, render_junit(result.runs, checks=complaints))
    if output == "json":
        echo_json(_document(domain, result))
    else:
        _print(domain, result)
    tell_ci(domain, result.runs, others=[found for group in complaints.values() for found in group], matrix=True)
    leave(result.exit_code)


def _complaints(result: Check) -> dict[str, list[Annotation]]:
    from contracts.report.annotations import complaint

    return {
        "lint": [complaint(found.rule, found.message, found.where, found.next_step) for found in result.lint],
        "capture": stale_pacts(result.capture),
    }


def _print(domain: Domain, result: Check) -> None:
    from contracts.report.console import render_verification
    from contracts.report.look import look_at
    from contracts.report.matrix import build_matrix, render_matrix

    look = look_at(sys.stdout)
    for finding in result.lint:
        click.echo(f"lint: {finding.where or domain.package}: {finding.rule}: {finding.message}")
    click.echo(f"lint: {counted(len(result.lint), 'finding')}")
    for change in result.capture.changes:
        click.echo(f"capture: {change.how}: {shown(result.capture.folder / change.file)}")
    stale = "stale: run contracts capture and commit the pacts" if result.capture.changes else "up to date"
    captured = f"{counted(result.capture.expectations, 'expectation')}, {counted(len(result.capture.pacts), 'pact')}"
    click.echo(f"capture: {captured}, {stale}")
    for run in result.runs:
        click.echo("")
        click.echo(render_verification(run, look=look))
    for emitter in result.unreached:
        click.echo(f"not verified: {emitter}; name a driver under [tool.contracts.emitters.{emitter}]")
    click.echo("")
    click.echo(render_matrix(build_matrix(domain.registry, domain.catalogue, result.runs), look=look))
    click.echo("")
    for line in _releases(result):
        click.echo(line)


def _releases(result: Check) -> Iterator[str]:
    from contracts.cli.can_i_deploy import lines_of

    if not result.releases:
        yield "release: not asked; it takes captured pacts and a verified emitter with an implemented pair"
    for decision in result.releases:
        # What comes next on a throwaway broker is nobody's business.
        yield from lines_of(decision)[:-1]


def _document(domain: Domain, result: Check) -> dict[str, Any]:
    from contracts.report.matrix import build_matrix, matrix_json

    return {
        "success": result.exit_code == 0,
        "lint": [finding.to_json() for finding in result.lint],
        "capture": {
            "expectations": result.capture.expectations,
            "changes": [{"file": change.file, "change": change.how} for change in result.capture.changes],
        },
        "verifications": [run.to_json() for run in result.runs],
        "unreached": list(result.unreached),
        "releases": [decision.to_json() for decision in result.releases],
        "matrix": matrix_json(build_matrix(domain.registry, domain.catalogue, result.runs)),
    }
