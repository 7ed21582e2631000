"""Which consumer versions count for an emitter that is to be released, beside those in the environment.

A consumer that isn't in the environment yet is spoken for by the head of its main branch, and where no main branch
is known, by its newest version: one consumer's success never stands for another's.
"""

from __future__ import annotations

from collections.abc import Collection, Iterator
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


def counting(client: BrokerClient, emitter: str) -> Counting:
    """Return the consumers of an emitter, and which version stands for each.

    Raises:
        BrokerError: the broker can't be reached or refuses.
    """
    mains = tuple(_selected(client, emitter, Standing.MAIN_BRANCH, {"mainBranch": True}))
    known = {counted.consumer for counted in mains}
    newest = tuple(_selected(client, emitter, Standing.NEWEST, {"latest": True}))
    others = (one for one in newest if one.consumer not in known and not has_main_branch(client, one.consumer))
    return Counting((*mains, *others), tuple(one.consumer for one in newest))


def consumers(client: BrokerClient, emitter: str) -> tuple[str, ...]:
    """Return every consumer that ever published a pact with an emitter.

    Raises:
        BrokerError: the broker can't be reached or refuses.
    """
    return tuple(one.consumer for one in _selected(client, emitter, Standing.NEWEST, {"latest": True}))


def without_main_branch(client: BrokerClient, emitter: str) -> tuple[str, ...]:
    """Return the consumers of an emitter whose newest version stands for them."""
    return tuple(one.consumer for one in counting(client, emitter).heads if one.standing is Standing.NEWEST)


def standing_in(counted: Collection[Counted], present: Collection[str]) -> tuple[Counted, ...]:
    """Return those that count because their consumer isn't among `present`, the ones in the environment."""
    return tuple(one for one in counted if one.consumer not in present)


def _selected(client: BrokerClient, emitter: str, standing: Standing, selector: dict[str, bool]) -> Iterator[Counted]:
    body = {"consumerVersionSelectors": [selector], "includePendingStatus": False}
    for pact in select(client, emitter, body):
        if pact.consumer_version is not None:
            yield Counted(pact.document.consumer, pact.consumer_version, standing, pact.document)
