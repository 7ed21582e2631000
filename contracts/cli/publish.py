"""`contracts publish`: the pacts go to the broker, under a version and a branch."""

from __future__ import annotations

import os

import click

from contracts.cli.broker_options import BrokerOption, broker_options
from contracts.cli.options import echo_json, output_option, project
from contracts.release.publish import Receipt, identify, publish_pacts, refuse_stale


@click.command(short_help="Publish the pacts to the broker and confirm them.")
@click.option("-a", "--version", "version", metavar="VERSION", help="The consumer's version; else GIT_COMMIT, CI, git.")
@click.option("--branch", metavar="BRANCH", help="The consumer's branch; else GIT_BRANCH, CI, git.")
@click.option("--build-url", metavar="URL", help="The build's page; else what CI says.")
@click.option("--dry-run", is_flag=True, help="Check everything, send nothing.")
@broker_options
@output_option("table", "json")
def command(
    version: str | None,
    branch: str | None,
    build_url: str | None,
    dry_run: bool,
    broker: BrokerOption,
    output: str,
) -> None:
    """Publish the pacts of `pacts/`, not those of `pacts/planned/`, and confirm each by reading it back.

    All of them go in one request, so that no version has a part of its pacts. Publishing equal content again
    is fine. Exit 1: the pacts are stale, or the version is published with other content. Exit 4: the broker
    can't be reached, refused, or didn't confirm.

    \b
    Example:
      contracts publish --version 2.3.0 --branch main
    """
    settings, domain = project()
    receipt = publish_pacts(
        settings,
        domain,
        identify(os.environ, settings.root, version=version, branch=branch, build_url=build_url),
        broker=lambda: broker.open(settings),
        refuse_stale=lambda own, judged: refuse_stale(own, judged, lambda text: click.echo(text, err=True)),
        dry_run=dry_run,
    )
    if output == "json":
        echo_json(receipt.to_json())
    else:
        _print(receipt)


def _print(receipt: Receipt) -> None:
    version, branch = receipt.identity.version, receipt.identity.branch
    done = "would be published" if receipt.dry_run else "published"
    click.echo(
        f"{receipt.consumer} {version.value} ({version.source}) on {branch.value} ({branch.source}): "
        f"{done} to {receipt.broker}"
    )
    for file in receipt.files if receipt.dry_run else ():
        click.echo(f"  {file}")
    width = max((len(pact.provider) for pact in receipt.pacts), default=0)
    for pact in receipt.pacts:
        click.echo(f"  {pact.provider:<{width}}  {pact.content.value:<9}  {pact.url}")
    for file in receipt.planned:
        click.echo(f"  not published, no implemented pair: {file}")
    if receipt.pacts:
        click.echo("confirmed: every pact was read back")
