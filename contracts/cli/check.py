"""`contracts check`: the main job of a project's CI."""

from __future__ import annotations

import os
import sys
from pathlib import Path
from typing import TYPE_CHECKING

import click

from contracts.cli.options import leave, output_option, project, stale_pacts, tell_ci
from contracts.cli.output import say, say_json, show
from contracts.files import write_whole
from contracts.model.check import Check
from contracts.project.pacts import pacts_folder
from contracts.project.paths import shown
from contracts.release.check import check

if TYPE_CHECKING:
    from contracts.report.annotations import Annotation


@click.command("check", short_help="Check what this repository has of the contract, and rehearse its release.")
@click.option("--junit", type=click.Path(path_type=Path, dir_okay=False), metavar="FILE", help="Write JUnit XML here.")
@click.option("--sarif", type=click.Path(path_type=Path, dir_okay=False), metavar="FILE", help="Write SARIF here.")
@output_option()
def command(junit: Path | None, sarif: Path | None, output: str) -> None:
    """Check what can be checked in this repository.

    A contract's repository is linted, and its documents are compared with it; a consumer's is linted, and its pacts
    are compared with its tests; each emitter that the settings name is verified. Where consumer and emitter are both
    here, the release is asked of a throwaway broker; what PACT_BROKER_BASE_URL names is never spoken to. Exit 3 only
    where there is nothing to check.

    \b
    Example:
      contracts check
    """
    from contracts.report.check import check_json, render_check
    from contracts.report.look import look_at
    from contracts.report.progress import watch

    settings, domain = project()
    result = check(
        settings,
        domain,
        os.environ,
        echo=lambda text: say(text, err=True),
        listen=lambda events, emitter: watch(events, emitter, stream=sys.stderr),
    )
    complaints = _complaints(result)
    if junit is not None:
        from contracts.report.junit import render_junit

        write_whole(junit, render_junit(result.runs, checks=complaints))
    others = [found for group in complaints.values() for found in group]
    if sarif is not None:
        from contracts.report.sarif import render_sarif

        write_whole(sarif, render_sarif(result.runs, domain, others=others))
    if output == "json":
        say_json(check_json(domain, result))
    else:
        folder = shown(pacts_folder(settings))
        show(render_check(domain, result, folder=folder, look=look_at(sys.stdout)))
    tell_ci(domain, result.runs, others=others, matrix=True)
    leave(result.exit_code)


def _complaints(result: Check) -> dict[str, list[Annotation]]:
    from contracts.report.annotations import complaint

    documents = [(document.command, problem) for document in result.documents for problem in document.problems]
    return {
        "lint": [complaint(found.rule, found.message, found.where, found.next_step) for found in result.lint or ()],
        "documents": [complaint(name, found.message, found.where, found.next_step) for name, found in documents],
        "capture": stale_pacts(result.pacts) if result.pacts else [],
    }
