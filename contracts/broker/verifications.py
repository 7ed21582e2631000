"""Pacts to verify and the results of verifications, as a broker gives and takes them."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from contracts.broker import hal
from contracts.broker.client import BrokerClient
from contracts.errors import BrokerError

IMPLEMENTATION = "webinar-contracts"
"""How results of this toolkit are signed."""


@dataclass(frozen=True, slots=True)
class Selected:
    """A pact that a broker wants verified.

    Attributes:
        pending, wip: a failure must not fail the build.
        reasons: why it is to be verified, in the broker's words.
        document: the pact.
    """

    url: str
    pending: bool
    wip: bool
    reasons: tuple[str, ...]
    document: Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class Result:
    """A posted result.

    Attributes:
        tests: one an interaction, as they were posted.
        empty: it says that no interaction was tested: what a verifier posts whose filter matched nothing.
    """

    emitter_version: str
    success: bool
    tests: tuple[Mapping[str, Any], ...]
    empty: bool
    url: str

    @property
    def registry(self) -> str | None:
        """The digest of the registry that it was judged by; None where another tool posted it."""
        digests = {test.get("registry") for test in self.tests}
        digest = digests.pop() if len(digests) == 1 else None
        return digest if isinstance(digest, str) else None


def select(client: BrokerClient, provider: str, body: Mapping[str, Any]) -> tuple[Selected, ...]:
    """Ask which pacts of a provider are to be verified, and fetch them.

    Args:
        body: selectors and what goes with them, in the broker's form.

    Returns:
        Empty where the broker selects none, or doesn't know the provider.

    Raises:
        BrokerError: the broker can't be reached or refuses, a selector for example.
    """
    url = client.link("pb:provider-pacts-for-verification", provider=provider)
    answer = client.send("POST", url, body, repeatable=True)
    if answer.status == 404:
        return ()
    if answer.status != 200:
        raise answer.refusal(f"asking for the pacts of {provider} to verify")
    listed = hal.embedded(answer.mapping(), "pacts")
    if not isinstance(listed, list):
        raise BrokerError(
            "the broker's answer names no pacts to verify", next_step="check the broker's version: 2.100 or newer"
        )
    return tuple(_selected(client, entry) for entry in listed)


def _selected(client: BrokerClient, entry: Mapping[str, Any]) -> Selected:
    properties = entry.get("verificationProperties") or {}
    notices = [
        n for n in properties.get("notices") or () if n.get("when", "before_verification") == "before_verification"
    ]
    url = hal.link(entry, "self")
    return Selected(
        url=url,
        pending=properties.get("pending") is True,
        wip=properties.get("wip") is True,
        reasons=tuple(str(notice.get("text", "")) for notice in notices),
        document=client.get(url, doing="fetching a pact to verify"),
    )


def put_on_branch(client: BrokerClient, pacticipant: str, version: str, branch: str) -> None:
    """Make a version known and put it on its branch; a bare result would make it without one.

    Raises:
        BrokerError: the broker refused.
    """
    url = client.link("pb:pacticipant-branch-version", pacticipant=pacticipant, branch=branch, version=version)
    answer = client.send("PUT", url, {}, repeatable=True)
    if answer.status not in (200, 201):
        raise answer.refusal(f"putting {pacticipant} {version} on the branch {branch}")


def post(client: BrokerClient, pact: Mapping[str, Any], body: Mapping[str, Any]) -> str:
    """Post a result to a pact and return the result's address. The last one posted wins, so it may be repeated.

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
    return hal.link(taken, "self")


def result(client: BrokerClient, url: str) -> Result:
    """Fetch a result."""
    document = client.get(url, doing="fetching a verification result")
    listed: list[Any] | None = document.get("testResults")
    return Result(
        emitter_version=str(document.get("providerApplicationVersion", "")),
        success=document.get("success") is True,
        tests=tuple(test for test in listed or () if isinstance(test, Mapping)),
        # A tool that lists no tests at all says nothing of how many there were.
        empty=listed == [],
        url=url,
    )
