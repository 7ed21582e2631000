"""Judging a version again by what it once sent: the emitter isn't run, its CI isn't asked."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from uuid import uuid4

from contracts import __version__
from contracts.broker.client import BrokerClient
from contracts.broker.environments import environment, environments, placements
from contracts.broker.pacts import pact_of_version
from contracts.broker.results import PostedResult, post, result, result_document
from contracts.broker.version_matrix import results_matrix
from contracts.broker.versions import find_version, head_of_branch, main_branch_of
from contracts.model import next_steps
from contracts.model.domain import Domain
from contracts.model.pact import PactUnderTest
from contracts.model.posting import Posting, RunRecord
from contracts.model.release import Breach
from contracts.model.reverification import Appeared, JudgedPact, JudgedVersion, Reverification
from contracts.model.verdict import Finding, PactResult
from contracts.pact_core.judgeable import why_unjudgeable
from contracts.project.named_emitters import refuse_unknown_emitter
from contracts.project.released_contract import ReleasedContract
from contracts.release.evidence.found import FoundRun, runs_of
from contracts.release.evidence.judging import evidence_name, headers_missing, judge_again, record_of, worst_results
from contracts.release.evidence.replacing import Replacement, why_left
from contracts.release.evidence.sealed import Unpacked
from contracts.release.evidence.stored import StoredEvidence
from contracts.release.knowledge import BROKEN
from contracts.release.posting import PactRequest, is_alike, pacts_to_verify

_LONGEST_EMISSION = 2000


@dataclass(frozen=True, slots=True)
class ReverifyOrder:
    """What is to be judged again.

    Attributes:
        emitters: by their names in the registry; all of them where none is named.
        environment: versions that are deployed or released there count; in any environment where it is None.
        branch: its head counts too; each emitter's main branch where it is None.
        consumer_versions: consumers and versions whose pacts are judged too, whatever the broker asks for.
        dry_run: judge, and post nothing.
    """

    emitters: tuple[str, ...] = ()
    environment: str | None = None
    branch: str | None = None
    consumer_versions: tuple[tuple[str, str], ...] = ()
    dry_run: bool = False


def reverify(
    client: BrokerClient,
    domain: Domain,
    contract: ReleasedContract | str,
    order: ReverifyOrder,
    store: StoredEvidence | None = None,
) -> Reverification:
    """Judge each version that counts by the evidence of its runs, and post what that comes to.

    Args:
        contract: the released version of the contract that the domain is; or why it is none, and nothing is posted.
        store: where evidence is that no result holds.

    Raises:
        MisuseError: the registry has no such emitter, the broker no such environment, or a pact can't be read.
        BrokerError: the broker can't be reached, refuses, or didn't take a result.
    """
    for name in order.emitters:
        refuse_unknown_emitter(domain, name)
    why_dry = "--dry-run" if order.dry_run else ""
    if isinstance(contract, str):
        why_dry = why_dry or f"nothing is posted under a contract that is no released version: {contract}"
    version = contract.version if isinstance(contract, ReleasedContract) else None
    judge = _Judge(client, domain, version, order, store, posts=not why_dry)
    counting = {name: _counting(client, name, order) for name in order.emitters or tuple(domain.registry.emitters)}
    found = [judge.judged(one) for versions in counting.values() for one in versions]
    places = f"{order.environment or 'any environment'}, and {order.branch or 'main branches'}"
    missing = tuple(_missing(counting, order, places))
    return Reverification(version, places, tuple(found), why_dry, missing)


def _missing(counting: Mapping[str, Sequence[JudgedVersion]], order: ReverifyOrder, places: str) -> Iterator[str]:
    """Yield what was named and isn't there: it is no yes."""
    for name in order.emitters:
        if not counting[name]:
            yield f"no version of {name} counts in {places}"
    heads = [one for versions in counting.values() for one in versions if f"head of {order.branch}" in one.counts]
    if order.branch and not heads:
        yield f"no version of {', '.join(counting)} is on the branch {order.branch}"


def _counting(client: BrokerClient, emitter: str, order: ReverifyOrder) -> tuple[JudgedVersion, ...]:
    """Return the versions that count, not judged yet."""
    found: dict[str, tuple[str, ...]] = {}
    places = environments(client) if order.environment is None else (environment(client, order.environment),)
    for place in places:
        for one in placements(client, place, emitter):
            why = f"{one.kind} in {place.name}"
            found[one.version] = tuple(dict.fromkeys((*found.get(one.version, ()), why)))
    placed = set(found)
    branch = order.branch or main_branch_of(client, emitter)
    head = head_of_branch(client, emitter, branch) if branch else None
    if head is not None:
        found[head] = (*found.get(head, ()), f"head of {branch}")
    return tuple(JudgedVersion(emitter, one, counts, placed=one in placed) for one, counts in found.items())


@dataclass(frozen=True, slots=True)
class _Judge:
    client: BrokerClient
    domain: Domain
    contract_version: str | None
    order: ReverifyOrder
    store: StoredEvidence | None
    posts: bool

    def judged(self, found: JudgedVersion) -> JudgedVersion:
        """Judge one version by all its runs."""
        emitter, version = found.emitter, found.version
        stored = find_version(self.client, emitter, version)
        branch = next(iter(stored.branches), None) if stored else None
        runs = runs_of(self.client, emitter, version, self.store)
        if problem := _why_not(runs, broken=stored is not None and BROKEN in stored.tags):
            return replace(found, problem=problem, next_step=next_steps.verify(emitter, version, branch))
        pacts = pacts_to_verify(
            self.client, emitter, PactRequest(branch, consumer_versions=self.order.consumer_versions)
        )
        if not pacts:
            return replace(found, runs=tuple(run.source for run in runs))
        return self._by_runs(found, runs, pacts)

    def _by_runs(self, found: JudgedVersion, runs: Sequence[FoundRun], pacts: Sequence[PactUnderTest]) -> JudgedVersion:
        lacking = {index: why for index, pact in enumerate(pacts) if (why := _why_unjudged(pact))}
        whole = [pact for index, pact in enumerate(pacts) if index not in lacking]
        posting = self._posting(found.version)
        judged = judge_again(self.domain, found.emitter, whole, runs)
        record = record_of(judged, runs, posting)
        results = [self._result(one, record, posting, runs) for one in worst_results(judged)]
        results += [
            JudgedPact(pacts[index].document.consumer, pacts[index].consumer_version, None, None, left=why)
            for index, why in lacking.items()
        ]
        return replace(found, runs=tuple(run.source for run in runs), pacts=tuple(results))

    def _posting(self, version: str) -> Posting:
        return Posting(
            version=version,
            branch="",
            toolkit=__version__,
            registry=self.domain.registry.digest,
            contract=self.domain.contract_digest,
            run=uuid4().hex,
            contract_version=self.contract_version,
        )

    def _result(self, judged: PactResult, record: RunRecord, posting: Posting, runs: Sequence[FoundRun]) -> JudgedPact:
        there = self._there(judged, posting.version)
        before, now = set(_breaches(there)), list(_findings(judged))
        at = {(event, finding.rule, finding.path or "") for event, finding in now}
        said = JudgedPact(
            consumer=judged.pact.document.consumer,
            consumer_version=judged.pact.consumer_version,
            was=there.success if there else None,
            result=judged.result,
            alike=tuple(self._alike(judged.pact)),
            appeared=tuple(
                Appeared(event, finding, _emission(finding, runs))
                for event, finding in now
                if (event, finding.rule, finding.path or "") not in {_place(event, one) for event, one in before}
            ),
            gone=tuple((event, one) for event, one in before if _place(event, one) not in at),
        )
        if judged.result is None:
            return replace(said, left=judged.unposted or "the runs say nothing of it")
        if judged.pact.consumer_version is None:
            return replace(said, left="the broker doesn't say whose version's pact it is")
        left = why_left(there, Replacement(record, judged.result, posting.toolkit))
        if left is not None or not self.posts:
            return replace(said, left=left or "")
        post(self.client, judged.pact.document.raw, result_document(_with_lines(judged), posting, record))
        return replace(said, posted=True)

    def _alike(self, pact: PactUnderTest) -> Iterator[str]:
        """Yield the named versions of the consumer whose pact this one speaks for."""
        for consumer, version in self.order.consumer_versions:
            if consumer == pact.document.consumer and version != pact.consumer_version:
                named = pact_of_version(self.client, pact.document.provider, consumer, version)
                if named is not None and is_alike(named, pact):
                    yield version

    def _there(self, judged: PactResult, version: str) -> PostedResult | None:
        """Return the latest result of this very pact and version."""
        pact = judged.pact.document
        if judged.pact.consumer_version is None:
            return None
        rows = results_matrix(
            self.client, pact.consumer, pact.provider, version, consumer_version=judged.pact.consumer_version
        ).rows
        address = next((row.result_url for row in rows if row.emitter_version == version and row.result_url), None)
        return result(self.client, address) if address else None


def _why_not(runs: Sequence[FoundRun], *, broken: bool) -> str:
    """Return why a version can't be judged by its runs; empty where it can: no run that failed may be missing."""
    if broken:
        return "its last run broke its contract where no result could say so"
    missing = [f"{_run(run)}: {run.evidence}" for run in runs if isinstance(run.evidence, str)]
    return "; ".join(missing) if runs else "it has no run of its own"


def _run(run: FoundRun) -> str:
    name = f"run {run.record.id[:8]}" if run.record else "a run of an older toolkit"
    return f"{name} of {run.posted_at}"


def _why_unjudged(pact: PactUnderTest) -> str:
    """Return why a pact can't be judged in full by evidence; empty where it can."""
    if names := headers_missing(pact):
        return f"it asks for {', '.join(names)}, and evidence keeps no other header than the content type and ce-*"
    return pact.unreadable or why_unjudgeable(pact.document)


def _findings(judged: PactResult) -> Iterator[tuple[str, Finding]]:
    for interaction in judged.interactions:
        yield from ((interaction.event, finding) for finding in interaction.findings)
    yield from (("", finding) for finding in judged.violations)


def _breaches(there: PostedResult | None) -> Iterator[tuple[str, Breach]]:
    if there is not None:
        for test in there.tests:
            yield from ((test.event, breach) for breach in test.breaches)
        yield from (("", breach) for breach in there.violations)


def _place(event: str, breach: Breach) -> tuple[str, str, str]:
    return event, breach.rule, "" if breach.path == "$" else breach.path


def _emission(finding: Finding, runs: Sequence[FoundRun]) -> str:
    """Return the message that a finding is about, from the line that it names."""
    place = finding.where
    for run in runs:
        if place is None or place.line is None or not isinstance(run.evidence, Unpacked):
            continue
        if place.file == evidence_name(run.evidence.sealed.run):
            lines = run.evidence.captures.split(b"\n")
            return lines[place.line - 1][:_LONGEST_EMISSION].decode("utf-8", "replace")
    return ""


def _with_lines(judged: PactResult) -> PactResult:
    """Return a result whose findings name the line of the evidence: whoever is told no can look at the emission."""
    return replace(
        judged,
        interactions=tuple(
            replace(one, findings=tuple(_with_line(finding) for finding in one.findings)) for one in judged.interactions
        ),
        violations=tuple(_with_line(finding) for finding in judged.violations),
    )


def _with_line(finding: Finding) -> Finding:
    if finding.where is None:
        return finding
    return replace(finding, message=f"{finding.where}: {finding.message}")
