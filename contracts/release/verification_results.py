"""Pacts that a broker wants verified, and the results it is told."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date
from typing import Any

from contracts.broker import hal
from contracts.broker.client import BrokerClient
from contracts.broker.verifications import IMPLEMENTATION, Selected, post, put_on_branch, select
from contracts.model.pact import PactDocument, parse_pact
from contracts.model.verdict import Finding, InteractionResult, PactResult

_MOST_MISMATCHES = 20
_LONGEST_DESCRIPTION = 500


@dataclass(frozen=True, slots=True)
class BrokerPact:
    """A pact that a broker wants verified.

    Attributes:
        document: the pact; its raw form holds the broker's links.
        source: the URL that it was read from.
        broker_pending, wip: its failure must not fail the build.
        reasons: why it is to be verified, in the broker's words.
    """

    document: PactDocument
    consumer_version: str | None
    source: str
    broker_pending: bool
    wip: bool
    reasons: tuple[str, ...]


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


def default_selectors(branch: str | None) -> tuple[Mapping[str, Any], ...]:
    """Return what is verified where nothing is said: main branch, matching branch, deployed or released.

    Args:
        branch: the emitter's; without one there is no matching branch.
    """
    matching = [{"matchingBranch": True}] if branch else []
    return ({"mainBranch": True}, *matching, {"deployedOrReleased": True})


def pacts_for_verification(
    client: BrokerClient,
    provider: str,
    *,
    branch: str | None,
    selectors: Sequence[Mapping[str, Any]] = (),
    wip_since: date | None = None,
) -> tuple[BrokerPact, ...]:
    """Fetch the pacts that the broker wants this emitter to verify, pending ones marked.

    Args:
        provider: the emitter.
        branch: its branch; pending and work in progress are judged by it.
        selectors: consumer version selectors in the broker's form; the default ones where there are none.
        wip_since: work in progress that is no older is included; it takes a branch.

    Returns:
        Empty where the broker selects none, or doesn't know the emitter.

    Raises:
        BrokerError: the broker can't be reached or refuses, a selector for example.
        MisuseError: a pact isn't one of asynchronous messages.
    """
    body: dict[str, Any] = {
        "consumerVersionSelectors": list(selectors or default_selectors(branch)),
        "includePendingStatus": True,
    }
    if branch:
        body["providerVersionBranch"] = branch
        if wip_since:
            body["includeWipPactsSince"] = wip_since.isoformat()
    return tuple(_pact(selected) for selected in select(client, provider, body))


def _pact(selected: Selected) -> BrokerPact:
    named = [link["name"] for link in hal.links(selected.document, "pb:consumer-version") if "name" in link]
    return BrokerPact(
        document=parse_pact(json.dumps(selected.document), source=selected.url),
        consumer_version=str(named[0]) if named else None,
        source=selected.url,
        broker_pending=selected.pending,
        wip=selected.wip,
        reasons=selected.reasons,
    )


def post_result(client: BrokerClient, pact: BrokerPact, result: PactResult, posting: Posting) -> PactResult:
    """Post what a run says of a pact; where it says nothing (`result` is None), nothing is posted.

    The version is put on its branch first: a bare result would make the version without one.

    Returns:
        The result, marked as published where the broker confirmed it.

    Raises:
        BrokerError: any answer but the confirmation of this very result.
    """
    if result.result is None:
        return result
    put_on_branch(client, pact.document.provider, posting.version, posting.branch)
    post(client, pact.document.raw, _body(result, posting))
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
