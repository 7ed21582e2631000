"""`contracts init …`: the files that a new repository begins with."""

from __future__ import annotations

from pathlib import Path

import click

from contracts.cli.command_group import HelpfulGroup
from contracts.cli.init_repository import (
    consumer_command,
    contract_command,
    contract_option,
    inside,
    say_next,
    sources_step,
    toolkit_option,
    write_or_show,
    writing_options,
)
from contracts.cli.options import project
from contracts.cli.output import say
from contracts.errors import MisuseError
from contracts.project.contract_package import contract_package
from contracts.scaffold.advice import next_steps, unknown_note
from contracts.scaffold.emitter import emitter_files
from contracts.scaffold.request import EmitterKind, NewEmitter, check
from contracts.scaffold.requirements import sources_of


@click.group(cls=HelpfulGroup, short_help="Write what a new repository begins with.")
def command() -> None:
    """Write the files that a repository begins with."""


command.add_command(contract_command)
command.add_command(consumer_command)


@command.command("emitter")
@click.argument("name")
@click.option(
    "--kind", type=click.Choice([kind.value for kind in EmitterKind]), required=True, help="What it is made with."
)
@click.option("--test-command", metavar="TEXT", help="What runs the emitter's tests, where it has some already.")
@click.option(
    "--hook",
    "hooks",
    metavar="EVENT=ACTION",
    multiple=True,
    help="WordPress: the action that tells the plugin of a fact.",
)
@click.option(
    "--destination-option", metavar="NAME", help="WordPress: the option that holds where the plugin sends to."
)
@click.option("--action", metavar="OWNER/REPO@REF", help="Use this GitHub Action; without it the job runs the script.")
@contract_option
@toolkit_option
@writing_options
def emitter_command(  # noqa: PLR0913 - one parameter an option, as click hands them over
    *,
    name: str,
    kind: str,
    test_command: str | None,
    hooks: tuple[str, ...],
    destination_option: str | None,
    action: str | None,
    contract: str | None,
    toolkit: str | None,
    folder: Path,
    force: bool,
    dry_run: bool,
) -> None:
    """Write what the repository of the emitter NAME needs: settings, code to grow, a script for any CI, its jobs.

    What is there with other content is never overwritten without --force, and then nothing is written at all.

    \b
    Example:
      contracts init emitter client-webinar-tracker-v2 --kind wordpress --dir ../tracker
    """
    settings, domain = project()
    emitter = NewEmitter(
        name,
        EmitterKind(kind),
        test_command,
        action,
        dict(map(_hook, hooks)),
        destination_option,
        sources_of(toolkit, contract, contract_package(settings), folder),
    )
    check(emitter, domain)
    write_or_show(folder, emitter_files(emitter, domain), force=force, dry_run=dry_run)
    if note := unknown_note(name, domain):
        say(f"warning: {note}", err=True)
    say_next([*inside(folder), *sources_step(emitter.sources), *next_steps(emitter, domain)])


def _hook(text: str) -> tuple[str, str]:
    event, equals, action = text.partition("=")
    if not (event and equals and action):
        raise MisuseError(
            f"--hook: {text!r} isn't EVENT=ACTION",
            next_step="say, for instance, --hook order_placed=my_plugin_order_placed",
        )
    return event, action
