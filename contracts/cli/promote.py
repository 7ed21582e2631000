"""`contracts promote`: a planned pair becomes implemented."""

from __future__ import annotations

from pathlib import Path

import click

from contracts.cli.broker_options import BrokerOption, broker_options
from contracts.cli.completions import emitters, events
from contracts.cli.options import output_option, project
from contracts.cli.output import say, say_json
from contracts.release.promotion import promote, rewrite_pacts
from contracts.release.readiness import Grounds
from contracts.report.releases import status_change_lines


@click.command(short_help="Make a planned pair implemented, on evidence.")
@click.argument("emitter", shell_complete=emitters)
@click.argument("event", shell_complete=events)
@click.option(
    "--evidence",
    type=click.Path(path_type=Path, dir_okay=False),
    metavar="FILE",
    help="The output of contracts verify EMITTER --output json; else the results of what is in production.",
)
@click.option(
    "--environment", metavar="NAME", default="production", show_default=True, help="What counts as production."
)
@click.option("--force", is_flag=True, help="Promote whatever the evidence says; what freezes is printed.")
@broker_options
@output_option("table", "json")
def command(
    *,
    emitter: str,
    event: str,
    evidence: Path | None,
    environment: str,
    force: bool,
    broker: BrokerOption,
    output: str,
) -> None:
    """Make the planned pair (EMITTER, EVENT) implemented in the registry, and capture the pacts anew.

    It takes a verification in which the pair was ready, and is refused (exit 1) while a version of the emitter
    in production isn't. What has to follow is printed in its order.

    \b
    Example:
      contracts promote client-webinar-tracker-v2 client_webinar_entered --evidence verification.json
    """

    def echo(text: str) -> None:
        say(text, err=True)

    settings, domain = project()
    changed = promote(
        settings,
        domain,
        (emitter, event),
        Grounds(evidence, environment, force),
        broker=lambda: broker.open(settings),
        rewrite_pacts=lambda own, judged: rewrite_pacts(own, judged, echo),
        echo=echo,
    )
    if output == "json":
        say_json(changed.to_json())
    else:
        for line in status_change_lines(changed):
            say(line)
