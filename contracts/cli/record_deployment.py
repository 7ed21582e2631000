"""`contracts record-deployment`: a version runs in an environment now."""

from __future__ import annotations

import click

from contracts.cli.broker_options import BrokerOption, branch_option, broker_options, known_branch
from contracts.cli.completions import pacticipants
from contracts.cli.options import echo_json, output_option, project
from contracts.release.deployments import Target, record_presence


@click.command(short_help="Record that a version is deployed to an environment.")
@click.argument("pacticipant", shell_complete=pacticipants)
@click.option("-e", "--version", "version", metavar="VERSION", required=True, help="The version that was deployed.")
@click.option(
    "--to-environment", "environment", metavar="NAME", required=True, help="The environment, such as production."
)
@click.option("--instance", metavar="NAME", help="Which installation, where several run side by side.")
@branch_option
@broker_options
@output_option("table", "json")
def command(
    *,
    pacticipant: str,
    version: str,
    environment: str,
    instance: str | None,
    branch: str | None,
    broker: BrokerOption,
    output: str,
) -> None:
    """Record that PACTICIPANT runs at one site: the version before it is replaced.

    For what many sites install by themselves, such as a plugin, see record-release.

    \b
    Example:
      contracts record-deployment client-webinar-scenario-service --version 2.3.0 --to-environment production
    """
    settings, domain = project()
    client = broker.open(settings)
    target = Target(pacticipant, environment, instance)
    done = record_presence(
        client, domain.registry, target, version, kind="deployed", branch=known_branch(settings, branch)
    )
    if output == "json":
        echo_json({**done.to_json(), "broker": client.name})
    else:
        state = "is recorded" if done.changed else "was recorded before"
        click.echo(f"{pacticipant} {version} {state} as deployed to {environment} (confirmed by {client.name})")
