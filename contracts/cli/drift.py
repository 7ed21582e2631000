"""`contracts drift`: a hand-kept document against the registry."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import click

from contracts.cli.options import leave, output_option, project, tell_ci
from contracts.cli.output import say, say_json
from contracts.errors import ExitCode, Where
from contracts.model.printable import counted
from contracts.project.paths import shown

if TYPE_CHECKING:
    from contracts.documents.drift.document import DocumentDrift


@click.command("drift", short_help="Compare hand-kept documents with the registry.")
@click.argument("documents", metavar="[DOC.md...]", nargs=-1, type=click.Path(path_type=Path))
@click.option("--strict", is_flag=True, help="Exit 1 also where a sentence that names an event or emitter wasn't read.")
@output_option("table", "json")
def command(documents: tuple[Path, ...], strict: bool, output: str) -> None:
    """Compare what Markdown documents say of emitters with the registry; without any, those that the settings name.

    Headings, lists, tables, arrows and plain sentences are read, in English and Russian. What speaks of a status or
    an emitter and isn't understood is unclear, which is never agreement; what only mentions a name is listed as not
    read. Words of your own for a status stand in the settings, under documents; documents to compare, under drift.
    Exit 1 where a document differs or is unclear, 3 where nothing of it was read, 2 where it can't be read.

    \b
    Examples:
      contracts drift docs/emitters.en.md
      contracts drift docs/emitters.ru.md --output json
    """
    from contracts.documents.drift.document import drift_of
    from contracts.report.annotations import complaint

    settings, domain = project()
    named = documents or tuple(Path(shown(settings.root / name)) for name in settings.drift)
    if not named:
        raise click.UsageError('name the documents to compare, here or in the settings, drift = ["docs/emitters.md"]')
    found, code = drift_of(named, domain, words=settings.documents, strict=strict)
    unclear = [(Where(one.file, place.line), place) for one in found for place in one.unclear]
    complaints = [complaint("drift", one.message, one.document) for document in found for one in document.differences]
    complaints += [complaint("drift", place.message, where, place.next_step) for where, place in unclear]
    tell_ci(domain, others=complaints)
    if output == "json":
        say_json({"success": code is ExitCode.HOLDS, "documents": [document.to_json() for document in found]})
    else:
        for document in found:
            _show(document)
    leave(code)


def _show(document: DocumentDrift) -> None:
    for difference in document.differences:
        say(f"{difference.document}: {difference.kind}: {difference.message} ({difference.registry})")
    for kind, places in (("unclear", document.unclear), ("not read", document.not_read)):
        for place in places:
            say(f"{Where(document.file, place.line)}: {kind}: {place.message}; next: {place.next_step}")
    if not document.statements:
        say(f"{document.file}: says nothing of emitters that was read", err=True)
        say("  next: name a document that lists emitters and their events", err=True)
        return
    told = [counted(document.statements, "statement"), counted(len(document.differences), "difference")]
    told += [f"{len(document.unclear)} unclear"] if document.unclear else []
    told += [f"{len(document.not_read)} not read"] if document.not_read else []
    say(f"{document.file}: {', '.join(told)}")
