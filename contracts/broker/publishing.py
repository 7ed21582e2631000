"""Publishing pacts under a consumer version, all in one request, and reading them back."""

from __future__ import annotations

import base64
import json
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from contracts.broker import hal
from contracts.broker.answer import BrokerAnswer
from contracts.broker.client import BrokerClient
from contracts.errors import BrokenContractError, BrokerError, ContractsError
from contracts.model.pact import PactDocument
from contracts.model.publication import Content, PublishedPact


@dataclass(frozen=True, slots=True)
class PactPublication:
    """What is published: the pacts of one consumer under one of its versions."""

    consumer: str
    version: str
    branch: str
    pacts: tuple[PactDocument, ...]
    build_url: str | None = None


def publish(client: BrokerClient, publication: PactPublication) -> tuple[PublishedPact, ...]:
    """Publish pacts and confirm each by reading it back.

    The pacts go in one request, so that no consumer version has a part of them.

    Raises:
        BrokenContractError: the version is published with other content (409).
        BrokerError: the broker can't be reached, refused (a name that resembles another is a 409 too), or gives back
            something else than was published.
    """
    before = _latest_digests(client, publication.consumer)
    answer = client.send("POST", client.link("pb:publish-contracts"), _body(publication), repeatable=True)
    if answer.status == 409:
        raise _conflict(client, publication, answer)
    if answer.status not in (200, 201):
        raise answer.refusal("publishing the pacts")
    _confirm_branch(client, publication)
    return tuple(_confirm(client, publication, pact, before.get(pact.provider)) for pact in publication.pacts)


def _conflict(client: BrokerClient, publication: PactPublication, answer: BrokerAnswer) -> ContractsError:
    """Return what a refusal as a conflict (409) is: changed content, or a name that the broker takes for a slip."""
    changed = [pact.provider for pact in publication.pacts if _is_published_otherwise(client, publication, pact)]
    if changed:
        said = f"; the broker says: {answer.said}" if answer.said else ""
        return BrokenContractError(
            f"changed content under a published version: {publication.consumer} {publication.version} "
            f"was published with another pact with {', '.join(changed)}{said}",
            next_step="publish under a new version; a version's pacts never change",
        )
    return answer.refusal(
        "publishing the pacts",
        "correct the name; if it is right, make the pacticipant first: "
        "pact broker create-or-update-pacticipant --name NAME",
    )


def _is_published_otherwise(client: BrokerClient, publication: PactPublication, pact: PactDocument) -> bool:
    found = client.find(_address(client, publication, pact), doing="reading a published pact")
    with hal.understood("the published pact"):
        return found is not None and _meaning(found) != _meaning(pact.raw)


def _address(client: BrokerClient, publication: PactPublication, pact: PactDocument) -> str:
    return client.link(
        "pb:publish-pact",
        provider=pact.provider,
        consumer=publication.consumer,
        consumerApplicationVersion=publication.version,
    )


def _body(publication: PactPublication) -> dict[str, Any]:
    body: dict[str, Any] = {
        "pacticipantName": publication.consumer,
        "pacticipantVersionNumber": publication.version,
        "branch": publication.branch,
        "contracts": [
            {
                "consumerName": pact.consumer,
                "providerName": pact.provider,
                "specification": "pact",
                "contentType": "application/json",
                "content": base64.b64encode(_text(pact.raw)).decode(),
            }
            for pact in publication.pacts
        ],
    }
    return {**body, "buildUrl": publication.build_url} if publication.build_url else body


def _latest_digests(client: BrokerClient, consumer: str) -> dict[str, str]:
    """Return the digest of the pact of each of the consumer's pairs that was published last, by provider."""
    listed = client.get(client.link("pb:latest-pact-versions"), doing="asking for the latest pacts")
    with hal.understood("the list of the latest pacts"):
        entries = listed.get("pacts") or hal.embedded(listed, "pacts") or ()
        own = [entry for entry in entries if (hal.embedded(entry, "consumer") or {}).get("name") == consumer]
    digests = {}
    for entry in own:
        found = client.get(hal.link(entry, "self"), doing="fetching the latest pact")
        with hal.understood("the latest pact"):
            digests[str(found["provider"]["name"])] = _digest(found)
    return digests


def _digest(document: Mapping[str, Any]) -> str:
    entries = hal.links(document, "pb:pact-version")
    return str(entries[0].get("name", "")) if entries else ""


def _confirm(
    client: BrokerClient, publication: PactPublication, pact: PactDocument, digest_before: str | None
) -> PublishedPact:
    url = _address(client, publication, pact)
    found = client.find(url, doing="reading a published pact back")
    with hal.understood("the published pact"):
        confirmed = found is not None and _meaning(found) == _meaning(pact.raw)
    if found is None or not confirmed:
        what = "doesn't have" if found is None else "gives back another content for"
        raise BrokerError(
            f"not confirmed: the broker {what} the pact with {pact.provider}, version {publication.version}",
            next_step="publish again; if it stays so, the broker loses or alters what it is given",
        )
    digest = _digest(found)
    content = Content.UNCHANGED if digest == digest_before else Content.CHANGED
    return PublishedPact(pact.provider, url, Content.NEW if digest_before is None else content, digest)


def _confirm_branch(client: BrokerClient, publication: PactPublication) -> None:
    url = client.link("pb:pacticipant-version", pacticipant=publication.consumer, version=publication.version)
    version = client.find(url, doing="reading the published version back") or {}
    with hal.understood("the published version"):
        branches = [entry["name"] for entry in hal.embedded(version, "branchVersions") or ()]
    if publication.branch not in branches:
        raise BrokerError(
            f"not confirmed: the broker doesn't have {publication.consumer} {publication.version} "
            f"on the branch {publication.branch}",
            next_step="publish again, and check that the broker knows branches (version 2.100 or newer)",
        )


def _text(document: Any) -> bytes:
    return json.dumps(document, ensure_ascii=False, sort_keys=True, separators=(",", ":")).encode()


def _meaning(document: Mapping[str, Any]) -> bytes:
    """Return what makes two pacts the same to a broker: the order of interactions and who wrote it don't count."""
    interactions = [{k: v for k, v in raw.items() if k != "_id"} for raw in document.get("interactions", ())]
    specification = (document.get("metadata") or {}).get("pactSpecification")
    return _text([sorted(_text(interaction).decode() for interaction in interactions), specification])
