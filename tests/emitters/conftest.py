"""What every test of the drivers is held to: no thread and no process is left behind."""

from __future__ import annotations

import threading
import time
from collections.abc import Iterator
from pathlib import Path

import pytest


def children() -> set[int]:
    """Return this process's children, those that have ended and weren't waited for too."""
    tasks = Path("/proc/self/task").iterdir()
    return {int(pid) for task in tasks for pid in (task / "children").read_text(encoding="ascii").split()}


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
