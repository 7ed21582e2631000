"""What people read on a terminal, in a pipe and in a log."""

from __future__ import annotations

import io
import subprocess
import sys
from typing import Any

import pytest

from contracts.errors import ExitCode
from contracts.model.verdict import Verdict
from contracts.report.console import render_verification
from contracts.report.look import Look, look_at
from tests.report.examples import COMPLETED, HOSTILE, finding, green, pact, pair, red, run

TERMINAL = Look(terminal=True, color=True, width=100)


class _Terminal(io.StringIO):
    def isatty(self) -> bool:
        return True


def test_the_last_line_counts_pairs_and_violations() -> None:
    """The last line says how many pairs passed, pend and failed, and how many violations there are."""
    assert render_verification(green()).splitlines()[-1] == "passed 1, pending 2, failed 0, violations 0"
    assert render_verification(red()).splitlines()[-1] == "passed 0, pending 1, failed 1, violations 1, errors 1"


@pytest.mark.parametrize("look", [Look(), TERMINAL, Look(terminal=True, color=False, width=100)])
def test_everything_that_a_run_knows_is_shown(look: Look) -> None:
    """Pairs, findings with each of their fields, violations, notes, errors, untested rules and pacts are shown."""
    shown = " ".join(render_verification(red("some words"), look=look).split())
    for words in (
        "failed", "ready: promote it", "wrong-fact", "captures.ndjson:3", "$.data.client_id", '"c-1"',
        '{"client_id": "some words"}', "build the message from", "unknown-event", "captures.ndjson:9", "overdue",
        "unreadable-capture", "lost-fact", "client-webinar-scenario-service 1.2.3", "failure posted",
        "pending in the broker", "work in progress",
    ):  # fmt: skip
        assert words in shown, words


def test_a_pipe_gets_long_messages_whole_and_on_their_line() -> None:
    """A message is neither cut nor folded where no terminal looks."""
    message = "word " * 200 + "end"
    shown = render_verification(run(pair(Verdict.FAILED, finding(message=message))))
    assert message in shown


@pytest.mark.parametrize("width", [20, 40, 80])
def test_a_narrow_terminal_folds_and_cuts_nothing(width: int) -> None:
    """No line is wider than the terminal, and no character of a message is lost."""
    message = "abcdefghij" * 20
    shown = render_verification(
        run(pair(Verdict.FAILED, finding(message=message))), look=Look(terminal=True, color=False, width=width)
    )
    assert max(len(line) for line in shown.splitlines()) <= width
    assert "…" not in shown
    assert message in "".join(shown.split()).replace("message", "")


@pytest.mark.parametrize("look", [Look(), TERMINAL])
def test_what_an_emitter_sent_acts_on_no_terminal(look: Look) -> None:
    """Escape sequences, direction marks and lone surrogates are shown as their escapes; markup means nothing."""
    shown = render_verification(red(HOSTILE + " [bold]x[/bold]"), look=look)
    for acting in ("\x1b[31mred", "\x00", "\u202e", "\ud800"):
        assert acting not in shown
    assert "[bold]x[/bold]" in " ".join(shown.split())
    shown.encode("utf-8")


def test_colours_are_beside_words_and_can_be_turned_off() -> None:
    """NO_COLOR takes the colours away, not the table; an empty value means nothing."""
    assert "\x1b[" in render_verification(green(), look=TERMINAL)
    plain = look_at(_Terminal(), {"NO_COLOR": "1", "TERM": "xterm"})
    assert (plain.terminal, plain.color) == (True, False)
    assert "\x1b[" not in render_verification(green(), look=plain).replace("\x1b[1m", "").replace("\x1b[0m", "")
    assert look_at(_Terminal(), {"NO_COLOR": "", "TERM": "xterm"}).color


def test_a_pipe_and_a_dumb_terminal_get_plain_text() -> None:
    """Tables are drawn only where a terminal that can draw looks."""
    assert not look_at(io.StringIO(), {}).terminal
    assert not look_at(_Terminal(), {"TERM": "dumb"}).terminal


def test_a_stream_that_takes_ascii_alone_gets_escapes() -> None:
    """Characters that the stream can't take are written as escapes instead of breaking the run."""
    shown = render_verification(red("вебинар"), look=Look(encoding="ascii"))
    assert "\\u0432" in shown
    shown.encode("ascii")


@pytest.mark.parametrize(
    ("more", "words"),
    [
        ({"nothing_read": True}, "nothing to verify"),
        ({"report_only": True}, "report only"),
        ({"pacts": (pact(None, unposted="no required interaction"),)}, "nothing to post (no required interaction)"),
        ({"pacts": (pact(True),)}, "success, not posted"),
    ],
)
def test_why_a_run_ends_as_it_does_is_said(more: dict[str, Any], words: str) -> None:
    """What the summary doesn't show has a line of its own."""
    assert words in render_verification(run(pair(Verdict.PASSED), **more))


def test_strict_pending_says_why_the_run_fails() -> None:
    """A run that a ready planned pair fails says so."""
    strict = run(pair(Verdict.PENDING, event=COMPLETED, ready=True), strict_pending=True)
    assert strict.exit_code is ExitCode.BROKEN
    assert "strict" in render_verification(strict)


def test_plain_output_does_not_load_rich() -> None:
    """A pipe doesn't pay for rich."""
    code = (
        "import sys; from tests.report.examples import green;"
        "from contracts.report.console import render_verification; render_verification(green());"
        "import contracts.report.pair_matrix; print('rich' in sys.modules)"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, timeout=60, check=True)
    assert done.stdout.strip() == "False"
