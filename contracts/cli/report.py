"""`contracts report`: the state of the contract at a glance, for people."""

from __future__ import annotations

import sys
from datetime import UTC, datetime
from pathlib import Path

import click

from contracts.cli.options import leave, project, tell_ci, write_file
from contracts.errors import ExitCode, MisuseError, worst


@click.command("report")
@click.option("--html", type=click.Path(path_type=Path, dir_okay=False), metavar="FILE", help="Write one HTML page.")
@click.option(
    "--markdown",
    type=click.Path(path_type=Path, dir_okay=False, allow_dash=True),
    metavar="FILE",
    help="Write Markdown, for a pull request or a job summary; - is standard output.",
)
@click.option("--report-only", is_flag=True, help="Exit 0 whatever was found.")
def command(html: Path | None, markdown: Path | None, report_only: bool) -> None:
    """Verify each emitter that the settings name a driver for, and write a report.

    The HTML page needs no network and no script: the matrix of emitters and events, and for each pair what was
    emitted, what was found, what is read of the event and what was not tested.

    \b
    Examples:
      contracts report --html contracts.html
      contracts report --markdown -
    """
    from contracts.flows.check import verify_reached
    from contracts.flows.verify import Mode, local_pacts
    from contracts.report.evidence import Evidence
    from contracts.report.progress import watch

    if html is None and markdown is None:
        raise MisuseError("nothing is asked for", next_step="say --html FILE, --markdown FILE, or both")
    settings, domain = project()
    runs = verify_reached(
        settings,
        domain,
        Mode(report_only=report_only),
        listen=lambda events, emitter: watch(events, emitter, stream=sys.stderr),
    )
    if html is not None:
        from contracts.report.html import render_html

        pacts = [pact.document for emitter in domain.registry.emitters for pact in local_pacts(settings, emitter)]
        made = datetime.now(UTC).strftime("%Y-%m-%d %H:%M UTC")
        write_file(html, render_html(Evidence(domain, runs, tuple(pacts), made=made)))
        click.echo(f"wrote {html}", err=True)
    if markdown is not None:
        from contracts.report.markdown import render_markdown
        from contracts.report.matrix import build_matrix

        text = render_markdown(runs, matrix=build_matrix(domain.registry, domain.catalogue, runs))
        if str(markdown) == "-":
            click.echo(text, nl=False)
        else:
            write_file(markdown, text)
            click.echo(f"wrote {markdown}", err=True)
    tell_ci(runs, domain, matrix=True)
    if not runs:
        click.echo("not verified: no driver is named under [tool.contracts.emitters] in the settings", err=True)
    codes = [run.exit_code for run in runs] if runs else [ExitCode.NOTHING]
    leave(ExitCode.HOLDS if report_only else worst(codes))
