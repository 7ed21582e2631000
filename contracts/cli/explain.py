"""`contracts explain`: why a rule is there, where a pair stands, and what comes next."""

from __future__ import annotations

import click

from contracts.cli.completions import subjects
from contracts.cli.options import project
from contracts.cli.output import say
from contracts.project.explain import explain_pair, explain_rule


@click.command()
@click.argument("subject", metavar="RULE | EMITTER EVENT", nargs=-1, required=True, shell_complete=subjects)
def command(subject: tuple[str, ...]) -> None:
    """Explain a rule, or a pair of emitter and event.

    \b
    Examples:
      contracts explain wrong-fact
      contracts explain client-webinar-tracker-v2 client_webinar_entered
    """
    match subject:
        case (rule,):
            lines = explain_rule(rule)
        case (emitter, event):
            _, domain = project()
            lines = explain_pair(domain, emitter, event)
        case _:
            raise click.UsageError("name one rule, or one emitter and one event")
    for line in lines:
        say(line)
