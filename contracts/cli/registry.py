"""`contracts registry`: the registry through time."""

from __future__ import annotations

import os
from pathlib import Path
from typing import TYPE_CHECKING

import click

from contracts.cli.options import leave, output_option, project, tell_ci
from contracts.cli.output import say, say_json, show
from contracts.errors import ExitCode, Where
from contracts.model.domain import Domain
from contracts.model.printable import counted

if TYPE_CHECKING:
    from contracts.registry_diff import Change
    from contracts.report.annotations import Annotation


@click.group("registry")
def command() -> None:
    """Look at the registry through time."""


@command.command("diff")
@click.argument("revision", metavar="REV", required=False)
@click.option("--to", "to", metavar="REV", help="Compare with this revision instead of the working tree.")
@click.option("--format", "form", type=click.Choice(("github",)), help="Annotations for GitHub Actions on stdout.")
@click.option("--rules", is_flag=True, help="Print the table of rules instead.")
@output_option("table", "json")
def diff(revision: str | None, to: str | None, form: str | None, rules: bool, output: str) -> None:
    """List what changed in registry and catalogue since REV, and whom it breaks.

    Exit 1 where a change breaks the consumer or an emitter. The catalogue of REV is imported, in a process of its
    own, so name a revision whose code you would run.

    \b
    Examples:
      contracts registry diff HEAD
      contracts registry diff HEAD --output json
      contracts registry diff --rules
    """
    from contracts.registry_diff import CHANGES, compare, working_tree
    from contracts.registry_diff import revision as state_of

    if rules:
        for rule in CHANGES.values():
            say(f"{rule.id:<20} {'breaking' if rule.breaking else 'safe':<9} {rule.purpose}")
        return
    if revision is None:
        raise click.UsageError("name the revision to compare with, such as main or HEAD~1")
    if form and output == "json":
        raise click.UsageError("--format github and --output json both claim stdout; say one of them")
    settings, domain = project()
    before = state_of(settings, revision)
    after = state_of(settings, to) if to else working_tree(settings)
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
    _annotate([_annotation(change, settings.root) for change in changes], domain, settings.root, stdout=bool(form))
    leave(ExitCode.BROKEN if breaking else ExitCode.HOLDS)


def _annotation(change: Change, root: Path) -> Annotation:
    from contracts.report.annotations import Annotation, Level, complaint

    where = Where(str(root / change.where.file), change.where.line)
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
