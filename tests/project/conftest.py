"""What the tests of the project's room take from those of the release: a project, and its commands."""

from __future__ import annotations

from tests.release.conftest import _no_variables, cli, own_cli, settings

__all__ = ["_no_variables", "cli", "own_cli", "settings"]
