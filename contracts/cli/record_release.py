"""`contracts record-release`: a version may be installed in an environment from now on."""

from __future__ import annotations

import click

from contracts.cli.broker_options import BrokerOption, branch_option, broker_options, known_branch
from contracts.cli.completions import pacticipants
from contracts.cli.options import echo_json, output_option, project
from contracts.release.deployments import Target, record_presence


@click.command(short_help="Record that a version is released to many sites.")
@click.argument("pacticipant", shell_complete=pacticipants)
@click.option("-e", "--version", "version", metavar="VERSION", required=True, help="The version that was released.")
@click.option(
    "--to-environment", "environment", metavar="NAME", required=True, help="The environment, such as production."
)
@branch_option
@broker_options
@output_option("table", "json")
def command(
    *, pacticipant: str, version: str, environment: str, branch: str | None, broker: BrokerOption, output: str
) -> None:
    """Record that PACTICIPANT is released: many sites may run it, older versions beside it.

    Every released version counts until record-support-ended. For one site see record-deployment.

    \b
    Example:
      contracts record-release client-webinar-tracker-v2 --version 1.4.0 --to-environment production
    """
    settings, domain = project()
    client = broker.open(settings)
    done = record_presence(
        client,
        domain.registry,
        Target(pacticipant, environment),
        version,
        kind="released",
        branch=known_branch(settings, branch),
    )
    if output == "json":
        echo_json({**done.to_json(), "broker": client.name})
    else:
        state = "is recorded" if done.changed else "was recorded before"
        click.echo(f"{pacticipant} {version} {state} as released in {environment} (confirmed by {client.name})")
