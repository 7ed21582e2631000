"""`contracts rules`: the table of rules that a verification judges by."""

from __future__ import annotations

import click

from contracts.cli.options import output_option
from contracts.cli.output import say, say_json
from contracts.model.rules import RULES


@click.command()
@output_option()
def command(output: str) -> None:
    """Print the rules: id, severity, the version that judges by it first, and purpose.

    \b
    Example:
      contracts rules
    """
    if output == "json":
        say_json(
            [
                {
                    "id": rule.id,
                    "severity": rule.severity.value,
                    "purpose": rule.purpose,
                    "next": rule.next_step,
                    "promise": rule.promise,
                    "since": rule.since,
                }
                for rule in RULES.values()
            ]
        )
        return
    width = max(len(rule.id) for rule in RULES.values())
    since = max(len(rule.since) for rule in RULES.values())
    for rule in RULES.values():
        say(f"{rule.id:<{width}}  {rule.severity.value:<9}  {rule.since:<{since}}  {rule.purpose}")
