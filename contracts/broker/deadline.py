"""A bound on a whole call, whatever it waits for: a name, a handshake, a header, the next byte."""

from __future__ import annotations

import threading
from collections.abc import Callable
from typing import TypeVar

T = TypeVar("T")


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
