"""`contracts create-environment`: the broker learns of a place where versions run."""

from __future__ import annotations

import click

from contracts.cli.broker_options import BrokerOption, broker_options
from contracts.cli.options import output_option, project
from contracts.cli.output import say, say_json
from contracts.release.deployments import create_environment


@click.command(short_help="Create an environment in the broker.")
@click.argument("name")
@click.option("--display-name", metavar="TEXT", help="Its name for people.")
@click.option("--production/--no-production", default=False, help="Clients depend on what runs there.")
@broker_options
@output_option("table", "json")
def command(*, name: str, display_name: str | None, production: bool, broker: BrokerOption, output: str) -> None:
    """Create the environment NAME, such as production; one that is there and alike is left as it is.

    \b
    Example:
      contracts create-environment production --production
    """
    settings, _ = project()
    client = broker.open(settings)
    made = create_environment(client, name, display_name=display_name, production=production)
    if output == "json":
        say_json({**made.to_json(), "broker": client.name})
    else:
        kind = "production environment" if made.production else "environment"
        state = "is created" if made.changed else "was there before"
        say(f"the {kind} {made.name} {state} (confirmed by {client.name})")
