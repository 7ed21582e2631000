"""`contracts record-support-ended`: no site needs to run a released version any more."""

from __future__ import annotations

import click

from contracts.cli.broker_options import BrokerOption, broker_options
from contracts.cli.completions import pacticipants
from contracts.cli.options import echo_json, output_option, project
from contracts.release.deployments import Target, record_absence


@click.command(short_help="Record that a released version is no longer supported.")
@click.argument("pacticipant", shell_complete=pacticipants)
@click.option("-e", "--version", "version", metavar="VERSION", required=True, help="The version that was released.")
@click.option("--environment", metavar="NAME", required=True, help="The environment, such as production.")
@broker_options
@output_option("table", "json")
def command(*, pacticipant: str, version: str, environment: str, broker: BrokerOption, output: str) -> None:
    """Record that the released VERSION of PACTICIPANT no longer counts in an environment.

    \b
    Example:
      contracts record-support-ended client-webinar-tracker-v2 --version 1.4.0 --environment production
    """
    settings, domain = project()
    client = broker.open(settings)
    done = record_absence(client, domain.registry, Target(pacticipant, environment), kind="released", version=version)
    if output == "json":
        echo_json({"recorded": [one.to_json() for one in done], "broker": client.name})
    else:
        for one in done:
            click.echo(
                f"{pacticipant} {one.version} is recorded as no longer supported in {environment} ({client.name})"
            )
