"""One change of a project's registry at a time."""

from __future__ import annotations

import fcntl
import os
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

from contracts.errors import MisuseError, Where
from contracts.files import unwritten
from contracts.project.paths import shown
from contracts.project.settings import Settings

LOCK = ".contracts/registry.lock"
_LONGEST = 1800.0
_BETWEEN = 0.05


@contextmanager
def alone(settings: Settings, echo: Callable[[str], None]) -> Iterator[None]:
    """Keep other changes of the registry waiting while the block runs; a process that is killed keeps nobody waiting.

    Args:
        echo: is told where another one has to be waited for.

    Raises:
        MisuseError: another one is at work for half an hour, or nothing can be written here.
    """
    file = settings.root / LOCK
    try:
        file.parent.mkdir(parents=True, exist_ok=True)
        descriptor = os.open(file, os.O_RDWR | os.O_CREAT, 0o666)
    except OSError as error:
        raise unwritten(
            error, shown(file), what="the lock of the registry", next_step="make the folder writable"
        ) from None
    try:
        _wait(descriptor, file, echo)
        yield
    finally:
        os.close(descriptor)


def _wait(descriptor: int, file: Path, echo: Callable[[str], None]) -> None:
    end, told = time.monotonic() + _LONGEST, False
    while True:
        try:
            fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            if time.monotonic() > end:
                raise MisuseError(
                    "another process has been changing the registry here for half an hour",
                    where=Where(shown(file)),
                    next_step="see what it waits for, or end it; then run this again",
                ) from None
        else:
            return
        if not told:
            echo("another process is changing the registry here: waiting for it")
            told = True
        time.sleep(_BETWEEN)
