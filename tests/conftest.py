"""What holds for every test of the toolkit."""

from __future__ import annotations

import os


def pytest_collection_finish() -> None:
    """Load hypothesis, which is there for these tests alone, in no pytest that a test runs in a user's project.

    They are some hundred. What a test sets of its own takes the place of it; this process and its workers have read the
    variable before.
    """
    os.environ.setdefault("PYTEST_ADDOPTS", "-p no:hypothesispytest")
