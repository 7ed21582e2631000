"""Pacts of a broker: which are to be verified, and what each expects."""

from __future__ import annotations

import json
import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from contracts.broker import hal
from contracts.broker.client import BrokerClient
from contracts.errors import MisuseError
from contracts.model.pact import PactDocument, PactUnderTest, parse_pact


@dataclass(frozen=True, slots=True)
class PublishedInteraction:
    """One interaction of a pact on the broker."""

    event: str
    pending: bool


def select(
    client: BrokerClient, provider: str, body: Mapping[str, Any], *, unread: bool = False
) -> tuple[PactUnderTest, ...]:
    """Ask which pacts of a provider are to be verified, and fetch them.

    Args:
        body: selectors and what goes with them, in the broker's form.
        unread: what can't be read is returned as such, and not only what is pending or work in progress.

    Returns:
        Empty where the broker selects none, or doesn't know the provider.

    Raises:
        BrokerError: the broker can't be reached or refuses, a selector for example.
        MisuseError: a pact that is neither pending nor work in progress isn't one of asynchronous messages.
    """
    url = client.link("pb:provider-pacts-for-verification", provider=provider)
    answer = client.send("POST", url, body, repeatable=True)
    if answer.status == 404:
        return ()
    if answer.status != 200:
        raise answer.refusal(f"asking for the pacts of {provider} to verify")
    document = answer.mapping()
    with hal.understood("the list of pacts to verify"):
        entries = list(document["_embedded"]["pacts"])
    return tuple(_selected(client, entry, unread=unread) for entry in entries)


def _selected(client: BrokerClient, entry: Mapping[str, Any], *, unread: bool) -> PactUnderTest:
    with hal.understood("a pact to verify"):
        url = hal.link(entry, "self")
        properties = entry.get("verificationProperties") or {}
        notices = properties.get("notices") or ()
        reasons = tuple(_of_selection(str(n["text"]), url) for n in notices if n.get("when", _BEFORE) == _BEFORE)
        pending, wip = properties.get("pending") is True, properties.get("wip") is True
    document = client.get_once(url, doing="fetching a pact to verify")
    with hal.understood("a pact to verify"):
        named = [str(link["name"]) for link in hal.links(document, "pb:consumer-version") if "name" in link]
    unreadable = ""
    try:
        # The raw document holds the broker's links, by which the result finds its way.
        pact = parse_pact(json.dumps(document), source=url)
    except MisuseError as error:
        if not (pending or wip or unread):
            raise
        pact, unreadable = _without_interactions(document, url), error.what
    return PactUnderTest(
        document=pact,
        consumer_version=named[0] if named else None,
        broker_pending=pending,
        wip=wip,
        reasons=tuple(filter(None, reasons)),
        unreadable=unreadable,
    )


def _without_interactions(document: Mapping[str, Any], url: str) -> PactDocument:
    with hal.understood("a pact to verify"):
        consumer, provider = (str(document[party]["name"]) for party in ("consumer", "provider"))
        return PactDocument(consumer, provider, (), url, document)


def _of_selection(reason: str, url: str) -> str:
    """Return a broker's reason without its address, which stands beside it; empty where it speaks of the build."""
    # Whether a failure fails this build is up to the registry here, of which a broker knows nothing.
    said = "" if _BUILD.search(reason) else reason
    return said.replace(f"The pact at {url}", "the pact").replace(url, "the pact").rstrip(". ")


_BEFORE = "before_verification"
_BUILD = re.compile(r"\bbuild\b")


def pact_of_version(client: BrokerClient, provider: str, consumer: str, consumer_version: str) -> PactUnderTest | None:
    """Fetch the pact of one consumer version; None where it has none with this provider.

    Raises:
        BrokerError: the broker can't be reached or refuses.
        MisuseError: the pact isn't one of asynchronous messages.
    """
    url = client.link(
        "pb:publish-pact", provider=provider, consumer=consumer, consumerApplicationVersion=consumer_version
    )
    document = client.find(url, doing=f"fetching the pact of {consumer} {consumer_version}")
    if document is None:
        return None
    return PactUnderTest(parse_pact(json.dumps(document), source=url), consumer_version, reasons=("it was named",))


def expected(client: BrokerClient, url: str) -> tuple[PublishedInteraction, ...]:
    """Return the interactions of a pact on the broker; none where it isn't there.

    Raises:
        BrokerError: the broker can't be reached, or the pact can't be read.
    """
    pact = client.find(url, doing="fetching a pact") or {}
    with hal.understood("the pact"):
        return tuple(
            PublishedInteraction(event_meant(None, raw.get("key"), raw.get("description")), raw.get("pending") is True)
            for raw in pact.get("interactions") or ()
        )


def event_meant(event: object, key: object, description: object) -> str:
    """Return the canonical event that is meant; pacts of another hand name it first in the description alone."""
    if isinstance(event, str):
        return event
    if isinstance(key, str) and "/" in key:
        return key.split("/", 1)[0]
    return str(description or "").split(":", 1)[0].strip()
