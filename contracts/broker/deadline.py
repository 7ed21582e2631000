"""Bounds on a whole call, whatever it waits for: a name, a handshake, a header, the next byte; and on all calls."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import TypeVar

T = TypeVar("T")


class Allowance:
    """How long a command waits for its broker, all answers and all pauses before a repetition together.

    Each answer has a bound of its own, and so has each list of pages; a broker that uses up every one of them, or
    whose lists name a thousand things to ask for, would hold a job for hours all the same.

    Args:
        seconds: the whole of it.
    """

    def __init__(self, seconds: float = float("inf")) -> None:
        self.seconds = seconds
        self._spent = 0.0

    @property
    def left(self) -> float:
        """Seconds that it may still take."""
        return self.seconds - self._spent

    @contextmanager
    def spent(self) -> Iterator[None]:
        """Count the time that the block takes."""
        began = time.monotonic()
        try:
            yield
        finally:
            self._spent += time.monotonic() - began


def within(seconds: float, call: Callable[[], T]) -> T:
    """Return what `call` returns, or give it up.

    The libraries' own timeouts bound each wait, not their sum: a server that drips a byte a second, or says
    `100 Continue` without end, keeps them for ever. The call runs in a thread of its own; one that is given up
    is left to the end of the process, and can't hold it up.

    Args:
        seconds: how long it may take.

    Raises:
        TimeoutError: it took longer.
        BaseException: whatever the call raised.
    """
    done: list[T] = []
    raised: list[BaseException] = []

    def run() -> None:
        try:
            done.append(call())
        except BaseException as error:  # noqa: BLE001 - it is raised where the call was asked for
            raised.append(error)

    thread = threading.Thread(target=run, name="bounded-call", daemon=True)
    thread.start()
    thread.join(seconds)
    if raised:
        raise raised[0]
    if not done:
        raise TimeoutError
    return done[0]
