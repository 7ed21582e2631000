"""Histories of two emitters and two consumers: no yes is wrong, and whatever is printed leads on."""

from __future__ import annotations

from tests.release.world.running import STEPS, run_histories

HISTORIES = 50


def test_no_yes_is_wrong_and_no_walk_ends_nowhere() -> None:
    """Fifty histories of thirty steps each; every rule fires in them, and every answer is given."""
    found = run_histories(HISTORIES, 0)
    assert not found.failures, found.failures[0]
    assert sum(found.named("rule").values()) >= HISTORIES * STEPS * 0.99
    assert min(found.named("rule").values()) > 0, found.named("rule")
    assert min(found.named("answer").values()) > 0, found.named("answer")
