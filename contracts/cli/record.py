"""`contracts record`: run any test suite, and record what it sends."""

from __future__ import annotations

from pathlib import Path

import click

from contracts.cli.options import leave
from contracts.cli.output import say
from contracts.cli.sink_options import keep_header_option, kept_names, note, per_message_option, respond_option
from contracts.emitters.parts.address import Address
from contracts.emitters.parts.answers import parse_answers
from contracts.emitters.sink import SinkOrder
from contracts.emitters.suite import record_suite
from contracts.errors import MisuseError
from contracts.model.durations import parse_seconds
from contracts.model.printable import counted
from contracts.project.settings import load_settings
from contracts.project.working_copy import checkout_of


@click.command(short_help="Run a test suite and record what it sends.")
@click.argument("words", metavar="COMMAND…", nargs=-1, required=True, type=click.UNPROCESSED)
@click.option(
    "--out",
    metavar="FILE",
    type=click.Path(path_type=Path, dir_okay=False),
    default="captures.ndjson",
    show_default=True,
    help="The captures; what was there is replaced when the command has ended.",
)
@respond_option
@per_message_option
@keep_header_option
@click.option(
    "--settle",
    metavar="SECONDS",
    default="0.3",
    show_default=True,
    help="How long nothing must have come after the command's end.",
)
def command(
    words: tuple[str, ...], out: Path, respond: str, per_message: bool, keep: tuple[str, ...], settle: str
) -> None:
    """Run COMMAND, any language's test suite, and record what it sends.

    `contracts verify EMITTER --captures FILE` judges it. The command finds in CONTRACTS_SINK_URL where to send to; the
    WordPress recorder writes to the same captures by itself. Each capture names the checkout's commit, and whether the
    checkout differed from it. Ends with the command's own exit code, whatever was recorded.

    \b
    Example:
      contracts record --out recorded.ndjson -- npm test
    """
    try:
        seconds = parse_seconds(settle)
    except ValueError as error:
        raise MisuseError(f"--settle: {error}") from None
    recording = SinkOrder(
        address=Address("127.0.0.1", 0),
        out=str(out),
        answers=parse_answers(respond, option="respond"),
        per_message=per_message,
        keep=kept_names(keep),
    )
    commit = checkout_of(load_settings(Path.cwd()), leaving_out=out)
    run = record_suite(words, recording, commit=commit, settle=seconds, note=note)
    faults = f", and {counted(run.faults, 'fault')}" if run.faults else ""
    say(f"recorded {counted(run.messages, 'message')}{faults} in {out}", err=True)
    leave(run.code)
