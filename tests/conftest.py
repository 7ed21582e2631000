"""What holds for every test of the toolkit."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

_LONGEST = ("tests/release/world",)


def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    """Put the files that take longest before all others: what comes last is done by one process alone."""
    items.sort(key=lambda item: not _in(item.path, config.rootpath))


def _in(file: Path, root: Path) -> bool:
    return any(file.is_relative_to(root / folder) for folder in _LONGEST)


def pytest_collection_finish() -> None:
    """Load hypothesis, which is there for these tests alone, in no pytest that a test runs in a user's project.

    They are some hundred. What a test sets of its own takes the place of it; this process and its workers have read the
    variable before.
    """
    os.environ.setdefault("PYTEST_ADDOPTS", "-p no:hypothesispytest")
