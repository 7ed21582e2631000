"""`contracts record-undeployment`: nothing of it runs in an environment any more."""

from __future__ import annotations

import click

from contracts.cli.broker_options import BrokerOption, broker_options
from contracts.cli.completions import pacticipants
from contracts.cli.options import echo_json, output_option, project
from contracts.release.deployments import Target, record_absence


@click.command(short_help="Record that a deployed version has left an environment.")
@click.argument("pacticipant", shell_complete=pacticipants)
@click.option("--environment", metavar="NAME", required=True, help="The environment, such as production.")
@click.option("--instance", metavar="NAME", help="Which installation, where several run side by side.")
@broker_options
@output_option("table", "json")
def command(*, pacticipant: str, environment: str, instance: str | None, broker: BrokerOption, output: str) -> None:
    """Record that PACTICIPANT was taken out of an environment and nothing replaced it.

    \b
    Example:
      contracts record-undeployment client-webinar-scenario-service --environment production
    """
    settings, domain = project()
    client = broker.open(settings)
    done = record_absence(client, domain.registry, Target(pacticipant, environment, instance), kind="deployed")
    if output == "json":
        echo_json({"recorded": [one.to_json() for one in done], "broker": client.name})
    else:
        for one in done:
            click.echo(f"{pacticipant} {one.version} is recorded as undeployed from {environment} ({client.name})")
