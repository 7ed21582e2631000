"""`--start "…" --ready URL`: the emitter's own process, for as long as it is driven."""

from __future__ import annotations

import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass

from contracts.emitters.parts.http_calls import checked_url, session_for
from contracts.emitters.parts.processes import Process, describe_exit, environment, split_command
from contracts.errors import MisuseError
from contracts.model.driver import DriverOption, OptionValues

START = DriverOption(
    name="start",
    metavar="COMMAND",
    help="Starts the emitter's process, which is ended afterwards; --ready says when it can be used.",
)
READY = DriverOption(
    name="ready", metavar="URL", help="Is asked until it answers with a status below 500, before anything is triggered."
)

_PAUSE = 0.05


class NotStartedError(Exception):
    """The emitter's process didn't get ready; the message says why and what it wrote."""


@dataclass(frozen=True, slots=True)
class Start:
    """How the emitter is started.

    Attributes:
        words: the program and its arguments; empty where somebody else starts it.
        ready: the URL that answers when it can be used, if one was named.
    """

    words: tuple[str, ...] = ()
    ready: str | None = None


def start_of(options: OptionValues) -> Start:
    """Read `--start` and `--ready`.

    Raises:
        MisuseError: a start without a ready URL, or a value that can't be used.
    """
    command, ready = options.get("start"), options.get("ready")
    if command is not None and ready is None:
        raise MisuseError("--start needs --ready URL", next_step="name a URL that answers once the emitter can be used")
    return Start(
        split_command(command, option="start") if command is not None else (),
        checked_url(ready, option="ready") if ready is not None else None,
    )


@contextmanager
def started(start: Start, *, sink_url: str | None, timeout: float) -> Iterator[Process | None]:
    """Run the emitter's process while the context lasts; without a command only the ready URL is waited for.

    Args:
        start: how.
        sink_url: handed to the process as `CONTRACTS_SINK_URL`.
        timeout: seconds until it must be ready.

    Raises:
        NotStartedError: it can't be started, ended, or wasn't ready in time.
    """
    if not start.words:
        _wait(start.ready, None, timeout)
        yield None
        return
    if start.ready and _status(start.ready) is not None:
        raise NotStartedError(f"{start.ready} answers already: another process, not the one to be started, is there")
    try:
        process = Process(start.words, stdin=b"", env=environment(sink_url))
    except OSError as error:
        raise NotStartedError(f"{start.words[0]} can't be started: {error.strerror or error}") from None
    with process:
        _wait(start.ready, process, timeout)
        yield process


def how_it_ended(process: Process | None) -> str:
    """Return what to add to a message where the emitter's process has ended on its own, or an empty string."""
    code = process.wait(0) if process else None
    if process is None or code is None:
        return ""
    shown = process.output()
    return f"; its process {describe_exit(code)}" + (f" and wrote:\n{shown}" if shown else "")


def _wait(ready: str | None, process: Process | None, timeout: float) -> None:
    if ready is None:
        return
    deadline = time.monotonic() + timeout
    while True:
        status = _status(ready)
        if process and process.wait(0) is not None:
            raise NotStartedError(f"the emitter wasn't ready{how_it_ended(process)}")
        if status is not None and status < 500:
            return
        if time.monotonic() > deadline:
            said = "didn't answer" if status is None else f"answered {status}"
            shown = process.output() if process else ""
            raise NotStartedError(
                f"the emitter wasn't ready: {ready} {said} for {timeout:g} s"
                + (f"; it wrote:\n{shown}" if shown else "")
            )
        time.sleep(_PAUSE)


def _status(url: str) -> int | None:
    import requests

    try:
        with session_for(url) as session, session.get(url, timeout=2, allow_redirects=False, stream=True) as answer:
            return int(answer.status_code)
    except requests.RequestException:
        return None
