"""What a run that was to post results left unposted, and whether that is by right."""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import replace
from typing import Any

from contracts.broker.client import BrokerClient
from contracts.broker.pacts import pact_of_version, select
from contracts.broker.versions import find_version, put_on_branch, tag_version, untag_version
from contracts.errors import ExitCode
from contracts.model import next_steps
from contracts.model.pact import PactDocument
from contracts.model.posting import Posting
from contracts.model.registry import Registry
from contracts.model.verdict import Unposted, Verification
from contracts.release.counted import consumers
from contracts.release.knowledge import BROKEN, asks_something
from contracts.release.posting import PactRequest
from contracts.verification.results import UNJUDGED

_NAMES = ("consumer", "branch", "tag", "fallbackBranch", "fallbackTag")
"""What a selector says of a pact that somebody has in mind; any other one may well select nothing today."""


def with_unposted(
    client: BrokerClient, run: Verification, asked: PactRequest, registry: Registry, own_pacts: Iterable[PactDocument]
) -> Verification:
    """Return the run with what it leaves unposted.

    Args:
        own_pacts: the contract's own pacts with the emitter: what they ask has to be on the broker.

    Raises:
        BrokerError: the broker can't be reached or refuses.
    """
    missing = tuple(_unmatched(client, run.emitter, asked))
    if missing or run.errors or run.nothing_read or any(pact.result is not None for pact in run.pacts):
        # What gave no verdict, or posted one, ends with an exit code of its own.
        return replace(run, left_unposted=missing)
    # A consumer that published one once and holds none on its main branch asks nothing any more.
    published = bool(consumers(client, run.emitter))
    nothing = _nothing_posted(run, asked, registry, own_pacts, client.name, published=published)
    return replace(run, left_unposted=(nothing,))


def record_version(client: BrokerClient, run: Verification, posting: Posting) -> None:
    """Make the version known of which nothing is posted by right, or say of one that is known that it is broken.

    A run that doesn't hold makes no version known. Of one that an earlier run made known no result could say so, and
    that run's yes would stand: a tag says it, until a run of the version holds again, whatever that one posts.

    Raises:
        BrokerError: the broker can't be reached or refuses.
    """
    by_right = bool(run.left_unposted) and all(one.by_right for one in run.left_unposted)
    holds = run.exit_code is ExitCode.HOLDS
    if holds and by_right:
        put_on_branch(client, run.emitter, posting.version, posting.branch)
    if not holds and not (by_right and run.exit_code is ExitCode.BROKEN):
        return
    known = find_version(client, run.emitter, posting.version)
    if known and not holds:
        tag_version(client, run.emitter, posting.version, BROKEN)
    elif known and BROKEN in known.tags:
        untag_version(client, run.emitter, posting.version, BROKEN)


def _unmatched(client: BrokerClient, emitter: str, asked: PactRequest) -> Iterator[Unposted]:
    for selector in asked.selectors:
        if any(name in selector for name in _NAMES) and not _selects(client, emitter, asked, selector):
            yield _no_match(emitter, f"the selector {json.dumps(selector)} matches", client.name)

    for consumer, version in asked.consumer_versions:
        if pact_of_version(client, emitter, consumer, version) is None:
            yield Unposted(
                f"nothing posted: {client.name} holds no pact of {consumer} {version} with {emitter}",
                by_right=False,
                next_step=next_steps.publish(consumer, version),
            )


def _selects(client: BrokerClient, emitter: str, asked: PactRequest, selector: Mapping[str, Any]) -> bool:
    body: dict[str, Any] = {"consumerVersionSelectors": [selector], "includePendingStatus": False}
    return bool(select(client, emitter, {**body, "providerVersionBranch": asked.branch} if asked.branch else body))


def _no_match(emitter: str, what: str, broker: str) -> Unposted:
    return Unposted(
        f"nothing posted: {what} no pact of {emitter} on {broker}",
        by_right=False,
        next_step=f"leave --selector out, for what is on main branches and deployed: {next_steps.verify(emitter)}",
    )


def _nothing_posted(
    run: Verification,
    asked: PactRequest,
    registry: Registry,
    own_pacts: Iterable[PactDocument],
    broker: str,
    *,
    published: bool,
) -> Unposted:
    if asked.selectors and not run.pacts:
        return _no_match(run.emitter, "the selectors match", broker)
    if not run.pacts and not published and any(asks_something(pact, registry) for pact in own_pacts):
        return Unposted(
            f"nothing posted: {broker} holds no pact of {run.emitter} that is to be verified, and the contract's own "
            "pacts ask something of it",
            by_right=False,
            next_step=next_steps.publish(registry.consumer.name),
        )
    if any(pact.unposted == UNJUDGED for pact in run.pacts):
        return Unposted(
            "nothing posted: a pact that the broker holds as pending can't be judged in full", by_right=True
        )
    if run.pacts or not registry.has_implemented(run.emitter):
        return Unposted("nothing posted: only planned pairs", by_right=True)
    return Unposted("nothing posted: nobody relies on it", by_right=True)
