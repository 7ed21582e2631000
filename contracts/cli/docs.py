"""`contracts docs`: the living document of the emitters."""

from __future__ import annotations

from pathlib import Path

import click

from contracts.cli.options import leave, project
from contracts.cli.output import say, show
from contracts.errors import ExitCode
from contracts.project.paths import shown


@click.command("docs", short_help="Render the emitters document, or check it.")
@click.option("--lang", type=click.Choice(("en", "ru")), default="en", show_default=True, help="The language.")
@click.option("--check", is_flag=True, help="Write nothing; exit 1 when the committed file differs.")
@click.option(
    "--out",
    type=click.Path(dir_okay=False, path_type=Path),
    help="Write this file (with --check: compare with it) instead of printing. "
    "--check alone compares with docs/emitters.<lang>.md.",
)
def command(lang: str, check: bool, out: Path | None) -> None:
    """Render the emitters document from the registry and the catalogue.

    \b
    Examples:
      contracts docs --lang en
      contracts docs --lang ru --out docs/emitters.ru.md
      contracts docs --lang en --check
    """
    from contracts.documents.committed import default_file, path_in_project, registry_in_project, write_document
    from contracts.documents.living import render_document
    from contracts.project.translations import load_translations

    settings, domain = project()
    file = out or default_file(settings, lang)
    rendered = render_document(
        domain,
        lang,
        load_translations(domain, lang),
        registry_file=registry_in_project(settings, domain),
        file=path_in_project(settings, file),
    )
    for text in rendered.untranslated:
        say(f"no translation into {lang!r}, shown in English: {text}", err=True)
    if check:
        _check(file, rendered.text, lang)
    elif out:
        write_document(out, rendered.text)
        say(f"wrote {out}", err=True)
    else:
        show(rendered.text, nl=False)


def _check(file: Path, text: str, lang: str) -> None:
    from contracts.documents.committed import first_difference

    difference = first_difference(file, text, lang)
    if difference is None:
        say(f"{shown(file)}: up to date")
        return
    line, committed, rendered = difference
    say(f"{shown(file)}:{line}: differs from the registry and the catalogue")
    say(f"  committed: {committed}\n  rendered:  {rendered}")
    say(f"  next: contracts docs --lang {lang} --out {shown(file)}")
    leave(ExitCode.BROKEN)
