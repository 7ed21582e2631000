"""How long the attacks are: a slice of each in every run of the tests, all of it where `CONTRACTS_ATTACKS=long`."""

from __future__ import annotations

import os
from random import Random

IS_LONG = os.environ.get("CONTRACTS_ATTACKS") == "long"
SEED = int(os.environ.get("CONTRACTS_ATTACKS_SEED", "1"))
"""Names the attacks, so that what was found is found again."""


def sized(short: int, long: int) -> int:
    """Return how many there are to be."""
    return long if IS_LONG else short


def dice(name: str) -> Random:
    """Return what an attack throws, the same in every run with one seed."""
    return Random(f"{name} {SEED}")  # noqa: S311 - nothing secret is thrown
