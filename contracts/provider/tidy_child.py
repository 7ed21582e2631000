"""Running a program that doesn't outlive the command that waits for it, nor do the programs that it has started."""

from __future__ import annotations

import os
import signal
import subprocess
from collections.abc import Mapping, Sequence
from contextlib import ExitStack

from contracts.emitters.parts.processes import signals_later

_GRACE = 10.0
"""Seconds in which it may write down what it has."""


def run_tidily(
    words: Sequence[str], *, env: Mapping[str, str], stdin: int | None = None, stdout: int | None = None
) -> int:
    """Run a program to its end and return its exit code.

    It has a process group of its own: what interrupts the waiting, Ctrl-C or a signal, ends the group, politely first.

    Args:
        words: the program and its arguments.
        env: its environment.
        stdin: what it reads; this process's own input where None.
        stdout: what it prints to; this process's own output where None.

    Raises:
        OSError: it can't be started.
    """
    with ExitStack() as started:
        with signals_later():
            child = subprocess.Popen(words, env=dict(env), stdin=stdin, stdout=stdout, start_new_session=True)
            started.callback(_end, child)
        code = child.wait()
        started.pop_all()
    return code


def _end(child: subprocess.Popen[bytes]) -> None:
    try:
        _signal(child, signal.SIGTERM)
        child.wait(_GRACE)
    except subprocess.TimeoutExpired:
        return
    finally:
        _signal(child, signal.SIGKILL)
        child.wait()


def _signal(child: subprocess.Popen[bytes], number: signal.Signals) -> None:
    try:
        # The group keeps its number as long as one of its processes lives.
        os.killpg(child.pid, number)
    except (ProcessLookupError, PermissionError):
        return
