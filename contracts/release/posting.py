"""Verifying what a broker asks for, and telling it what was found out."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from datetime import date
from typing import Any

from contracts.broker.client import BrokerClient
from contracts.broker.verifications import IMPLEMENTATION, post, put_on_branch, select
from contracts.errors import BrokerError, MisuseError
from contracts.model.pact import PactUnderTest
from contracts.model.verdict import Finding, InteractionResult, PactResult, Verification
from contracts.project.named_emitters import is_stand_in
from contracts.project.settings import Settings
from contracts.provider.verify import DriverOptions, drives_the_same

_MOST_MISMATCHES = 20
_LONGEST_DESCRIPTION = 500


@dataclass(frozen=True, slots=True)
class PactRequest:
    """What is asked of the broker.

    Attributes:
        branch: the emitter's; pending and work in progress are judged by it.
        selectors: consumer version selectors in the broker's form; the default ones where there are none.
        wip_since: work in progress that is no older is included; it takes a branch.
    """

    branch: str | None = None
    selectors: tuple[Mapping[str, Any], ...] = ()
    wip_since: date | None = None


@dataclass(frozen=True, slots=True)
class Posting:
    """What every result of a run says of itself.

    Attributes:
        version, branch: the emitter's.
        toolkit: the toolkit's version.
        registry: the digest of the registry that was judged by.
    """

    version: str
    branch: str
    toolkit: str
    registry: str
    build_url: str | None = None


@dataclass(frozen=True, slots=True)
class Posted:
    """What became of the results.

    Attributes:
        verification: the run, its pacts marked as published, its exit code with what the broker did.
        failure: why a result didn't arrive; None where all did.
    """

    verification: Verification
    failure: BrokerError | None = None


def default_selectors(branch: str | None) -> tuple[Mapping[str, Any], ...]:
    """Return what is verified where nothing is said: main branch, matching branch, deployed or released.

    Args:
        branch: the emitter's; without one there is no matching branch.
    """
    matching = [{"matchingBranch": True}] if branch else []
    return ({"mainBranch": True}, *matching, {"deployedOrReleased": True})


def pacts_to_verify(client: BrokerClient, emitter: str, asked: PactRequest) -> tuple[PactUnderTest, ...]:
    """Fetch the pacts that the broker wants this emitter to verify, pending ones marked.

    Returns:
        Empty where the broker selects none, or doesn't know the emitter.

    Raises:
        BrokerError: the broker can't be reached or refuses, a selector for example.
        MisuseError: a pact isn't one of asynchronous messages.
    """
    body: dict[str, Any] = {
        "consumerVersionSelectors": list(asked.selectors or default_selectors(asked.branch)),
        "includePendingStatus": True,
    }
    if asked.branch:
        body["providerVersionBranch"] = asked.branch
        if asked.wip_since:
            body["includeWipPactsSince"] = asked.wip_since.isoformat()
    return select(client, emitter, body)


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


def post_results(client: BrokerClient, run: Verification, posting: Posting) -> Posted:
    """Post one result a pact of the broker's, where there is one; the first that doesn't arrive ends it."""
    results: list[PactResult] = list(run.pacts)
    for index, result in enumerate(run.pacts):
        try:
            results[index] = post_result(client, result, posting)
        except BrokerError as error:
            failed = replace(run, pacts=tuple(results), failures=(*run.failures, error.exit_code))
            return Posted(failed, error)
    return Posted(replace(run, pacts=tuple(results)))


def post_result(client: BrokerClient, result: PactResult, posting: Posting) -> PactResult:
    """Post what a run says of a pact; where it says nothing (`result` is None), nothing is posted.

    The version is put on its branch first: a bare result would make the version without one.

    Returns:
        The result, marked as published where the broker confirmed it.

    Raises:
        BrokerError: any answer but the confirmation of this very result.
    """
    if result.result is None:
        return result
    pact = result.pact.document
    put_on_branch(client, pact.provider, posting.version, posting.branch)
    post(client, pact.raw, _body(result, posting))
    return replace(result, published=True)


def _body(result: PactResult, posting: Posting) -> dict[str, Any]:
    body: dict[str, Any] = {
        "success": result.result,
        "providerApplicationVersion": posting.version,
        "testResults": [
            *(_test(interaction, posting) for interaction in result.interactions),
            *_violations(result, posting),
        ],
        "verifiedBy": {
            "implementation": IMPLEMENTATION,
            "version": posting.toolkit,
            "clientLanguage": {"name": "python", "testFramework": IMPLEMENTATION, "version": posting.toolkit},
        },
    }
    return {**body, "buildUrl": posting.build_url} if posting.build_url else body


def _test(interaction: InteractionResult, posting: Posting) -> dict[str, Any]:
    test: dict[str, Any] = {
        "interactionDescription": interaction.description,
        "interactionKey": interaction.key,
        "event": interaction.event,
        "success": interaction.success,
        # A broker gives these back as they are; it keeps no other place for the registry's digest.
        "registry": posting.registry,
    }
    if interaction.interaction_id is not None:
        test["interactionId"] = interaction.interaction_id
    if not interaction.required:
        test |= {"pending": True, "ready": interaction.success}
    if interaction.findings:
        test["mismatches"] = [_mismatch(finding) for finding in interaction.findings[:_MOST_MISMATCHES]]
    return test


def _violations(result: PactResult, posting: Posting) -> Iterator[dict[str, Any]]:
    # They belong to no interaction, and are why a result is a failure although every interaction passed.
    for finding in result.violations[:_MOST_MISMATCHES]:
        yield {
            "interactionDescription": finding.rule,
            "violation": finding.rule,
            "success": False,
            "registry": posting.registry,
            "mismatches": [_mismatch(finding)],
        }


def _mismatch(finding: Finding) -> dict[str, Any]:
    return {
        "attribute": "metadata" if finding.rule == "content-type" else "body",
        "identifier": finding.path or "$",
        "description": finding.message[:_LONGEST_DESCRIPTION],
        "rule": finding.rule,
    }
