"""Which consumer versions count for an emitter that is to be released, beside those in the environment.

A consumer that isn't in the environment yet is spoken for by the head of its main branch, and where no main branch
is known, by its newest version: one consumer's success never stands for another's.
"""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass

from contracts.broker.client import BrokerClient
from contracts.broker.pacts import select
from contracts.broker.versions import has_main_branch
from contracts.model.pact import PactDocument
from contracts.model.release import Standing


@dataclass(frozen=True, slots=True)
class Counted:
    """A consumer version that counts, with its pact."""

    consumer: str
    version: str
    standing: Standing
    pact: PactDocument


@dataclass(frozen=True, slots=True)
class Counting:
    """The consumers of an emitter.

    Attributes:
        heads: the version that stands for each, wherever it is deployed. A consumer whose main branch holds no pact
            with the emitter asks nothing of it, and is left out.
        consumers: every one that ever published a pact with it.
    """

    heads: tuple[Counted, ...]
    consumers: tuple[str, ...]


def counting(client: BrokerClient, emitter: str, *, by_name: bool = False) -> Counting:
    """Return the consumers of an emitter, and which version stands for each.

    Args:
        by_name: their pacts are of no account, so that one which can't be read stands there without interactions.

    Raises:
        BrokerError: the broker can't be reached or refuses.
        MisuseError: a pact isn't one of asynchronous messages.
    """
    mains = _selected(client, emitter, Standing.MAIN_BRANCH, by_name=by_name)
    known = {counted.consumer for counted in mains}
    newest = _selected(client, emitter, Standing.NEWEST, by_name=by_name)
    others = (one for one in newest if one.consumer not in known and not has_main_branch(client, one.consumer))
    return Counting((*mains, *others), tuple(one.consumer for one in newest))


def consumers(client: BrokerClient, emitter: str) -> tuple[str, ...]:
    """Return every consumer that ever published a pact with an emitter.

    Raises:
        BrokerError: the broker can't be reached or refuses.
    """
    return tuple(one.consumer for one in _selected(client, emitter, Standing.NEWEST, by_name=True))


def without_main_branch(client: BrokerClient, emitter: str) -> tuple[str, ...]:
    """Return the consumers of an emitter whose newest version stands for them."""
    heads = counting(client, emitter, by_name=True).heads
    return tuple(one.consumer for one in heads if one.standing is Standing.NEWEST)


def standing_in(counted: Collection[Counted], present: Collection[str]) -> tuple[Counted, ...]:
    """Return those that count because their consumer isn't among `present`, the ones in the environment."""
    return tuple(one for one in counted if one.consumer not in present)


_SELECTORS = {Standing.MAIN_BRANCH: {"mainBranch": True}, Standing.NEWEST: {"latest": True}}


def _selected(client: BrokerClient, emitter: str, standing: Standing, *, by_name: bool) -> tuple[Counted, ...]:
    body = {"consumerVersionSelectors": [_SELECTORS[standing]], "includePendingStatus": False}
    return tuple(
        Counted(pact.document.consumer, pact.consumer_version, standing, pact.document)
        for pact in select(client, emitter, body, unread=by_name)
        if pact.consumer_version is not None
    )
