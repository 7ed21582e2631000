"""`contracts recorder`: a file that makes an emitter's own test suite record what it sends."""

from __future__ import annotations

from pathlib import Path

import click

from contracts.cli.output import hand_over

_FOLDER = Path(__file__).parent.parent / "emitters" / "recorder"
_FILES = {"wordpress": "contracts-recorder.php"}


@click.command()
@click.argument("kind", type=click.Choice(sorted(_FILES)))
def command(kind: str) -> None:
    """Print the recorder for KIND of emitter.

    It goes into the emitter's tests; what it records is read by `contracts verify EMITTER --captures FILE`.

    \b
    Example:
      contracts recorder wordpress > tests/mu-plugins/contracts-recorder.php
    """
    hand_over((_FOLDER / _FILES[kind]).read_bytes())
