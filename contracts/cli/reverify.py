"""`contracts reverify`: judge what an emitter once sent again, by today's pacts and this contract."""

from __future__ import annotations

import click

from contracts.cli.broker_options import BrokerOption, broker_options
from contracts.cli.completions import emitters as complete_emitters
from contracts.cli.options import leave, output_option, project
from contracts.cli.output import say, say_json
from contracts.project.released_contract import released_contract


@click.command(short_help="Judge what emitters once sent again, without running them.")
@click.argument("emitters", nargs=-1, metavar="[EMITTER]...", shell_complete=complete_emitters)
@click.option(
    "--to-environment",
    "environment",
    metavar="NAME",
    required=True,
    help="Versions that are deployed or released there are judged.",
)
@click.option("--branch", metavar="BRANCH", help="The head of this branch is judged too; else of the main branch.")
@click.option("--dry-run", is_flag=True, help="Judge and show what is new and what is gone; post nothing.")
@broker_options
@output_option("table", "json")
def command(
    emitters: tuple[str, ...],
    environment: str,
    branch: str | None,
    dry_run: bool,
    broker: BrokerOption,
    output: str,
) -> None:
    """Judge the evidence that emitters' runs left with the broker again, by this contract and the broker's pacts.

    For each version that counts, every run of its own under its newest contract is judged, and the worst counts. What
    it comes to is posted for that version where this contract is a released version (an installed distribution, or a
    clean checkout with a version's tag), and where no result of the same or a newer version is there.

    Exit 1: a result is a failure; with --dry-run, one that wasn't so far. Exit 3: a version has no evidence.
    Exit 4: the broker can't be reached, refused, or didn't take a result.

    \b
    Examples:
      contracts reverify --to-environment production
      contracts reverify client-webinar-tracker-v2 --to-environment production --dry-run
    """
    from contracts.release.evidence.stored import store_of
    from contracts.release.reverify import ReverifyOrder, reverify
    from contracts.report.reverification import reverification_lines

    settings, domain = project()
    order = ReverifyOrder(emitters, environment, branch, dry_run=dry_run)
    contract = released_contract(settings, domain)
    judged = reverify(broker.open(settings), domain, contract, order, store_of(settings))
    if output == "json":
        say_json(judged.to_json())
    else:
        for line in reverification_lines(judged):
            say(line)
    leave(judged.exit_code)
