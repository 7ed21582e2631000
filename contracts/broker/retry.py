"""When a request is repeated, and after how long: bounded, and only what can be repeated safely."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime

TRANSIENT_STATUSES = frozenset({429, 500, 502, 503, 504})


@dataclass(frozen=True, slots=True)
class RetryPolicy:
    """How often and how patiently a request is repeated.

    Attributes:
        attempts: how often a request is sent at most.
        first_pause: seconds before the second attempt; each further pause is twice as long.
        longest_pause: seconds that no pause exceeds, whatever `Retry-After` asks for.
    """

    attempts: int = 4
    first_pause: float = 0.5
    longest_pause: float = 30.0

    def pause(self, attempt: int, retry_after: str | None = None) -> float | None:
        """Return the seconds to wait after attempt number `attempt` (from 1), or None where it was the last."""
        if attempt >= self.attempts:
            return None
        asked = _seconds(retry_after)
        wanted = self.first_pause * 2.0 ** (attempt - 1) if asked is None else asked
        return min(wanted, self.longest_pause)


def _seconds(retry_after: str | None) -> float | None:
    """Read `Retry-After` (RFC 9110, section 10.2.3): whole seconds or a date; None where it is neither."""
    if retry_after is None:
        return None
    text = retry_after.strip()
    if text.isascii() and text.isdigit():
        return float(text[:9])
    try:
        until = parsedate_to_datetime(text)
    except ValueError:
        return None
    if until.tzinfo is None:
        until = until.replace(tzinfo=UTC)
    return max(0.0, (until - datetime.now(UTC)).total_seconds())
