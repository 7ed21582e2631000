"""Times of right events, many at once: compared as text where that is sound, and parsed where it isn't."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from datetime import UTC, datetime
from functools import lru_cache
from operator import itemgetter

from contracts.model.events import parse_rfc3339
from contracts.model.timeline import hour_of

_TAIL = itemgetter(slice(len("2026-01-31T18:00:00"), None))
_HOUR = itemgetter(slice(0, len("2026-01-31T18")))
_MINUTE = itemgetter(slice(0, len("2026-01-31T18:00")))


def moment_of(time: str | None) -> datetime | None:
    """Return the moment that a text states, in UTC; None where it states none."""
    if time is None:
        return None
    try:
        moment = parse_rfc3339(time)
    except ValueError:
        return None
    try:
        return moment.astimezone(UTC)
    except OverflowError:
        # The first and the last hours of the calendar.
        return moment.replace(tzinfo=UTC)


def by_offset(times: Sequence[str]) -> list[Sequence[str]]:
    """Return right times sorted out by the offsets that they end with."""
    found: dict[str, list[str]] = {"Z": [time for time in times if time[-1] == "Z"]}
    if len(found["Z"]) < len(times):
        for time in times:
            if time[-1] != "Z":
                found.setdefault(offset_of(time), []).append(time)
    return [each for each in found.values() if each]


def offset_of(time: str) -> str:
    """Return the offset that a right time ends with."""
    return time[-1] if time[-1] in "Zz" else time[-6:]


def span_of(times: Sequence[str]) -> tuple[datetime, datetime]:
    """Return the first and the last of right times that have one offset, which are ordered as texts are."""
    first, last = min(times), max(times)
    if len(set(map(len, times))) > 1 or "t" in "".join(times):
        # With fractions of several lengths, or a small letter, they are ordered as texts without the offset are.
        size = len(offset_of(first))
        texts = sorted(("\n".join(times)).upper().split("\n"), key=lambda time: time[:-size])
        first, last = texts[0], texts[-1]
    begin, end = moment_of(first), moment_of(last)
    if begin is None or end is None:
        raise ValueError(f"{first!r} or {last!r} is no time")
    return begin, end


def hours_of(times: Sequence[str]) -> list[tuple[int, int]]:
    """Return hours from 1970, and how many of right times that have one offset lie in each; one may come twice."""
    offset = offset_of(times[0])
    head = _HOUR if _is_whole_hours(offset) else _MINUTE
    return [(_hour(begin, offset), count) for begin, count in Counter(map(head, times)).items()]


@lru_cache(maxsize=4096)
def _hour(begin: str, offset: str) -> int:
    moment = moment_of(f"{begin}{':00:00' if len(begin) == len('2026-01-31T18') else ':00'}{offset}")
    return 0 if moment is None else hour_of(moment)


def hour_of_each(times: Sequence[str]) -> list[int]:
    """Return the whole hours from 1970 to each of right times."""
    tails = [*map(_TAIL, times)]
    head = _HOUR if all(map(_is_whole_hours, set(tails))) else _MINUTE
    return [*map(_Hours().__getitem__, zip(map(head, times), tails, strict=True))]


class _Hours(dict[tuple[str, str], int]):
    """The hour of each begin of a time with what follows its seconds."""

    def __missing__(self, key: tuple[str, str]) -> int:
        begin, tail = key
        self[key] = _hour(begin, offset_of(tail))
        return self[key]


def _is_whole_hours(tail: str) -> bool:
    return tail[-1] in "Zz" or tail.endswith(":00")
