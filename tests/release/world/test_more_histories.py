"""More histories, ten of them with the official second opinion, in a file that another process can take."""

from __future__ import annotations

import pytest

from tests.release.world.running import STEPS, run_histories


@pytest.mark.parametrize(
    ("histories", "by_seed", "opinion"), [(40, 1, False), (10, 4, True)], ids=["plain", "official"]
)
def test_no_yes_is_wrong_and_no_walk_ends_nowhere(histories: int, by_seed: int, opinion: bool) -> None:
    """Fifty histories of thirty steps; in ten the official verifier replays each interaction's first emission."""
    found = run_histories(histories, by_seed, options={"second_opinion": opinion})
    assert not found.failures, found.failures[0]
    assert sum(found.named("rule").values()) >= histories * STEPS * 0.99
