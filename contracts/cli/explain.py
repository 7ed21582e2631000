"""`contracts explain`: why a rule is there, what an event is, where a pair stands."""

from __future__ import annotations

import click

from contracts.cli.completions import subjects
from contracts.cli.options import project
from contracts.cli.output import say
from contracts.model.rules import RULES
from contracts.project.explain import explain_pair, explain_rule, refuse_unknown_subject
from contracts.project.explain_event import explain_event
from contracts.project.pacts import own_pacts


@click.command()
@click.argument("subject", metavar="RULE | EVENT | EMITTER EVENT", nargs=-1, required=True, shell_complete=subjects)
def command(subject: tuple[str, ...]) -> None:
    """Explain a rule, a canonical event, or a pair of emitter and event.

    \b
    Examples:
      contracts explain wrong-fact
      contracts explain client_webinar_entered
      contracts explain client-webinar-tracker-v2 client_webinar_entered
    """
    match subject:
        case (name,) if name in RULES:
            lines = explain_rule(name)
        case (event,):
            settings, domain = project()
            refuse_unknown_subject(domain, event)
            emitters = [pair.emitter for pair in domain.registry.emitters_of(event)]
            lines = explain_event(domain, event, own_pacts(settings, emitters))
        case (emitter, event):
            _, domain = project()
            lines = explain_pair(domain, emitter, event)
        case _:
            raise click.UsageError("name one rule, one event, or one emitter and one event")
    for line in lines:
        say(line)
