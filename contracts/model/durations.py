"""Durations as people write them: `0.5`, `30s`, `2m`."""

from __future__ import annotations

import re

_DURATION = re.compile(r"(?P<number>[0-9]{1,9}(?:\.[0-9]{1,9})?)\s*(?P<unit>ms|s|m|h)?")
_SECONDS = {"ms": 0.001, "s": 1.0, "m": 60.0, "h": 3600.0}
_LONGEST = 7 * 24 * 3600.0


def parse_seconds(text: str) -> float:
    """Read a duration.

    Args:
        text: a number with one of the units ms, s, m, h; seconds where it has none.

    Returns:
        Seconds, between 0 and a week.

    Raises:
        ValueError: the text is no such duration.
    """
    found = _DURATION.fullmatch(text.strip())
    seconds = float(found["number"]) * _SECONDS[found["unit"] or "s"] if found else None
    if seconds is None or seconds > _LONGEST:
        raise ValueError(f"{text!r} is no duration between 0 and a week, such as 0.5, 30s or 2m")
    return seconds
