"""What a run of the consumer tests has recorded: its expectations, and whether it was full and green."""

from __future__ import annotations

import json
from collections.abc import Iterable
from dataclasses import asdict, dataclass
from typing import Any

from contracts.expectations.expectation import Expectation, ExpectationError


@dataclass(frozen=True, slots=True)
class RecordedExpectations:
    """The expectations of one run.

    Attributes:
        incomplete: why the run says nothing of expectations that it didn't record; empty after a full, green run
            in one process.
    """

    expectations: tuple[Expectation, ...]
    incomplete: tuple[str, ...] = ()

    def to_json(self) -> str:
        """Return the recording for another process."""
        return json.dumps(asdict(self))

    @classmethod
    def from_json(cls, text: str) -> RecordedExpectations:
        """Read what `to_json` returned."""
        document: dict[str, Any] = json.loads(text)
        return cls(
            tuple(
                Expectation(e["event"], e["title"], tuple(e["reads"]), e["fact"], e["test"])
                for e in document["expectations"]
            ),
            tuple(document["incomplete"]),
        )


def unique(expectations: Iterable[Expectation]) -> tuple[Expectation, ...]:
    """Return the expectations, each once; a test that runs several times says the same each time.

    Raises:
        ExpectationError: two different expectations have one key: Pact merges by key and would lose one.
    """
    found: dict[str, Expectation] = {}
    for expectation in expectations:
        twin = found.setdefault(expectation.key, expectation)
        if twin != expectation:
            raise ExpectationError(
                f"{expectation.test} and {twin.test} both expect {expectation.key!r}",
                next_step="give one of them another title, or read everything in one expectation",
            )
    return tuple(found.values())
