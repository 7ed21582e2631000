"""Options of the commands that record by a sink."""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path

import click

from contracts.cli.output import say
from contracts.emitters.sink import KEEP_VARIABLE
from contracts.errors import ContractsError

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
    envvar=KEEP_VARIABLE,
    help="A header whose value is recorded beside content-type, content-encoding, ce-* and those that a pact at hand "
    "asks for; of others the name is.",
)


def kept_names(given: Iterable[str]) -> frozenset[str]:
    """Return the headers that were named, several in one text joined by commas, and those that a pact at hand asks for.

    Pacts that can't be read are said: who verifies the recording needs them, and who records doesn't.
    """
    named = frozenset(name.strip().lower() for names in given for name in names.split(",") if name.strip())
    return named | _asked_by_pacts()


def _asked_by_pacts() -> frozenset[str]:
    from contracts.project.domain import load_domain
    from contracts.project.pacts import headers_asked, own_pacts
    from contracts.project.settings import load_settings

    try:
        settings = load_settings(Path.cwd())
        return headers_asked(own_pacts(settings, load_domain(settings).registry.emitters))
    except ContractsError as error:
        note(f"which headers the pacts ask for isn't known: {error}")
        return frozenset()


def note(message: str) -> None:
    """Say what couldn't be taken."""
    say(f"warning: {message}", err=True)
