"""Verifying what a broker asks for, and telling it what was found out."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from datetime import date
from typing import Any

from contracts.broker.client import BrokerClient
from contracts.broker.pacts import pact_of_version, select
from contracts.broker.results import post, result_document
from contracts.broker.versions import put_on_branch
from contracts.errors import BrokerError, ExitCode, MisuseError
from contracts.model.pact import PactUnderTest
from contracts.model.posting import Posting, RunRecord
from contracts.model.registry import Status
from contracts.model.verdict import PactResult, Verdict, Verification
from contracts.project.named_emitters import is_stand_in
from contracts.project.settings import Settings
from contracts.provider.same_driver import drives_the_same
from contracts.provider.verify import DriverOptions
from contracts.release.counted import without_main_branch
from contracts.release.evidence.shelf import Shelf


@dataclass(frozen=True, slots=True)
class PactRequest:
    """What is asked of the broker.

    Attributes:
        branch: the emitter's; pending and work in progress are judged by it.
        selectors: consumer version selectors in the broker's form; the default ones where there are none.
        wip_since: work in progress that is no older is included; it takes a branch.
        consumer_versions: consumers and versions whose pacts are verified too, whatever selects them.
    """

    branch: str | None = None
    selectors: tuple[Mapping[str, Any], ...] = ()
    wip_since: date | None = None
    consumer_versions: tuple[tuple[str, str], ...] = ()


@dataclass(frozen=True, slots=True)
class Posted:
    """What became of the results.

    Attributes:
        verification: the run, its pacts marked as published, its exit code with what the broker did.
        failure: why a result didn't arrive; None where all did.
    """

    verification: Verification
    failure: BrokerError | None = None


def default_selectors(branch: str | None, newest_of: Iterable[str] = ()) -> tuple[Mapping[str, Any], ...]:
    """Return what is verified where nothing is said: main branch, matching branch, deployed or released.

    Args:
        branch: the emitter's; without one there is no matching branch.
        newest_of: consumers without a main branch, whose newest version stands for them.
    """
    matching = [{"matchingBranch": True}] if branch else []
    newest = [{"consumer": consumer, "latest": True} for consumer in newest_of]
    return ({"mainBranch": True}, *matching, *newest, {"deployedOrReleased": True})


def pacts_to_verify(client: BrokerClient, emitter: str, asked: PactRequest) -> tuple[PactUnderTest, ...]:
    """Fetch the pacts that the broker wants this emitter to verify, pending ones marked.

    Returns:
        Empty where the broker selects none, or doesn't know the emitter.

    Raises:
        BrokerError: the broker can't be reached or refuses, a selector for example.
        MisuseError: a pact isn't one of asynchronous messages.
    """
    selectors = asked.selectors or default_selectors(asked.branch, without_main_branch(client, emitter))
    body: dict[str, Any] = {"consumerVersionSelectors": list(selectors), "includePendingStatus": True}
    if asked.branch:
        body["providerVersionBranch"] = asked.branch
        if asked.wip_since:
            body["includeWipPactsSince"] = asked.wip_since.isoformat()
    selected = list(select(client, emitter, body))
    for consumer, version in asked.consumer_versions:
        named = pact_of_version(client, emitter, consumer, version)
        if named is not None and not any(is_alike(named, pact) for pact in selected):
            selected.append(named)
    return tuple(selected)


def is_alike(one: PactUnderTest, other: PactUnderTest) -> bool:
    """Have two pacts one content? One result then speaks for both."""
    return one.document.consumer == other.document.consumer and one.document.raw.get(
        "interactions"
    ) == other.document.raw.get("interactions")


def refuse_stand_in(settings: Settings, emitter: str, options: DriverOptions) -> None:
    """Refuse to post what a stand-in did as the emitter's own result.

    Raises:
        MisuseError: the settings call their driver a stand-in, and it is what is driven, named anew or not.
    """
    if is_stand_in(settings, emitter) and drives_the_same(settings, emitter, options):
        raise MisuseError(
            f"the settings drive a stand-in of {emitter}; its result is never posted",
            next_step="verify what the emitter itself sends, with --captures FILE for example",
        )


def post_results(client: BrokerClient, run: Verification, posting: Posting, shelf: Shelf) -> Posted:
    """Post one result a pact of the broker's, where there is one; the first that doesn't arrive ends it.

    Args:
        shelf: puts the run's evidence where it fits.
    """
    results: list[PactResult] = list(run.pacts)
    record = run_record(run, posting)
    failure: BrokerError | None = None
    try:
        for index, result in enumerate(run.pacts):
            results[index] = post_result(client, _explained(run, result), posting, record, shelf)
    except BrokerError as error:
        failure = error
    kept = shelf.end(judged=failure is None and not run.errors and not run.nothing_read)
    failure = failure or shelf.failure
    failures = (*run.failures, failure.exit_code) if failure else run.failures
    return Posted(replace(run, pacts=tuple(results), evidence=kept, failures=failures), failure)


def run_record(run: Verification, posting: Posting) -> RunRecord:
    """Return what a broker is told of a run beside its results."""
    untested = {pair.event: tuple(pair.untested) for pair in run.pairs}
    broken = {
        pair.event: tuple(dict.fromkeys(finding.rule for finding in pair.findings))
        for pair in run.pairs
        if pair.verdict is Verdict.FAILED
    }
    return RunRecord(
        posting.run, posting.contract, untested, posting.remarks, broken, contract_version=posting.contract_version
    )


def _explained(run: Verification, result: PactResult) -> PactResult:
    """Return a result with the reason why it is a failure where the run itself holds."""
    if result.result is not False or run.exit_code is not ExitCode.HOLDS:
        return result
    planned = {pair.event for pair in run.pairs if pair.status is Status.PLANNED}
    failed = [one.event for one in result.interactions if one.required and not one.success]
    version = f" {result.pact.consumer_version}" if result.pact.consumer_version else ""
    events = ", ".join(dict.fromkeys(failed))
    why = f"{result.pact.document.consumer}{version} demands {events}, which this version doesn't keep"
    if set(failed) <= planned:
        why += "; this build holds, since its registry has it as planned"
    elif result.pact.lenient:
        why += "; this build holds, since no version has kept that pact yet"
    return replace(result, demand=why)


def post_result(
    client: BrokerClient, result: PactResult, posting: Posting, record: RunRecord, shelf: Shelf | None = None
) -> PactResult:
    """Post what a run says of a pact; where it says nothing (`result` is None), nothing is posted.

    The version is put on its branch first: a bare result would make the version without one.

    Args:
        shelf: puts the run's evidence where it fits; None where there is none.

    Returns:
        The result, marked as published where the broker confirmed it.

    Raises:
        BrokerError: any answer but the confirmation of this very result.
    """
    if result.result is None:
        return result
    pact = result.pact.document
    put_on_branch(client, pact.provider, posting.version, posting.branch)
    taking = shelf or Shelf("", (pact.provider, posting.version))
    taking.post(
        lambda evidence: result_document(result, posting, replace(record, evidence=evidence)),
        lambda body: post(client, pact.raw, body),
    )
    return replace(result, published=True)
