"""Signals that end a command: it ends what it has started before it goes.

Python's own answer to SIGTERM and SIGHUP is to end at once. An emitter's process has a group of its own, so that
it would outlive the command.
"""

from __future__ import annotations

import signal
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from types import FrameType

_ENDING = (signal.SIGTERM, signal.SIGHUP)


class EndedBySignal(BaseException):
    """A signal ends the command.

    Args:
        status: what the command exits with, 128 and the signal's number.
    """

    def __init__(self, status: int) -> None:
        super().__init__(status)
        self.status = status


@contextmanager
def ending_tidily() -> Iterator[None]:
    """Let SIGTERM and SIGHUP unwind the command while the block runs; it then exits with 128 and the signal's number.

    A signal that is ignored (`nohup`) stays ignored. Outside the main thread, where Python takes no handlers, nothing
    changes.
    """
    if threading.current_thread() is not threading.main_thread():
        yield
        return
    before = {number: signal.getsignal(number) for number in _ENDING}
    taken = [number for number, handler in before.items() if handler is signal.SIG_DFL]
    for number in taken:
        signal.signal(number, _unwind)
    try:
        yield
    finally:
        for number in taken:
            signal.signal(number, before[number])


def _unwind(number: int, frame: FrameType | None) -> None:  # noqa: ARG001 - Python's signature
    # A second signal would break off the tidying that the first has begun.
    signal.signal(number, signal.SIG_IGN)
    raise EndedBySignal(128 + number)


@contextmanager
def noted_interrupt() -> Iterator[Callable[[], bool]]:
    """Keep in mind that SIGINT came while the block runs: what it breaks off may end in an error of another kind.

    A library may turn `KeyboardInterrupt` into an error of its own, and a process that the terminal interrupted too
    looks like one that failed.

    Yields:
        Says whether it came.
    """
    came = threading.Event()

    def note(number: int, frame: FrameType | None) -> None:
        came.set()
        signal.default_int_handler(number, frame)

    own = threading.current_thread() is threading.main_thread()
    if not own or signal.getsignal(signal.SIGINT) is not signal.default_int_handler:
        yield came.is_set
        return
    signal.signal(signal.SIGINT, note)
    try:
        yield came.is_set
    finally:
        signal.signal(signal.SIGINT, signal.default_int_handler)


@contextmanager
def told_of_interrupt(say: Callable[[], None]) -> Iterator[Callable[[], bool]]:
    """Let the first SIGINT only be told while the block runs, so that what is known can be shown; the second ends it.

    Args:
        say: called at the first one.

    Yields:
        Says whether it came.
    """
    came = threading.Event()
    if threading.current_thread() is not threading.main_thread():
        yield came.is_set
        return

    def note(number: int, frame: FrameType | None) -> None:  # noqa: ARG001 - Python's signature
        signal.signal(signal.SIGINT, before)
        came.set()
        say()

    before = signal.signal(signal.SIGINT, note)
    try:
        yield came.is_set
    finally:
        signal.signal(signal.SIGINT, before)
