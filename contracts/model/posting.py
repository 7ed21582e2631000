"""What the results of one run say of it when they are posted to a broker."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from contracts.model.evidence import EvidenceRecord, SourceRun


@dataclass(frozen=True, slots=True)
class Posting:
    """Under what results are posted, known before anything is driven.

    Attributes:
        version, branch: the emitter's.
        toolkit: the toolkit's version.
        registry: the digest of the registry that is judged by.
        contract: the digest of the contract that is judged by; equal ones are judged alike.
        run: names this run, so that its results are known to belong together.
        remarks: what is to be known of the working copy that is verified, a sentence each; `can-i-deploy` shows them.
        contract_version: the released version of the contract that is judged by; None where it is no released one.
    """

    version: str
    branch: str
    toolkit: str
    registry: str
    contract: str
    run: str
    build_url: str | None = None
    remarks: tuple[str, ...] = ()
    contract_version: str | None = None


@dataclass(frozen=True, slots=True)
class RunRecord:
    """What a broker holds of the run that a result is of.

    Attributes:
        id: equal for the results of one run.
        contract: the digest of the contract that it was judged by.
        untested: for each event, the rules that the run couldn't have seen broken.
        remarks: what is to be known of the working copy that was verified.
        broken: for each event of an implemented pair that failed, the rules that it broke; a result that it is no
            part of may be a success all the same.
        contract_version: the released version of that contract; None where it was no released one, or nobody said so.
        evidence: where what it sent is kept; None where nothing is.
        judged_again: the emitter's runs whose emissions were judged here again; empty for a run of the emitter itself.
    """

    id: str
    contract: str
    untested: Mapping[str, tuple[str, ...]]
    remarks: tuple[str, ...] = ()
    broken: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    contract_version: str | None = None
    evidence: EvidenceRecord | None = None
    judged_again: tuple[SourceRun, ...] = ()
