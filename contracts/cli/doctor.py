"""`contracts doctor`: is everything in place, and what to do about what isn't?"""

from __future__ import annotations

import os
from pathlib import Path

import click

from contracts.cli.broker_options import BrokerOption, broker_options
from contracts.cli.options import leave, output_option
from contracts.cli.output import say, say_json
from contracts.project.doctor import Named, examine, outcome
from contracts.project.settings import load_settings


@click.command("doctor", short_help="Say whether everything is in place.")
@broker_options
@output_option()
def command(broker: BrokerOption, output: str) -> None:
    """Look at versions, the pact library, settings, git, the broker, the clock and telemetry.

    Each line is ok, or says what to do; the exit code is the one that the commands would end with.

    \b
    Example:
      contracts doctor
    """
    checks = examine(load_settings(Path.cwd()), os.environ, Named(broker.base_url, broker.embedded, broker.timeout))
    if output == "json":
        say_json(
            {
                "success": outcome(checks) == 0,
                "checks": [
                    {"name": check.name, "ok": check.ok, "finding": check.finding, "next": check.next_step}
                    for check in checks
                ],
            }
        )
    else:
        width = max(len(check.name) for check in checks)
        for check in checks:
            say(f"{'ok ' if check.ok else 'NOT'}  {check.name:<{width}}  {check.finding}")
            if check.next_step:
                say(f"     {'':<{width}}  next: {check.next_step}")
    leave(outcome(checks))
