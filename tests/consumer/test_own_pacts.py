"""The pacts of this repository are the ones that the scenario service's expectations lead to."""

from __future__ import annotations

from pathlib import Path

from contracts.testing.project import Project


def test_the_committed_pacts_are_captured() -> None:
    """Whoever changes an expectation or the registry commits the pacts with it."""
    run = Project(Path(__file__).parents[2]).contracts("capture", "--check")
    assert run.status == 0, run.output
