"""`contracts provider-ci`: what an emitter's CI runs, in any CI."""

from __future__ import annotations

import os
import sys
from pathlib import Path

import click

from contracts.consumer.pact_writing import environment
from contracts.errors import MisuseError

SCRIPT = Path(__file__).parent.parent / "ci" / "provider-ci.sh"


@click.command(
    context_settings={"ignore_unknown_options": True},
    add_help_option=False,
    short_help="Run what an emitter's CI runs.",
)
@click.argument("arguments", nargs=-1, type=click.UNPROCESSED)
def command(arguments: tuple[str, ...]) -> None:
    """Run the script that the GitHub Action runs as well; it has the options and the help.

    Raises:
        MisuseError: there is no bash.
    """
    environ = {**environment(), "CONTRACTS_PYTHON": sys.executable}
    sys.stdout.flush()
    try:
        os.execvpe("bash", ["bash", str(SCRIPT), *arguments], environ)  # noqa: S606, S607 - the script is shipped, bash is the user's
    except OSError as error:
        raise MisuseError(f"bash can't be run: {error.strerror}", next_step="install bash") from None
