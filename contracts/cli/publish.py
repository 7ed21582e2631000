"""`contracts publish`: the pacts go to the broker, under a version and a branch."""

from __future__ import annotations

import os

import click

from contracts.cli.broker_options import BrokerOption, allow_dirty_option, broker_options
from contracts.cli.options import output_option, project
from contracts.cli.output import say, say_json
from contracts.project.published_version import compare_version
from contracts.release.publish import identify, publish_pacts, refuse_stale
from contracts.report.releases import receipt_lines


@click.command(short_help="Publish the pacts to the broker and confirm them.")
@click.option("-a", "--version", "version", metavar="VERSION", help="The consumer's version; else GIT_COMMIT, CI, git.")
@click.option("--branch", metavar="BRANCH", help="The consumer's branch; else GIT_BRANCH, CI, git.")
@click.option("--build-url", metavar="URL", help="The build's page; else what CI says.")
@click.option("--dry-run", is_flag=True, help="Check everything, send nothing.")
@allow_dirty_option
@broker_options
@output_option("table", "json")
def command(
    version: str | None,
    branch: str | None,
    build_url: str | None,
    dry_run: bool,
    allow_dirty: bool,
    broker: BrokerOption,
    output: str,
) -> None:
    """Publish the pacts of `pacts/`, not those of `pacts/planned/`, and confirm each by reading it back.

    All of them go in one request, so that no version has a part of its pacts. Publishing equal content again
    is fine. Where the version is a commit, the working copy has to be what it holds. Exit 1: the pacts are
    stale, or the version is published with other content. Exit 2: the working copy isn't the version. Exit 4:
    the broker can't be reached, refused, or didn't confirm.

    \b
    Example:
      contracts publish --version 2.3.0 --branch main
    """
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
    if output == "json":
        say_json({**receipt.to_json(), "notes": [*compared.remarks, *compared.listing]})
    else:
        for line in receipt_lines(receipt):
            say(line)
        for note in (*compared.remarks, *compared.listing):
            say(f"note: {note}", err=True)
