"""Verifying what a broker asks for, and telling it what was found out."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date
from typing import Any

from contracts.broker.client import BrokerClient
from contracts.errors import BrokerError, MisuseError
from contracts.model.verdict import PactResult, Verification
from contracts.project.settings import Settings
from contracts.provider.verify import DriverOptions, drives_the_same, is_stand_in
from contracts.release.verification_results import BrokerPact, Posting, pacts_for_verification, post_result
from contracts.verification.job import PactUnderTest


@dataclass(frozen=True, slots=True)
class Asked:
    """What is asked of the broker.

    Attributes:
        selectors: consumer version selectors in the broker's form; the default ones where there are none.
    """

    branch: str | None = None
    selectors: tuple[Mapping[str, Any], ...] = ()
    wip_since: date | None = None


@dataclass(frozen=True, slots=True)
class Posted:
    """What became of the results.

    Attributes:
        verification: the run, its pacts marked as published, its exit code with what the broker did.
        failure: why a result didn't arrive; None where all did.
    """

    verification: Verification
    failure: BrokerError | None = None


def fetch_pacts(client: BrokerClient, emitter: str, asked: Asked) -> tuple[BrokerPact, ...]:
    """Fetch the pacts that the broker wants this emitter to verify."""
    return pacts_for_verification(
        client, emitter, branch=asked.branch, selectors=asked.selectors, wip_since=asked.wip_since
    )


def under_test(pacts: Sequence[BrokerPact]) -> tuple[PactUnderTest, ...]:
    """Return the broker's pacts as the engine takes them, with the reasons for verifying them."""
    return tuple(
        PactUnderTest(
            document=pact.document,
            consumer_version=pact.consumer_version,
            broker_pending=pact.broker_pending,
            wip=pact.wip,
            reason="; ".join(_without_url(reason, pact.source) for reason in pact.reasons),
        )
        for pact in pacts
    )


def _without_url(reason: str, url: str) -> str:
    # The address stands beside the reason already; a broker's words repeat it at length.
    return reason.replace(f"The pact at {url}", "the pact").replace(url, "the pact").rstrip(". ")


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


def post_results(client: BrokerClient, pacts: Sequence[BrokerPact], run: Verification, posting: Posting) -> Posted:
    """Post one result a pact, where there is one; the first that doesn't arrive ends it.

    Args:
        pacts: the broker's pacts, in the order in which the run has them.
    """
    results: list[PactResult] = list(run.pacts)
    for index, (pact, result) in enumerate(zip(pacts, run.pacts, strict=True)):
        try:
            results[index] = post_result(client, pact, result, posting)
        except BrokerError as error:
            failed = replace(run, pacts=tuple(results), failures=(*run.failures, error.exit_code))
            return Posted(failed, error)
    return Posted(replace(run, pacts=tuple(results)))
