"""Progress is shown to somebody who looks, and to nobody else."""

from __future__ import annotations

import io
from collections.abc import Iterator
from itertools import count

import pytest

from contracts.errors import HarnessError
from contracts.model.audit import AuditProgress
from contracts.model.run_events import EmissionJudged, Finished, ReplayStarted, RunEvent
from contracts.report.progress import watch, watched_audit
from tests.report.examples import green

EVENTS: tuple[RunEvent, ...] = (EmissionJudged(1), EmissionJudged(2), ReplayStarted(1), Finished(green()))
CLEAR = "\r\x1b[K"


class _Terminal(io.StringIO):
    def isatty(self) -> bool:
        return True


def _shown(stream: io.StringIO, environ: dict[str, str], *, step: float = 1.0) -> str:
    ticks = count(0.0, step)
    passed = tuple(watch(iter(EVENTS), "an emitter", stream=stream, environ=environ, clock=lambda: next(ticks)))
    assert passed == EVENTS
    return stream.getvalue()


def test_a_terminal_sees_one_line_that_goes_away() -> None:
    """Each step takes the place of the one before, and nothing is left."""
    steps = _shown(_Terminal(), {"TERM": "xterm"}).split(CLEAR)
    assert steps == [
        "",
        "an emitter: waiting for emissions",
        "an emitter: 1 emission judged",
        "an emitter: 2 emissions judged",
        "an emitter: asking the official verifier about 1 interaction",
        "",
    ]


def test_many_emissions_are_not_all_shown() -> None:
    """What comes within a tenth of a second is passed on and not shown."""
    assert "2 emissions" not in _shown(_Terminal(), {}, step=0.01)


@pytest.mark.parametrize("environ", [{"CI": "true"}, {"GITHUB_ACTIONS": "true"}, {"GITLAB_CI": "1"}, {"TERM": "dumb"}])
def test_nothing_is_shown_in_ci(environ: dict[str, str]) -> None:
    """A CI's log gets no progress, also where it pretends to be a terminal."""
    assert _shown(_Terminal(), environ) == ""


def test_nothing_is_shown_in_a_pipe() -> None:
    """A log file gets no progress."""
    assert _shown(io.StringIO(), {}) == ""


def test_the_line_goes_away_before_an_error_s_message() -> None:
    """A run that breaks leaves no half line behind."""

    def breaking() -> Iterator[RunEvent]:
        yield EmissionJudged(1)
        raise HarnessError("it broke")

    stream = _Terminal()
    with pytest.raises(HarnessError):
        tuple(watch(breaking(), "an emitter", stream=stream, environ={}))
    assert stream.getvalue().endswith(CLEAR)


def test_an_audit_says_how_far_it_is_on_a_terminal_alone() -> None:
    """Its share, its rate and the time left; of a pipe, whose size nobody knows, how much was read."""
    seconds = iter([0.0, 0.05, 10.0, 20.0])
    shown = _Terminal()
    with watched_audit(stream=shown, environ={}, clock=lambda: next(seconds)) as told:
        told(AuditProgress(1, 10, 100))
        assert shown.getvalue() == ""
        told(AuditProgress(2_000_000, 25, 100))
        told(AuditProgress(2_000_000, 25_000_000, None))
    first, second, last = shown.getvalue().split("\r\x1b[K")[1:]
    assert first == "[#####...............] 25%, 2,000,000 events, 200,000/s, 0:00:30 left"
    assert second == "2,000,000 events, 100,000/s, 25 MB read"
    assert last == ""
    for stream, environ in ((io.StringIO(), {}), (_Terminal(), {"CI": "true"}), (_Terminal(), {"TERM": "dumb"})):
        with watched_audit(stream=stream, environ=environ) as told:
            told(AuditProgress(1, 1, 1))
        assert stream.getvalue() == ""
