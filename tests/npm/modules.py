"""Finding what `tests/npm/install` installed."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]


def npm_module(name: str) -> Path:
    """Return the folder of an installed npm package; the test that asks is skipped where it is missing."""
    modules = Path(os.environ.get("CONTRACTS_NPM_DIR") or ROOT / ".cache" / "npm") / "node_modules"
    if not (modules / name).is_dir():
        pytest.skip(f"the npm package {name} isn't installed: run tests/npm/install")
    return modules / name
