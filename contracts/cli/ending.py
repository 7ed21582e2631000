"""How a command ends: with the code that it came to, whatever code that isn't ours would have it end with.

A domain's module, a handler and an emitter run inside this process. One that calls `sys.exit(0)` or `os._exit(0)`
would otherwise end `contracts can-i-deploy` with a yes that nobody gave.
"""

from __future__ import annotations

import os
import sys
import traceback
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from types import TracebackType
from typing import NoReturn

from contracts.errors import ExitCode, MisuseError, Where

_OURS = Path(__file__).resolve().parents[1]


@contextmanager
def held_exit() -> Iterator[Callable[[int], None]]:
    """Let `os._exit` end this process with the code that the command came to, and with nobody else's.

    Processes that are forked from this one end as they like.

    Yields:
        Takes the code, once it is known; until then whoever ends the process has it end as a misuse.
    """
    leave, process = os._exit, os.getpid()
    came_to: list[int] = []

    def guarded(status: int) -> NoReturn:
        if os.getpid() != process:
            leave(status)
        if not came_to:
            sys.stderr.write(
                f"error: code that isn't the toolkit's ended the process (os._exit({status}))\n"
                f"  next: have {_caller()} return instead\n"
            )
            sys.stderr.flush()
        leave(came_to[-1] if came_to else int(ExitCode.MISUSE))

    os._exit = guarded
    try:
        yield came_to.append
    finally:
        if not came_to:
            os._exit = leave


def _caller() -> str:
    foreign = [frame for frame in traceback.extract_stack() if not _is_ours(frame.filename)]
    return f"{foreign[-1].filename}:{foreign[-1].lineno}" if foreign else "it"


def ended_by_others(error: SystemExit) -> MisuseError:
    """Return the error of a command that `sys.exit` in code of a domain, a handler or an emitter ended."""
    where = _place(error.__traceback__)
    return MisuseError(
        f"code that isn't the toolkit's ended the command (sys.exit({'' if error.code is None else repr(error.code)}))",
        where=where,
        next_step="have it return, or raise an error that says what is wrong",
    )


def _place(trace: TracebackType | None) -> Where | None:
    frames = [frame for frame in traceback.extract_tb(trace) if not _is_ours(frame.filename)]
    # What is called last is where it says exit; the import machinery's frames have no file.
    named = [frame for frame in frames if not frame.filename.startswith("<")]
    return Where(named[-1].filename, named[-1].lineno) if named else None


def _is_ours(file: str) -> bool:
    return file.startswith("<") or Path(file).resolve().is_relative_to(_OURS)
