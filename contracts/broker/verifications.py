"""Pacts to verify and the results of verifications, as a broker gives and takes them."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from contracts.broker import hal
from contracts.broker.client import BrokerClient
from contracts.errors import BrokerError
from contracts.model.pact import PactUnderTest, parse_pact

IMPLEMENTATION = "webinar-contracts"
"""How results of this toolkit are signed."""


@dataclass(frozen=True, slots=True)
class Test:
    """What a result says of one interaction.

    Attributes:
        rules: what was broken; another tool's attributes where it names no rules.
        ready: it is pending, and nothing was found.
    """

    event: str
    success: bool
    pending: bool
    ready: bool
    rules: tuple[str, ...]
    registry: str | None


@dataclass(frozen=True, slots=True)
class PostedResult:
    """A posted result.

    Attributes:
        tests: one an interaction.
        violations: the rules that were broken beside any interaction.
        empty: it says that no interaction was tested: what a verifier posts whose filter matched nothing.
    """

    success: bool
    tests: tuple[Test, ...]
    empty: bool
    violations: tuple[str, ...] = ()

    @property
    def registry(self) -> str | None:
        """The digest of the registry that it was judged by; None where another tool posted it."""
        digests = {test.registry for test in self.tests}
        return digests.pop() if len(digests) == 1 else None


@dataclass(frozen=True, slots=True)
class PublishedInteraction:
    """One interaction of a pact on the broker."""

    event: str
    pending: bool


def select(client: BrokerClient, provider: str, body: Mapping[str, Any]) -> tuple[PactUnderTest, ...]:
    """Ask which pacts of a provider are to be verified, and fetch them.

    Args:
        body: selectors and what goes with them, in the broker's form.

    Returns:
        Empty where the broker selects none, or doesn't know the provider.

    Raises:
        BrokerError: the broker can't be reached or refuses, a selector for example.
        MisuseError: a pact isn't one of asynchronous messages.
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
    return tuple(_selected(client, entry) for entry in entries)


def _selected(client: BrokerClient, entry: Mapping[str, Any]) -> PactUnderTest:
    with hal.understood("a pact to verify"):
        url = hal.link(entry, "self")
        properties = entry.get("verificationProperties") or {}
        notices = properties.get("notices") or ()
        reasons = tuple(_without_url(str(n["text"]), url) for n in notices if n.get("when", _BEFORE) == _BEFORE)
        pending, wip = properties.get("pending") is True, properties.get("wip") is True
    document = client.get(url, doing="fetching a pact to verify")
    with hal.understood("a pact to verify"):
        named = [str(link["name"]) for link in hal.links(document, "pb:consumer-version") if "name" in link]
    return PactUnderTest(
        # The raw document holds the broker's links, by which the result finds its way.
        document=parse_pact(json.dumps(document), source=url),
        consumer_version=named[0] if named else None,
        broker_pending=pending,
        wip=wip,
        reasons=reasons,
    )


def _without_url(reason: str, url: str) -> str:
    # The address stands beside the reason already; a broker's words repeat it at length.
    return reason.replace(f"The pact at {url}", "the pact").replace(url, "the pact").rstrip(". ")


_BEFORE = "before_verification"


def put_on_branch(client: BrokerClient, pacticipant: str, version: str, branch: str) -> None:
    """Make a version known and put it on its branch; a bare result would make it without one.

    Raises:
        BrokerError: the broker refused.
    """
    url = client.link("pb:pacticipant-branch-version", pacticipant=pacticipant, branch=branch, version=version)
    answer = client.send("PUT", url, {}, repeatable=True)
    if answer.status not in (200, 201):
        raise answer.refusal(f"putting {pacticipant} {version} on the branch {branch}")


def post(client: BrokerClient, pact: Mapping[str, Any], body: Mapping[str, Any]) -> None:
    """Post a result to a pact. The last one posted wins, so it may be repeated.

    Raises:
        BrokerError: any answer but 201, or one that isn't about this result.
    """
    answer = client.send("POST", hal.link(pact, "pb:publish-verification-results"), body, repeatable=True)
    if answer.status != 201:
        raise answer.refusal("posting the verification result")
    taken = answer.mapping()
    if (taken.get("success"), taken.get("providerApplicationVersion")) != (
        body["success"],
        body["providerApplicationVersion"],
    ):
        raise BrokerError(
            "not confirmed: the broker's answer is about another verification result",
            next_step="post it again; if it stays so, see the broker's log",
        )


def result(client: BrokerClient, url: str) -> PostedResult:
    """Fetch a result.

    Raises:
        BrokerError: the broker can't be reached, or the result can't be read.
    """
    document = client.get(url, doing="fetching a verification result")
    # A tool that lists no tests at all says nothing of how many there were.
    listed = document.get("testResults")
    with hal.understood("the verification result"):
        tests = tuple(_test(raw) for raw in listed or () if not raw.get("violation"))
        violations = dict.fromkeys(str(raw["violation"]) for raw in listed or () if raw.get("violation"))
    return PostedResult(document.get("success") is True, tests, listed == [], tuple(violations))


def _test(raw: Mapping[str, Any]) -> Test:
    success, pending = raw.get("success") is True, raw.get("pending") is True
    broken = [m.get("rule") or m.get("attribute") for m in raw.get("mismatches") or ()]
    registry = raw.get("registry")
    return Test(
        event=_event(raw.get("event"), None, raw.get("interactionDescription")),
        success=success,
        pending=pending,
        ready=pending and raw.get("ready", success) is True,
        rules=tuple(dict.fromkeys(str(rule) for rule in broken if rule)),
        registry=registry if isinstance(registry, str) else None,
    )


def expected(client: BrokerClient, url: str) -> tuple[PublishedInteraction, ...]:
    """Return the interactions of a pact on the broker; none where it isn't there.

    Raises:
        BrokerError: the broker can't be reached, or the pact can't be read.
    """
    pact = client.find(url, doing="fetching a pact") or {}
    with hal.understood("the pact"):
        return tuple(
            PublishedInteraction(_event(None, raw.get("key"), raw.get("description")), raw.get("pending") is True)
            for raw in pact.get("interactions") or ()
        )


def _event(event: object, key: object, description: object) -> str:
    """Return the canonical event that is meant; pacts of another hand name it first in the description alone."""
    if isinstance(event, str):
        return event
    if isinstance(key, str) and "/" in key:
        return key.split("/", 1)[0]
    return str(description or "").split(":", 1)[0].strip()
