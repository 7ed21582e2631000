"""`contracts can-i-deploy`: may this version be released, pair by pair why, and what to do next."""

from __future__ import annotations

import os
import time

import click

from contracts.cli.broker_options import BrokerOption, broker_options
from contracts.cli.completions import pacticipants
from contracts.cli.options import leave, output_option, project
from contracts.cli.output import say, say_json
from contracts.errors import ExitCode


@click.command(short_help="Say whether a version can be released, and why.")
@click.argument("pacticipant", shell_complete=pacticipants)
@click.option("-e", "--version", metavar="VERSION", help="The version to release; else GIT_COMMIT, CI, git.")
@click.option(
    "--to-environment", "environment", metavar="NAME", required=True, help="The environment, such as production."
)
@click.option(
    "--ignore", metavar="NAME", multiple=True, help="Leave this emitter, or this consumer, out of the decision."
)
@click.option("--allow-unverified", is_flag=True, help="Don't ask for a result of this very emitter version.")
@click.option("--require-tested", is_flag=True, help="A promise of the registry that no run tested is a no.")
@click.option("--own-runs-only", is_flag=True, help="What was judged again from evidence doesn't count.")
@click.option(
    "--retry-while-unknown", "retries", metavar="N", type=click.IntRange(0), default=0, help="Ask up to N times more."
)
@click.option(
    "--retry-interval", "interval", metavar="S", type=click.FloatRange(0), default=10.0, help="Seconds between two."
)
@click.option("--dry-run", is_flag=True, help="Show the answer and exit 0.")
@broker_options
@output_option("table", "json")
def command(  # noqa: PLR0913 - one parameter an option, as click hands them over
    *,
    pacticipant: str,
    version: str | None,
    environment: str,
    ignore: tuple[str, ...],
    allow_unverified: bool,
    require_tested: bool,
    own_runs_only: bool,
    retries: int,
    interval: float,
    dry_run: bool,
    broker: BrokerOption,
    output: str,
) -> None:
    """Say whether PACTICIPANT (an emitter or the consumer) can be released to an environment.

    Exit 0 only where the broker says yes, every live version that it has to work with is covered by a result,
    and, for an emitter, each consumer has a successful result for this very version: of what is in the
    environment, or else of the head of its main branch. Exit 1 on no and on unknown, in every output format.

    \b
    Example:
      contracts can-i-deploy client-webinar-tracker-v2 --version 1.4.0 --to-environment production
    """
    from contracts.model.release import Answer
    from contracts.project.pacts import own_pacts
    from contracts.project.version import require_version
    from contracts.release.knowledge import release_decision
    from contracts.release.question import decision_when_known, emitters_of, question
    from contracts.report.releases import decision_lines

    settings, domain = project()
    asked = question(
        domain.registry,
        pacticipant,
        require_version(version, os.environ, settings.root).value,
        environment,
        ignore=ignore,
        allow_unverified=allow_unverified,
        require_tested=require_tested,
        own_runs_only=own_runs_only,
    )
    client = broker.open(settings)
    pacts = own_pacts(settings, emitters_of(domain.registry, pacticipant))
    decision = decision_when_known(
        lambda: release_decision(client, domain, asked, pacts), retries=retries, interval=interval, sleep=time.sleep
    )
    if output == "json":
        say_json({**decision.to_json(), "broker": client.name, "dry_run": dry_run})
    else:
        for line in decision_lines(decision):
            say(line)
    if dry_run and decision.answer is not Answer.YES:
        say("--dry-run: the exit code is 0 whatever the answer", err=True)
    leave(ExitCode.HOLDS if dry_run or decision.answer is Answer.YES else ExitCode.BROKEN)
