"""`contracts matrix`: who may state what, and how far each pair is."""

from __future__ import annotations

import sys

import click

from contracts.cli.options import output_option, project
from contracts.cli.output import say_json, show
from contracts.report.look import look_at
from contracts.report.pair_matrix import build_matrix, matrix_json, matrix_markdown, render_matrix


@click.command(short_help="Show who may state what, and how far it is.")
@output_option("table", "json", "markdown")
def command(output: str) -> None:
    """Show the registry: each emitter, each canonical event, each pair's status.

    \b
    Examples:
      contracts matrix
      contracts matrix --output markdown
    """
    _, domain = project()
    matrix = build_matrix(domain.registry, domain.catalogue)
    if output == "json":
        say_json(matrix_json(matrix))
    elif output == "markdown":
        show(matrix_markdown(matrix), nl=False)
    else:
        show(render_matrix(matrix, look=look_at(sys.stdout)))
