"""`contracts sink`: record what an emitter sends."""

from __future__ import annotations

import signal
import threading
from collections.abc import Callable
from pathlib import Path
from typing import Any

import click

from contracts.cli.output import say
from contracts.cli.sink_options import keep_header_option, kept_names, note, per_message_option, respond_option
from contracts.emitters.parts.address import parse_address
from contracts.emitters.parts.answers import parse_answers
from contracts.emitters.sink import SinkOrder, record
from contracts.errors import MisuseError
from contracts.files import write_whole
from contracts.model.durations import parse_seconds
from contracts.model.printable import counted
from contracts.project.settings import load_settings
from contracts.project.working_copy import checkout_now


@click.command(short_help="Record what an emitter sends as captures.")
@click.option(
    "--listen", metavar="HOST:PORT", default="127.0.0.1:0", show_default=True, help="Port 0 takes a free one."
)
@click.option("--out", metavar="FILE", default="-", show_default=True, help="Captures are appended; - is stdout.")
@respond_option
@per_message_option
@keep_header_option
@click.option(
    "--allow-host",
    "hosts",
    multiple=True,
    metavar="NAME",
    help="A host under which messages come, or whose pages send them; may be repeated. Loopback need not be named.",
)
@click.option(
    "--connections",
    type=click.IntRange(min=10),
    default=500,
    show_default=True,
    metavar="COUNT",
    help="How many there may be at once; idle ones are ended where others wait.",
)
@click.option("--max", "limit", type=click.IntRange(min=1), help="End after so many messages.")
@click.option("--for", "duration", metavar="DURATION", help="End after a time, such as 60s or 5m.")
@click.option("--ready-file", type=click.Path(path_type=Path), help="Holds the sink's URL while it listens.")
def command(  # noqa: PLR0913 - one parameter an option, as click hands them over
    *,
    listen: str,
    out: str,
    respond: str,
    per_message: bool,
    keep: tuple[str, ...],
    hosts: tuple[str, ...],
    connections: int,
    limit: int | None,
    duration: str | None,
    ready_file: Path | None,
) -> None:
    """Record whatever is sent here as captures, for `contracts verify EMITTER --captures FILE`.

    Prints its URL on stderr once it listens. Ends by itself with --max or --for, else with Ctrl-C. Started in the
    emitter's checkout, it has each capture name the commit, and whether the checkout differed from it. A page in a
    browser must not state facts: messages under a name that isn't the sink's, or from pages of other hosts, are
    refused, said, and a fault in the captures.

    \b
    Example:
      contracts sink --listen 127.0.0.1:8099 --out captures.ndjson --respond 503,202
    """
    address = parse_address(listen, option="listen")
    recording = SinkOrder(
        address=address,
        out=out,
        answers=parse_answers(respond, option="respond"),
        per_message=per_message,
        keep=kept_names(keep),
        limit=limit,
        seconds=_seconds(duration),
        hosts=hosts,
        connections=connections,
        commit=checkout_now(load_settings(Path.cwd()), leaving_out=[Path(out)] if out != "-" else []),
    )
    if not address.is_loopback:
        say(f"warning: {address.host} can be reached from other machines", err=True)
    stop = threading.Event()
    before = {number: signal.signal(number, lambda *_: stop.set()) for number in (signal.SIGINT, signal.SIGTERM)}
    try:
        count = record(recording, ready=_announcer(ready_file), note=note, stop=stop)
    finally:
        for number, handler in before.items():
            signal.signal(number, handler)
        if ready_file:
            ready_file.unlink(missing_ok=True)
    say(f"recorded {counted(count, 'message')}", err=True)


def _seconds(duration: str | None) -> float | None:
    try:
        return parse_seconds(duration) if duration is not None else None
    except ValueError as error:
        raise MisuseError(f"--for: {error}") from None


def _announcer(ready_file: Path | None) -> Callable[[str], Any]:
    def announce(url: str) -> None:
        say(url, err=True)
        if ready_file is None:
            return
        # Whoever waits for the file finds it whole.
        write_whole(ready_file, f"{url}\n", what="the ready file")

    return announce
