"""`contracts demote`: an implemented pair goes back to planned."""

from __future__ import annotations

import click

from contracts.cli.completions import emitters, events
from contracts.cli.options import output_option, project
from contracts.cli.output import say, say_json
from contracts.release.promotion import demote, rewrite_pacts
from contracts.report.releases import status_change_lines


@click.command(short_help="Take an implemented pair back to planned.")
@click.argument("emitter", shell_complete=emitters)
@click.argument("event", shell_complete=events)
@click.option("--reason", metavar="TEXT", required=True, help="Why; it is kept in the registry.")
@click.option(
    "--environment", metavar="NAME", default="production", show_default=True, help="What counts as production."
)
@output_option("table", "json")
def command(*, emitter: str, event: str, reason: str, environment: str, output: str) -> None:
    """Take the pair (EMITTER, EVENT) back to planned in the registry, and capture the pacts anew.

    The consumer stops relying on the event first, the emitter stops emitting it last: what has to follow
    is printed in its order.

    \b
    Example:
      contracts demote client-webinar-tracker-v2 client_webinar_completed --reason "lost visits of guests"
    """

    def echo(text: str) -> None:
        say(text, err=True)

    settings, domain = project()
    changed = demote(
        settings,
        domain,
        (emitter, event),
        reason,
        rewrite_pacts=lambda own, judged: rewrite_pacts(own, judged, echo),
        echo=echo,
        environment=environment,
    )
    if output == "json":
        say_json(changed.to_json())
    else:
        for line in status_change_lines(changed):
            say(line)
