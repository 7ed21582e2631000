"""Skips, with the reason, what the machine has no PHP or no WordPress for."""

from __future__ import annotations

import os
import shutil
import subprocess
from pathlib import Path

import pytest

from tests.wordpress.programs import DATABASE, ROOT

INSTALL = "provider_tests/wordpress/install-packages installs it"


def _missing() -> str | None:
    if shutil.which("php") is None:
        return f"php is missing; {INSTALL}"
    modules = subprocess.run(["php", "-m"], capture_output=True, text=True, check=True, timeout=30).stdout
    return None if "pdo_sqlite" in modules else f"PHP's SQLite is missing; {INSTALL}"


@pytest.fixture(scope="session")
def php() -> None:
    """PHP with SQLite, or the test is skipped."""
    if reason := _missing():
        pytest.skip(reason)


@pytest.fixture(scope="session")
def real_wordpress(php: None) -> None:
    """What it takes to run WordPress, or the test is skipped."""
    cached = Path(os.environ.get("CONTRACTS_CACHE", ROOT / ".cache")) / "wordpress" / DATABASE
    if DATABASE == "sqlite" and not cached.is_dir() and shutil.which("npm") is None:
        pytest.skip(f"npm, which WordPress is fetched with, is missing; {INSTALL}")
