"""A registry that permits what CloudEvents can."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.verification.messages import permitting


@pytest.fixture
def everything(tmp_path: Path) -> Path:
    """A registry that permits every mode, and one extension attribute."""
    return permitting(tmp_path, "structured", "binary", "batch", extensions=["traceparent"])
