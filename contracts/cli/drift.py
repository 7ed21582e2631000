"""`contracts drift`: a hand-kept document against the registry."""

from __future__ import annotations

from pathlib import Path

import click

from contracts.cli.options import echo_json, leave, output_option, project, tell_ci
from contracts.errors import ExitCode
from contracts.model.printable import counted


@click.command("drift", short_help="Compare hand-kept documents with the registry.")
@click.argument("documents", metavar="DOC.md...", nargs=-1, required=True, type=click.Path(path_type=Path))
@output_option("table", "json")
def command(documents: tuple[Path, ...], output: str) -> None:
    """Compare what Markdown documents say of emitters with the registry.

    English and Russian are read. Exit 1 where a document differs, 3 where it says nothing of emitters, 2 where
    it can't be read.

    \b
    Examples:
      contracts drift docs/emitters.en.md
      contracts drift docs/emitters.ru.md --output json
    """
    from contracts.documents.drift.document import drift_of
    from contracts.report.annotations import complaint

    _, domain = project()
    found, code = drift_of(documents, domain)
    differences = [difference for document in found for difference in document.differences]
    tell_ci(domain, others=[complaint("drift", one.message, one.document) for one in differences])
    if output == "json":
        echo_json({"success": code is ExitCode.HOLDS, "documents": [document.to_json() for document in found]})
        leave(code)
    for document in found:
        for difference in document.differences:
            click.echo(f"{difference.document}: {difference.kind}: {difference.message} ({difference.registry})")
        if not document.statements:
            click.echo(f"{document.file}: says nothing of emitters", err=True)
            click.echo("  next: name a document that lists emitters and their events", err=True)
        else:
            told = counted(len(document.differences), "difference")
            click.echo(f"{document.file}: {counted(document.statements, 'statement')}, {told}")
    leave(code)
