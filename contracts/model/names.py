"""The nearest right name, for errors that say what was probably meant."""

from __future__ import annotations

import difflib
from collections.abc import Iterable


def nearest(name: str, known: Iterable[str]) -> str | None:
    """Return the known name that is closest to `name`, or None where none is close."""
    candidates = sorted(known)
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
