"""`contracts report`: the state of the contract at a glance, for people."""

from __future__ import annotations

import os
import sys
from collections.abc import Sequence
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING

import click

from contracts.cli.broker_options import BrokerOption, broker_options
from contracts.cli.options import leave, project, tell_ci
from contracts.cli.output import say, show
from contracts.errors import BrokerError, ExitCode, MisuseError, worst
from contracts.files import write_whole

if TYPE_CHECKING:
    from contracts.model.deployment import KnownVersion
    from contracts.model.domain import Domain
    from contracts.model.verdict import Verification
    from contracts.project.settings import Settings


@click.command("report", short_help="Write what was found as a page or Markdown.")
@click.option("--html", type=click.Path(path_type=Path, dir_okay=False), metavar="FILE", help="Write one HTML page.")
@click.option(
    "--markdown",
    type=click.Path(path_type=Path, dir_okay=False, allow_dash=True),
    metavar="FILE",
    help="Write Markdown, for a pull request or a job summary; - is standard output.",
)
@click.option("--report-only", is_flag=True, help="Exit 0 whatever was found.")
@broker_options
def command(html: Path | None, markdown: Path | None, report_only: bool, broker: BrokerOption) -> None:
    """Verify each emitter that the settings name a driver for, and write a report.

    The HTML page needs no network and no script: the matrix of emitters and events, and for each pair what was
    emitted, what was found, what is read of the event and what was not tested. Where a broker is named, or the
    project has its embedded one, the page also says which versions are deployed where.

    \b
    Examples:
      contracts report --html contracts.html
      contracts report --markdown -
    """
    from contracts.provider.verify import Mode
    from contracts.release.check import verify_reached
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
    codes = [run.exit_code for run in runs] or [ExitCode.NOTHING]
    if html is not None:
        versions, code = _versions(settings, domain, broker)
        codes.append(code)
        _write_html(html, settings, domain, runs, versions)
    if markdown is not None:
        _write_markdown(markdown, domain, runs)
    tell_ci(domain, runs, matrix=True)
    if not runs:
        say("not verified: no driver is named under [tool.contracts.emitters] in the settings", err=True)
    leave(ExitCode.HOLDS if report_only else worst(codes))


def _versions(
    settings: Settings, domain: Domain, broker: BrokerOption
) -> tuple[tuple[KnownVersion, ...] | None, ExitCode]:
    """Ask the broker; a page without its answer is better than none, but the exit code says that it is missing."""
    from contracts.release.known_versions import broker_at_hand, known_versions

    client = broker_at_hand(
        settings, os.environ, base_url=broker.base_url, embedded=broker.embedded, timeout=broker.timeout
    )
    if client is None:
        return None, ExitCode.HOLDS
    try:
        return known_versions(client, domain.registry), ExitCode.HOLDS
    except BrokerError as error:
        say(f"error: {error}", err=True)
        say("the page is written without the versions that the broker knows", err=True)
        return None, error.exit_code


def _write_html(
    file: Path,
    settings: Settings,
    domain: Domain,
    runs: Sequence[Verification],
    versions: tuple[KnownVersion, ...] | None,
) -> None:
    from contracts.provider.verify import local_pacts
    from contracts.report.content import ReportContent
    from contracts.report.html import render_html

    pacts = tuple(pact.document for emitter in domain.registry.emitters for pact in local_pacts(settings, emitter))
    made = datetime.now(UTC).strftime("%Y-%m-%d %H:%M UTC")
    write_whole(file, render_html(ReportContent(domain, tuple(runs), pacts, versions, made)))
    say(f"wrote {file}", err=True)


def _write_markdown(file: Path, domain: Domain, runs: Sequence[Verification]) -> None:
    from contracts.report.markdown import render_markdown
    from contracts.report.pair_matrix import build_matrix

    text = render_markdown(runs, matrix=build_matrix(domain.registry, domain.catalogue, runs))
    if str(file) == "-":
        show(text, nl=False)
    else:
        write_whole(file, text)
        say(f"wrote {file}", err=True)
