"""`contracts publish`: the pacts go to the broker, under a version and a branch."""

from __future__ import annotations

import os
from collections.abc import Sequence

import click

from contracts.cli.broker_options import BrokerOption, allow_dirty_option, broker_options
from contracts.cli.options import leave, output_option, project
from contracts.cli.output import say, say_json
from contracts.errors import ExitCode, MisuseError
from contracts.model.domain import Domain
from contracts.model.publication import Receipt
from contracts.model.reverification import Reverification
from contracts.project.published_version import compare_version
from contracts.project.settings import Settings
from contracts.release.publish import identify, publish_pacts, refuse_stale
from contracts.report.releases import receipt_lines


@click.command(short_help="Publish the pacts to the broker and confirm them.")
@click.option("-a", "--version", "version", metavar="VERSION", help="The consumer's version; else GIT_COMMIT, CI, git.")
@click.option("--branch", metavar="BRANCH", help="The consumer's branch; else GIT_BRANCH, CI, git.")
@click.option("--build-url", metavar="URL", help="The build's page; else what CI says.")
@click.option("--dry-run", is_flag=True, help="Check everything, send nothing.")
@click.option("--reverify", is_flag=True, help="Judge what the pacts' emitters once sent by them; none of them is run.")
@click.option(
    "--to-environment", "environment", metavar="NAME", help="With --reverify: versions there; else in any environment."
)
@allow_dirty_option
@broker_options
@output_option("table", "json")
def command(  # noqa: PLR0913 - one parameter an option, as click hands them over
    *,
    version: str | None,
    branch: str | None,
    build_url: str | None,
    dry_run: bool,
    reverify: bool,
    environment: str | None,
    allow_dirty: bool,
    broker: BrokerOption,
    output: str,
) -> None:
    """Publish the pacts of `pacts/`, not those of `pacts/planned/`, and confirm each by reading it back.

    All of them go in one request, so that no version has a part of its pacts. Publishing equal content again
    is fine. Where the version is a commit, the working copy has to be what it holds. With --reverify the evidence
    of the emitters' versions is judged by these pacts at once, and an emitter's CI is needed for none that has some.
    Exit 1: the pacts are stale, the version is published with other content, or a result of it is a failure. Exit 2:
    the working copy isn't the version. Exit 4: the broker can't be reached, refused, or didn't confirm.

    \b
    Examples:
      contracts publish --version 2.3.0 --branch main
      contracts publish --version 2.3.0 --branch main --reverify
    """
    if environment and not reverify:
        raise MisuseError("--to-environment goes with --reverify", next_step="say --reverify as well, or leave it out")
    settings, domain = project()
    identity = identify(os.environ, settings.root, version=version, branch=branch, build_url=build_url)
    compared = compare_version(settings, domain, identity.version, allow_dirty=allow_dirty)
    receipt = publish_pacts(
        settings,
        domain,
        identity,
        broker=lambda: broker.open(settings),
        refuse_stale=lambda own, judged: refuse_stale(own, judged, lambda text: say(text, err=True)),
        dry_run=dry_run,
    )
    notes = [*compared.remarks, *compared.listing]
    judged = None
    if reverify and receipt.pacts:
        judged = _judged_again(settings, domain, receipt, broker, environment)
    elif reverify:
        notes.append("--reverify: no pact was published, so that nothing is judged again by it")
    if output == "json":
        say_json({**receipt.to_json(), "notes": notes, "reverified": judged.to_json() if judged else None})
    else:
        _show(receipt, judged, notes)
    if judged is not None and judged.fails(receipt.consumer, receipt.identity.version.value):
        leave(ExitCode.BROKEN)


def _show(receipt: Receipt, judged: Reverification | None, notes: Sequence[str]) -> None:
    from contracts.report.reverification import reverification_lines

    for line in (*receipt_lines(receipt), *(reverification_lines(judged) if judged else ())):
        say(line)
    for note in notes:
        say(f"note: {note}", err=True)


def _judged_again(
    settings: Settings, domain: Domain, receipt: Receipt, broker: BrokerOption, environment: str | None
) -> Reverification:
    """Judge the emitters' evidence by what was published; a version without evidence is said, and waits for its CI."""
    from contracts.project.released_contract import released_contract
    from contracts.release.evidence.stored import store_of
    from contracts.release.reverify import ReverifyOrder, reverify

    order = ReverifyOrder(
        emitters=tuple(pact.provider for pact in receipt.pacts),
        environment=environment,
        consumer_versions=((receipt.consumer, receipt.identity.version.value),),
    )
    contract = released_contract(settings, domain)
    return reverify(broker.open(settings), domain, contract, order, store_of(settings))
