"""Histories of two emitters and two consumers: no yes is wrong, and whatever is printed leads on."""

from __future__ import annotations

from tests.release.world.running import STEPS, Found, run_histories

EACH = 50
WITH_SECOND_OPINION = 10


def test_no_yes_is_wrong_and_no_walk_ends_nowhere() -> None:
    """Fifty histories of thirty steps each, ten of them with the official second opinion; every rule fires in them."""
    found = run_histories(EACH - WITH_SECOND_OPINION, 0)
    with_opinion = run_histories(WITH_SECOND_OPINION, 4, options={"second_opinion": True})
    found = Found(found.counts + with_opinion.counts, found.failures + with_opinion.failures)
    assert not found.failures, found.failures[0]
    assert sum(found.named("rule").values()) >= EACH * STEPS * 0.99
    assert min(found.named("rule").values()) > 0, found.named("rule")
    assert min(found.named("answer").values()) > 0, found.named("answer")
