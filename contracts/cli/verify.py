"""`contracts verify`: does an emitter keep the contract?"""

from __future__ import annotations

import sys
from pathlib import Path
from typing import Any

import click

from contracts.cli.driver_options import driver_options
from contracts.cli.options import echo_json, leave, output_option, project, tell_ci, write_file
from contracts.flows.explain import known_emitter
from contracts.flows.verify import Mode, driver_for, local_pacts, verification_events, verification_of


@click.command()
@click.argument("emitter")
@driver_options
@click.option("--pacts", type=click.Path(path_type=Path), metavar="DIR|FILE", help="Read the pacts from here.")
@click.option("--strict-pending", is_flag=True, help="A planned pair that is ready fails the run.")
@click.option("--report-only", is_flag=True, help="Show everything and exit 0: a first look at an existing emitter.")
@click.option("--junit", type=click.Path(path_type=Path, dir_okay=False), metavar="FILE", help="Write JUnit XML here.")
@output_option()
def command(
    emitter: str,
    pacts: Path | None,
    strict_pending: bool,
    report_only: bool,
    junit: Path | None,
    output: str,
    **driver: Any,
) -> None:
    """Verify what EMITTER really sends against the registry and the pacts.

    Implemented pairs must pass; planned pairs stay pending; everything else that is emitted is a violation.

    \b
    Examples:
      contracts verify client-webinar-tracker-v2
      contracts verify client-webinar-tracker-v2 --captures captures.ndjson --output json
    """
    from contracts.report.progress import watch

    settings, domain = project()
    known_emitter(domain, emitter)
    chosen = {name.replace("_", "-"): value for name, value in driver.items() if value not in (None, (), False)}
    events = verification_events(
        domain,
        emitter,
        driver_for(settings, emitter, chosen),
        local_pacts(settings, emitter, pacts),
        Mode(strict_pending=strict_pending, report_only=report_only),
    )
    run = verification_of(watch(events, emitter, stream=sys.stderr))
    if junit is not None:
        from contracts.report.junit import render_junit

        write_file(junit, render_junit([run]))
    if output == "json":
        echo_json(run.to_json())
    else:
        from contracts.report.console import render_verification
        from contracts.report.look import look_at

        click.echo(render_verification(run, look=look_at(sys.stdout)))
    tell_ci([run], domain)
    leave(run.exit_code)
