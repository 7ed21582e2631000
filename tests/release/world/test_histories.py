"""Histories of two emitters and two consumers: no yes is wrong, and whatever is printed leads on."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator

import pytest

from tests.release.world.running import STEPS, Found, run_histories

SLICES = 4
EACH = 50
WITH_SECOND_OPINION = 10


@pytest.fixture(scope="module")
def all_counts() -> Iterator[Counter[str]]:
    """Gather what the slices count; every rule has to have fired, and every answer to have been given."""
    counts: Counter[str] = Counter()
    yield counts
    if counts["histories"] >= SLICES * EACH:
        answers = {word: counts[f"answer {word}"] for word in ("yes", "no", "unknown")}
        assert min(answers.values()) >= sum(answers.values()) / 10, answers
        assert min(Found(counts).named("rule").values()) >= SLICES * EACH / 5, counts


@pytest.mark.parametrize("part", range(SLICES))
def test_no_yes_is_wrong_and_no_walk_ends_nowhere(part: int, all_counts: Counter[str]) -> None:
    """Fifty histories of thirty steps each, a different fifty a part."""
    found = run_histories(EACH if part else EACH - WITH_SECOND_OPINION, part)
    if part == 0:
        with_opinion = run_histories(WITH_SECOND_OPINION, SLICES, options={"second_opinion": True})
        found = Found(found.counts + with_opinion.counts, found.failures + with_opinion.failures)
    all_counts.update(found.counts)
    assert not found.failures, found.failures[0]
    assert sum(found.named("rule").values()) >= EACH * STEPS * 0.99
