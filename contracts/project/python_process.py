"""Another Python process that finds this package, and a pytest that loads its plugin, where this one does."""

from __future__ import annotations

import os
from importlib.metadata import entry_points
from pathlib import Path

import contracts

PLUGIN = "contracts.pytest_plugin"
NO_AUTOLOAD = "PYTEST_DISABLE_PLUGIN_AUTOLOAD"


def plugin_options() -> list[str]:
    """Return the options with which pytest loads this project's plugin, where it doesn't find it by itself."""
    return [] if _is_found_by_pytest() else ["-p", PLUGIN]


def environment() -> dict[str, str]:
    """Return the environment in which another Python process finds this package where this one did."""
    if _is_found_by_pytest():
        return dict(os.environ)
    above = str(Path(contracts.__file__).resolve().parents[1])
    return {**os.environ, "PYTHONPATH": os.pathsep.join(filter(None, (above, os.environ.get("PYTHONPATH"))))}


def _is_found_by_pytest() -> bool:
    found = any(entry.value == PLUGIN for entry in entry_points(group="pytest11"))
    return found and not os.environ.get(NO_AUTOLOAD)
