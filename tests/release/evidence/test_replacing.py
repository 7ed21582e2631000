"""What takes the place of a result, and what stays: two repositories in turn must come to an end."""

from __future__ import annotations

from dataclasses import replace

import pytest

from contracts.broker.results import PostedResult
from contracts.model.evidence import EvidenceRecord, SourceRun
from contracts.model.posting import RunRecord
from contracts.release.evidence.replacing import Replacement, why_left

KEPT = EvidenceRecord(1, "e1", 2, 300)
OWN = RunRecord("r1", "digest-1", {}, contract_version="1.0.0", evidence=KEPT)
FIRST, SECOND = (SourceRun(f"r{n}", "2026-03-01", "digest-1", f"e{n}") for n in (1, 2))
AGAIN = RunRecord("x1", "digest-1", {}, contract_version="1.0.0", judged_again=(FIRST,))


def there(
    run: RunRecord | None, *, success: bool = True, toolkit: str = "0.1.0", by: str | None = None
) -> PostedResult:
    """Return a result that is there."""
    return PostedResult(success, (), False, run=run, posted_by=by, toolkit=toolkit)


def new(run: RunRecord, *, success: bool = True, toolkit: str = "0.1.0") -> Replacement:
    """Return a result that was judged again."""
    return Replacement(run, success, toolkit)


NEWER = replace(AGAIN, contract="digest-2", contract_version="1.1.0")
BOTH = replace(AGAIN, judged_again=(FIRST, SECOND))


@pytest.mark.parametrize(
    ("before", "after", "word"),
    [
        (None, new(AGAIN), None),
        (there(OWN), new(NEWER), None),
        (there(AGAIN), new(NEWER), None),
        (there(replace(OWN, contract_version="1.9.0")), new(replace(NEWER, contract_version="1.10.0")), None),
        (there(OWN), new(AGAIN), "says the same"),
        (there(AGAIN), new(replace(AGAIN, id="x2")), "says the same"),
        (there(AGAIN), new(replace(AGAIN, contract_version="1.1.0")), "says the same"),
        (there(AGAIN, toolkit="0.0.9"), new(replace(AGAIN, contract_version="1.1.0")), None),
        (there(AGAIN, toolkit="0.0.9"), new(AGAIN), "isn't newer"),
        (there(NEWER), new(AGAIN), "version 1.1.0, and this one isn't newer"),
        (there(NEWER, success=False), new(AGAIN), "isn't newer"),
        (there(NEWER), new(replace(NEWER, contract="digest-3")), "isn't newer"),
        (there(replace(OWN, contract_version=None)), new(NEWER), "whose version isn't known"),
        (there(replace(OWN, contract_version=None)), new(BOTH), "is of this contract"),
        (there(replace(OWN, contract_version="of May")), new(NEWER), "isn't newer"),
        (there(None), new(NEWER), "whose version isn't known"),
        (there(None, by="pact-js"), new(NEWER), "posted by pact-js"),
        (there(AGAIN), new(BOTH), "isn't newer"),
        (there(AGAIN), new(BOTH, success=False), None),
        (there(BOTH, success=False), new(AGAIN), "isn't newer"),
        (there(BOTH), new(AGAIN, success=False), "isn't newer"),
        (there(OWN), new(BOTH, success=False), "isn't newer"),
    ],
)
def test_what_takes_the_place_of_a_result(before: PostedResult | None, after: Replacement, word: str | None) -> None:
    """A newer version of the contract, and the failure of a run that a success didn't know; nothing else."""
    why = why_left(before, after)
    assert (why is None) is (word is None), why
    assert word is None or word in str(why)
