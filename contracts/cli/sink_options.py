"""Options of the commands that record by a sink."""

from __future__ import annotations

from collections.abc import Iterable

import click

respond_option = click.option(
    "--respond",
    metavar="ANSWERS",
    default="202",
    show_default=True,
    help="Statuses or `refuse`, in order, the last one stays: 503,202. A slow answer: 202@2s. One that says "
    "when to come again: 503:retry-after=60s.",
)
per_message_option = click.option("--per-message", is_flag=True, help="Count the answers for each distinct body.")
keep_header_option = click.option(
    "--keep-header",
    "keep",
    metavar="NAME",
    multiple=True,
    envvar="CONTRACTS_KEEP_HEADERS",
    help="A header whose value is recorded beside content-type, content-encoding and ce-*; of others the name is.",
)


def kept_names(given: Iterable[str]) -> frozenset[str]:
    """Return the headers that were named, several in one text joined by commas."""
    return frozenset(name.strip().lower() for names in given for name in names.split(",") if name.strip())


def note(message: str) -> None:
    """Say what couldn't be taken."""
    click.echo(f"warning: {message}", err=True)
