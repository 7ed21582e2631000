"""Whether a result that was judged again takes the place of the one that is there.

Two repositories that judge again in turn, each by its own version of the contract, must come to an end: what is there
is replaced by a newer version of the contract alone, and by nothing that says the same.
"""

from __future__ import annotations

from dataclasses import dataclass

from packaging.version import InvalidVersion

from contracts.broker.results import PostedResult
from contracts.model.posting import RunRecord
from contracts.project.released_contract import is_newer


@dataclass(frozen=True, slots=True)
class Replacement:
    """A result that was judged again, before it is posted."""

    record: RunRecord
    success: bool
    toolkit: str


def why_left(there: PostedResult | None, new: Replacement) -> str | None:
    """Return why the result that is there stays; None where the new one takes its place.

    Args:
        there: the latest result of the same pact and version; None where there is none.
    """
    if there is None:
        return None
    if there.posted_by is not None:
        return f"its result was posted by {there.posted_by}"
    run = there.run
    if run is None or (run.contract_version is None and run.contract != new.record.contract):
        return "its result is of a contract whose version isn't known"
    if (run.contract, there.toolkit, _evidence(run)) == (new.record.contract, new.toolkit, _evidence(new.record)):
        return "its result says the same: same contract, evidence and toolkit"
    return None if _hides_a_failure(there, run, new) else _why_not_newer(run, new)


def _why_not_newer(run: RunRecord, new: Replacement) -> str | None:
    if run.contract_version is None:
        return "its own result is of this contract"
    if not _is_newer(new.record.contract_version, run.contract_version):
        return f"its result is of the contract's version {run.contract_version}, and this one isn't newer"
    return None


def _hides_a_failure(there: PostedResult, run: RunRecord, new: Replacement) -> bool:
    """Does a success that was judged again by this contract rest on fewer runs than there are now, one of which fails?

    It is replaced by the failure alone, and never back.
    """
    alike = bool(run.judged_again) and run.contract == new.record.contract
    return alike and there.success and not new.success and _evidence(run) < _evidence(new.record)


def _evidence(run: RunRecord) -> frozenset[str]:
    if run.judged_again:
        return frozenset(source.evidence for source in run.judged_again)
    return frozenset([run.evidence.sha256] if run.evidence else [])


def _is_newer(one: str | None, other: str) -> bool:
    try:
        return one is not None and is_newer(one, other)
    except InvalidVersion:
        return False
