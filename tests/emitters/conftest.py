"""What every test of the drivers is held to: no thread and no process is left behind."""

from __future__ import annotations

import threading
import time
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path

import pytest


def children() -> set[int]:
    """Return this process's children, those that have ended and weren't waited for too."""
    found: set[int] = set()
    for task in Path("/proc/self/task").iterdir():
        # A thread may end while it is looked at; its children are its process's then.
        with suppress(FileNotFoundError, ProcessLookupError):
            found.update(int(pid) for pid in (task / "children").read_text(encoding="ascii").split())
    return found


@pytest.fixture(autouse=True)
def _nothing_is_left_behind() -> Iterator[None]:
    threads, processes = set(threading.enumerate()), children()
    yield
    deadline = time.monotonic() + 5
    while left := [thread for thread in threading.enumerate() if thread not in threads]:
        assert time.monotonic() < deadline, f"threads are left behind: {left}"
        left[0].join(0.1)
    # Other suites in this process may have helpers of their own, such as multiprocessing's.
    assert children() <= processes
