"""Judging again what was kept of a version's runs: each by itself, and the worst of them counts."""

from __future__ import annotations

import io
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace

from contracts.emitters.captures import read_run
from contracts.model.domain import Domain
from contracts.model.driver import Capabilities, Plan
from contracts.model.emission import Observation
from contracts.model.pact import PactUnderTest
from contracts.model.posting import Posting, RunRecord
from contracts.model.verdict import Finding, InteractionResult, PactResult, Verification
from contracts.provider.verify import verification_events, verification_of
from contracts.release.evidence.found import FoundRun
from contracts.release.evidence.sealed import Unpacked
from contracts.release.posting import run_record

_SHORT = 8
_KEPT_HEADERS = "content-type"


@dataclass(frozen=True, slots=True)
class _KeptRun:
    """A run that is over, as a driver."""

    name: str
    captures: bytes

    @property
    def capabilities(self) -> Capabilities:
        """Nothing: what its driver could is said in its first line."""
        return Capabilities()

    def observe(self, plan: Plan) -> Iterator[Observation]:  # noqa: ARG002 - it is over: nothing is carried out
        """Yield what was kept."""
        return read_run(io.BytesIO(self.captures), self.name)


def evidence_name(run: str) -> str:
    """Return what the captures of a run are called where one of their lines is named."""
    return f"evidence of run {run[:_SHORT]}"


def headers_missing(pact: PactUnderTest) -> tuple[str, ...]:
    """Return the headers that a pact asks for and evidence doesn't hold: by it the pact can't be judged."""
    asked = pact.document.headers_asked
    return tuple(sorted(name for name in asked if name != _KEPT_HEADERS and not name.startswith("ce-")))


def judge_again(
    domain: Domain, emitter: str, pacts: Sequence[PactUnderTest], runs: Iterable[FoundRun]
) -> tuple[Verification, ...]:
    """Judge each run by this contract and these pacts.

    Args:
        runs: with their evidence.

    Raises:
        MisuseError: a pact can't be judged in full.
    """
    return tuple(
        verification_of(verification_events(domain, emitter, _kept_run(run.evidence), pacts))
        for run in runs
        if isinstance(run.evidence, Unpacked)
    )


def _kept_run(evidence: Unpacked) -> _KeptRun:
    return _KeptRun(evidence_name(evidence.sealed.run), evidence.captures)


def worst_results(runs: Sequence[Verification]) -> tuple[PactResult, ...]:
    """Return the result of each pact over all runs: a success only where every run is one."""
    return tuple(_worst(results) for results in zip(*(run.pacts for run in runs), strict=True))


def _worst(results: Sequence[PactResult]) -> PactResult:
    said = [one.result for one in results]
    result = False if False in said else None if None in said else True
    return replace(
        results[0],
        result=result,
        interactions=tuple(_worst_of(ones) for ones in zip(*(one.interactions for one in results), strict=True)),
        violations=_all(one.violations for one in results),
        unposted=next((one.unposted for one in results if one.unposted), "") if result is None else "",
    )


def _worst_of(ones: Sequence[InteractionResult]) -> InteractionResult:
    return replace(
        ones[0],
        required=any(one.required for one in ones),
        success=all(one.success for one in ones),
        findings=_all(one.findings for one in ones),
    )


def _all(several: Iterable[Sequence[Finding]]) -> tuple[Finding, ...]:
    found: list[Finding] = []
    for finding in (one for findings in several for one in findings):
        if finding not in found:
            found.append(finding)
    return tuple(found)


def record_of(runs: Sequence[Verification], sources: Sequence[FoundRun], posting: Posting) -> RunRecord:
    """Return what a result says of the runs that it rests on: untested is what none of them tested."""
    records = [run_record(run, posting) for run in runs]
    remarks = [text for run in sources if run.record for text in run.record.remarks]
    return replace(
        records[0],
        untested=_untested([record.untested for record in records]),
        broken=_broken([record.broken for record in records]),
        remarks=tuple(dict.fromkeys([*posting.remarks, *remarks])),
        judged_again=tuple(run.source for run in sources),
    )


_Rules = Mapping[str, tuple[str, ...]]


def _untested(several: Sequence[_Rules]) -> _Rules:
    first, *others = several
    return {
        event: tuple(rule for rule in rules if all(rule in other.get(event, (rule,)) for other in others))
        for event, rules in first.items()
    }


def _broken(several: Sequence[_Rules]) -> _Rules:
    events = dict.fromkeys(event for one in several for event in one)
    return {event: tuple(dict.fromkeys(rule for one in several for rule in one.get(event, ()))) for event in events}
