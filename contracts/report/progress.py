"""Progress of a long verification: one line on a terminal, nothing in a log or in CI."""

from __future__ import annotations

import os
import time
from collections.abc import Callable, Iterable, Iterator, Mapping
from contextlib import contextmanager
from datetime import timedelta
from typing import TextIO

from contracts.model.audit import AuditProgress
from contracts.model.printable import one_line
from contracts.model.run_events import EmissionJudged, ReplayStarted, RunEvent
from contracts.report.ci import in_ci

_SECONDS_BETWEEN = 0.1
_CLEAR = "\r\x1b[K"


def watch(
    events: Iterable[RunEvent],
    subject: str,
    *,
    stream: TextIO,
    environ: Mapping[str, str] | None = None,
    clock: Callable[[], float] = time.monotonic,
) -> Iterator[RunEvent]:
    """Pass the events of a run on, and show where it is while somebody looks.

    Args:
        events: what the engine yields.
        subject: what is verified, in front of the line.
        stream: where to show it; standard error, because standard output carries the result.
        environ: the environment's variables; nothing is shown in CI.
        clock: seconds; the line changes ten times a second at most.
    """
    environ = os.environ if environ is None else environ
    if in_ci(environ) or not stream.isatty() or environ.get("TERM") == "dumb":
        yield from events
        return
    shown_at = float("-inf")
    try:
        stream.write(f"{_CLEAR}{one_line(subject)}: waiting for emissions")
        stream.flush()
        for event in events:
            is_due = isinstance(event, ReplayStarted) or clock() - shown_at >= _SECONDS_BETWEEN
            if is_due and (words := _words(event)):
                shown_at = clock()
                stream.write(f"{_CLEAR}{one_line(subject)}: {words}")
                stream.flush()
            yield event
    finally:
        # The line is gone before the result, an error's message or the shell's prompt comes.
        stream.write(_CLEAR)
        stream.flush()


@contextmanager
def watched_audit(
    *,
    stream: TextIO,
    environ: Mapping[str, str] | None = None,
    clock: Callable[[], float] = time.monotonic,
) -> Iterator[Callable[[AuditProgress], None]]:
    """Show how far an audit is while somebody looks: how much, how fast, and how long it will take.

    Args:
        stream, environ, clock: as of `watch`.

    Yields:
        What is told of the progress.
    """
    environ = os.environ if environ is None else environ
    if in_ci(environ) or not stream.isatty() or environ.get("TERM") == "dumb":
        yield lambda _: None
        return
    begun = shown_at = clock()

    def show(progress: AuditProgress) -> None:
        nonlocal shown_at
        now = clock()
        if now - shown_at >= _SECONDS_BETWEEN:
            shown_at = now
            stream.write(f"{_CLEAR}{_audit_words(progress, now - begun)}")
            stream.flush()

    try:
        yield show
    finally:
        stream.write(_CLEAR)
        stream.flush()


_BAR = 20


def _audit_words(progress: AuditProgress, seconds: float) -> str:
    told = f"{progress.events:,} events, {progress.events / seconds:,.0f}/s"
    if not progress.size:
        return f"{told}, {progress.read / 1e6:,.0f} MB read"
    share = min(1.0, progress.read / progress.size)
    bar = "#" * round(share * _BAR)
    left = timedelta(seconds=round(seconds / share * (1 - share))) if share else "?"
    return f"[{bar:.<{_BAR}}] {share:.0%}, {told}, {left} left"


def _words(event: RunEvent) -> str:
    match event:
        case EmissionJudged(count):
            return f"{count} emission{'' if count == 1 else 's'} judged"
        case ReplayStarted(interactions):
            return f"asking the official verifier about {interactions} interaction{'' if interactions == 1 else 's'}"
        case _:
            return ""
