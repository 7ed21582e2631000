"""The nearest right name, for errors that say what was probably meant."""

from __future__ import annotations

import difflib
from collections.abc import Iterable
from functools import lru_cache

_REMEMBERED = 256
"""Letters of a name that is compared once; a longer one isn't kept in memory."""


def nearest(name: str, known: Iterable[str]) -> str | None:
    """Return the known name that is closest to `name`, or None where none is close."""
    candidates = tuple(sorted(known))
    return _once(name, candidates) if len(name) <= _REMEMBERED else _nearest(name, candidates)


@lru_cache(maxsize=1024)
def _once(name: str, candidates: tuple[str, ...]) -> str | None:
    # A wrong name seldom comes alone: in recorded traffic the same one comes a million times.
    return _nearest(name, candidates)


def _nearest(name: str, candidates: tuple[str, ...]) -> str | None:
    matches = difflib.get_close_matches(name, candidates, n=1, cutoff=0.6)
    if matches:
        return matches[0]
    # "placed" for "order_placed" is a common slip that plain similarity misses.
    contained = [candidate for candidate in candidates if len(name) > 3 and (name in candidate or candidate in name)]
    return contained[0] if len(contained) == 1 else None


def did_you_mean(name: str, known: Iterable[str]) -> str:
    """Return " (did you mean …?)" with the nearest known name, or an empty string."""
    match = nearest(name, known)
    return f" (did you mean {match!r}?)" if match else ""
