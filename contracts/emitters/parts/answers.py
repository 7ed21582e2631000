"""What a receiver answers to a delivery: `202`, `503,202`, `202@2s`, `503:retry-after=60s`, `refuse`."""

from __future__ import annotations

import re
from dataclasses import dataclass

from contracts.errors import MisuseError
from contracts.model.durations import parse_seconds
from contracts.model.emission import Answered, Refused, Response

_ANSWER = re.compile(
    r"(?:refuse|(?P<status>[2-5][0-9][0-9])(?::retry-after=(?P<retry_after>[^@:,]+))?)(?:@(?P<delay>[^@,]+))?"
)


@dataclass(frozen=True, slots=True)
class SinkAnswer:
    """One answer.

    Attributes:
        status: an HTTP status; None ends the connection without an answer.
        delay: seconds to wait before.
        retry_after: seconds that the sender is asked to wait before it tries again (`Retry-After`, RFC 9110,
            section 10.2.3).
    """

    status: int | None = 202
    delay: float = 0.0
    retry_after: int | None = None

    @property
    def response(self) -> Response:
        """What a capture says of it."""
        return Refused(error="refused") if self.status is None else Answered(status=self.status)


ACCEPT = SinkAnswer()


def parse_answers(text: str, *, option: str) -> tuple[SinkAnswer, ...]:
    """Read a sequence of answers; the last one is meant to stay.

    Args:
        text: statuses from 200 to 599 or `refuse`, each with `@` and a delay if it is to be slow, joined by commas;
            `:retry-after=` and a time after a status asks the sender to come again then.
        option: the option's name, for the error.

    Raises:
        MisuseError: the text is no such sequence.
    """
    return tuple(_answer(part.strip(), option) for part in text.split(","))


def _answer(text: str, option: str) -> SinkAnswer:
    found = _ANSWER.fullmatch(text)
    advice = "say a status from 200 to 599 or refuse, such as 503,202 or 202@2s or 503:retry-after=60s"
    if found is None:
        raise MisuseError(f"--{option}: {text!r} is no answer", next_step=advice)
    try:
        delay = parse_seconds(found["delay"] or "0")
        wait = parse_seconds(found["retry_after"]) if found["retry_after"] else None
    except ValueError as error:
        raise MisuseError(f"--{option}: {error}", next_step=advice) from None
    if wait is not None and wait != int(wait):
        raise MisuseError(f"--{option}: Retry-After holds whole seconds, not {wait:g}", next_step=advice)
    return SinkAnswer(int(found["status"]) if found["status"] else None, delay, None if wait is None else int(wait))
