"""`contracts registry`: the registry through time."""

from __future__ import annotations

import os
from pathlib import Path
from typing import TYPE_CHECKING

import click

from contracts.cli.command_group import HelpfulGroup
from contracts.cli.options import leave, output_option, project, tell_ci
from contracts.cli.output import say, say_json, show
from contracts.errors import ExitCode, Where
from contracts.model.domain import Domain
from contracts.model.printable import counted

if TYPE_CHECKING:
    from contracts.registry_diff import Change
    from contracts.report.annotations import Annotation


@click.group("registry", cls=HelpfulGroup)
def command() -> None:
    """Look at the registry through time."""


@command.command("diff")
@click.argument("states", metavar="[FROM [TO]]", nargs=-1)
@click.option("--to", "to", metavar="STATE", help="The same as TO.")
@click.option(
    "--find-links",
    "folders",
    type=click.Path(path_type=Path, file_okay=False),
    metavar="DIR",
    multiple=True,
    help="Look for wheels here too, beside dist/.",
)
@click.option("--format", "form", type=click.Choice(("github",)), help="Annotations for GitHub Actions on stdout.")
@click.option("--rules", is_flag=True, help="Print the table of rules instead.")
@output_option("table", "json")
def diff(
    states: tuple[str, ...], to: str | None, folders: tuple[Path, ...], form: str | None, rules: bool, output: str
) -> None:
    """List what changed in registry and catalogue from one state to another, and whom it breaks.

    A state is a git revision of the contract's repository, a version of the contract that is installed or whose wheel
    lies in dist/ (registry diff 1.2.0 1.3.0), or a wheel by its path. Without TO, it is the working tree, or the
    contract that is installed here. Exit 1 where a change breaks the consumer or an emitter. The catalogue of a state
    is imported, in a process of its own, so name one whose code you would run.

    \b
    Examples:
      contracts registry diff HEAD
      contracts registry diff HEAD --output json
      contracts registry diff --rules
    """
    from contracts.registry_diff import CHANGES, compare, state_here, state_of

    if rules:
        for rule in CHANGES.values():
            say(f"{rule.id:<20} {'breaking' if rule.breaking else 'safe':<9} {rule.purpose}")
        return
    named = (*states, to) if to else states
    if not named:
        raise click.UsageError("name the revision or version to compare with, such as main, HEAD~1 or 1.2.0")
    if len(named) > 2:
        raise click.UsageError(f"two states are compared, and these are {len(named)}: {', '.join(named)}")
    if form and output == "json":
        raise click.UsageError("--format github and --output json both claim stdout; say one of them")
    settings, domain = project()
    before = state_of(settings, named[0], folders)
    after = state_of(settings, named[1], folders) if named[1:] else state_here(settings)
    changes = compare(before, after)
    breaking = [change for change in changes if change.breaking]
    if output == "json":
        document = {
            "success": not breaking,
            "from": before.name,
            "to": after.name,
            "changes": [change.to_json() for change in changes],
        }
        say_json(document)
    elif not form:
        for change in changes:
            say(f"{change.where}: {change.rule.id}: {change.message}")
            if change.breaking:
                say(f"  next: {change.rule.next_step}")
        say(f"{before.name} → {after.name}: {counted(len(changes), 'change')}, {len(breaking)} breaking")
    root = None if after.elsewhere else settings.root
    _annotate([_annotation(change, root) for change in changes], domain, settings.root, stdout=bool(form))
    leave(ExitCode.BROKEN if breaking else ExitCode.HOLDS)


def _annotation(change: Change, root: Path | None) -> Annotation:
    """Return a change for a CI to show; `root` is the folder that its file lies in, if that is in the checkout."""
    from contracts.report.annotations import Annotation, Level, complaint

    where = Where(str(root / change.where.file), change.where.line) if root else None
    if change.breaking:
        return complaint(change.rule.id, change.message, where, change.rule.next_step)
    identity = (change.rule.id, change.emitter or "", change.event or "", change.field or "")
    return Annotation(Level.NOTICE, change.rule.id, change.rule.id, change.message, where, identity)


def _annotate(annotations: list[Annotation], domain: Domain, root: Path, *, stdout: bool) -> None:
    if not stdout:
        tell_ci(domain, others=annotations)
        return
    from dataclasses import replace

    from contracts.report.annotations import inside
    from contracts.report.github import workflow_commands

    checkout = Path(os.environ.get("GITHUB_WORKSPACE") or root)
    for line in workflow_commands(replace(one, where=inside(one.where, checkout, root)) for one in annotations):
        # These are meant to be commands; what they quote is escaped as GitHub asks for it.
        show(line)
