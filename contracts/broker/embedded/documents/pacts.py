"""Pacts, selections of pacts and verification results as documents."""

from __future__ import annotations

import sqlite3
from collections.abc import Sequence
from typing import Any
from urllib.parse import urlencode

from contracts.broker.embedded.content import canonical
from contracts.broker.embedded.documents.versions import pact_name, short_version
from contracts.broker.embedded.hal import Addresses, link, moment
from contracts.broker.embedded.metadata import write_metadata
from contracts.broker.embedded.records.pacts import PublicationRecord, content_of
from contracts.broker.embedded.records.results import ResultRecord, latest_result
from contracts.broker.embedded.selection import SelectedPublication


def pact_document(
    db: sqlite3.Connection, pact: PublicationRecord, at: Addresses, *, metadata: str | None = None
) -> dict[str, Any]:
    """Return a pact: its content, and the links that verifiers follow.

    Args:
        db: the open transaction.
        pact: the publication.
        at: the broker's addresses.
        metadata: why the pact was selected; the link for results carries it on.
    """
    provider, consumer, number = pact.provider, pact.consumer, pact.number
    version = link(at.version(consumer, number), "Consumer version", number)
    rows = {"q[][pacticipant]": consumer, "q[][version]": number, "latestby": "cvpv"}
    return {
        **content_of(db, pact.pact_version_id),
        "createdAt": moment(pact.created_at),
        "_links": {
            "self": link(at.pact(provider, consumer, number), "Pact", pact_name(consumer, number, provider)),
            "pb:consumer": link(at.pacticipant(consumer), "Consumer", consumer),
            "pb:consumer-version": version,
            "pb:consumer-versions": [version],
            "pb:provider": link(at.pacticipant(provider), "Provider", provider),
            "pb:pact-version": link(
                at.pact_version(provider, consumer, pact.digest),
                "This content, whatever version has it",
                pact.digest,
            ),
            "pb:latest-pact-version": link(at.pair(provider, consumer, "latest"), "The latest of these pacts"),
            "pb:publish-verification-results": link(
                at.results(provider, consumer, pact.digest, metadata), "Publish verification results"
            ),
            "pb:latest-verification-results": link(at.results(provider, consumer, pact.digest) + "/latest"),
            "pb:matrix-for-consumer-version": link(
                f"{at.base}/matrix?{urlencode(rows)}",
                "The matrix of this consumer version",
            ),
        },
    }


def short_pact(db: sqlite3.Connection, pact: PublicationRecord, at: Addresses) -> dict[str, Any]:
    """Return a pact as a member of a list: its sides, its version, its last result."""
    here = at.pact(pact.provider, pact.consumer, pact.number)
    result = latest_result(db, pact.pact_version_id)
    return {
        "createdAt": moment(pact.created_at),
        "_embedded": {
            "consumer": {
                "name": pact.consumer,
                "_embedded": {"version": short_version(pact.consumer, pact.number, at)},
                "_links": {"self": link(at.pacticipant(pact.consumer))},
            },
            "provider": {"name": pact.provider, "_links": {"self": link(at.pacticipant(pact.provider))}},
            **({"latestVerificationResult": _short_result(result, at)} if result else {}),
        },
        "_links": {
            "self": [link(here, "Pact", pact_name(pact.consumer, pact.number, pact.provider))],
            "pb:pact-version": link(at.pact_version(pact.provider, pact.consumer, pact.digest), "This content"),
        },
    }


def provider_pacts_document(
    pacts: Sequence[PublicationRecord], provider: str, here: str, at: Addresses
) -> dict[str, Any]:
    """Return links to a provider's pacts; `here` is the list's own address."""
    links = [
        link(
            at.pact(pact.provider, pact.consumer, pact.number),
            pact_name(pact.consumer, pact.number, pact.provider),
            pact.consumer,
        )
        for pact in pacts
    ]
    return {
        "_links": {
            "self": link(here, f"Pacts of {provider}"),
            "pb:provider": link(at.pacticipant(provider), "Provider", provider),
            "pb:pacts": links,
            "pacts": links,
        }
    }


def provider_states(pacts: Sequence[tuple[str, dict[str, Any]]]) -> list[dict[str, Any]]:
    """Return the provider states of pacts, by name, each with the consumers that ask for it.

    Args:
        pacts: the consumer and the content of each. A state is `providerStates` of an interaction (V3 and later),
            or the name under `providerState` (V1 and V2).
    """
    found: dict[str, dict[str, Any]] = {}
    for consumer, content in pacts:
        for interaction in (*_members(content, "interactions"), *_members(content, "messages")):
            states = [state for state in _members(interaction, "providerStates") if isinstance(state.get("name"), str)]
            name = interaction.get("providerState")
            if not states and isinstance(name, str) and name:
                states = [{"name": name}]
            for state in states:
                key = canonical([state["name"], state.get("params")])
                known = found.setdefault(key, {"name": state["name"], "params": state.get("params"), "consumers": []})
                if consumer not in known["consumers"]:
                    known["consumers"].append(consumer)
    return sorted(found.values(), key=lambda state: (str(state["name"]), canonical(state["params"])))


def _members(value: dict[str, Any], name: str) -> list[dict[str, Any]]:
    listed = value.get(name)
    return [one for one in listed if isinstance(one, dict)] if isinstance(listed, list) else []


def for_verification_document(
    selected: Sequence[SelectedPublication], provider: str, here: str, at: Addresses
) -> dict[str, Any]:
    """Return the pacts that a provider has to verify; `here` is the list's own address."""
    return {
        "_embedded": {"pacts": [_to_verify(one, provider, at) for one in selected]},
        "_links": {"self": link(here, f"Pacts that {provider} has to verify")},
    }


def _to_verify(selected: SelectedPublication, provider: str, at: Addresses) -> dict[str, Any]:
    pact = selected.publication
    metadata = write_metadata(number=pact.number, wip=selected.wip, pending=selected.pending)
    address = at.pact_version(pact.provider, pact.consumer, pact.digest, metadata)
    why = ", ".join(dict.fromkeys(selector.short for selector in selected.selectors))
    properties: dict[str, Any] = {}
    if selected.pending is not None:
        properties["pending"] = selected.pending
    if selected.wip:
        properties["wip"] = True
    notices = [f"{address} is verified because it is {pact.consumer} {pact.number}: {why}"]
    if selected.wip:
        notices.append("It is work in progress: a failure doesn't fail this build")
    elif selected.pending:
        notices.append(f"It is pending until {provider} has verified it: a failure doesn't fail this build")
    elif selected.pending is not None:
        notices.append(f"{provider} has verified it before: a failure fails this build")
    return {
        "shortDescription": why,
        "verificationProperties": {
            **properties,
            "notices": [{"when": "before_verification", "text": text} for text in notices],
        },
        "_links": {"self": link(address, name=pact_name(pact.consumer, pact.number, pact.provider))},
    }


def _short_result(result: ResultRecord, at: Addresses) -> dict[str, Any]:
    return {
        "success": result.success,
        "verificationDate": moment(result.created_at),
        "_embedded": {"providerVersion": short_version(result.provider, result.provider_version, at)},
        "_links": {"self": link(result_address(result, at))},
    }


def result_address(result: ResultRecord, at: Addresses) -> str:
    """Return the address of a verification result."""
    return f"{at.results(result.provider, result.consumer, result.digest)}/{result.number}"


def result_document(result: ResultRecord, at: Addresses) -> dict[str, Any]:
    """Return a verification result as it was posted."""
    language = result.verified_by.get("clientLanguage")
    language = language if isinstance(language, dict) else {}
    by = {
        "implementation": result.verified_by.get("implementation"),
        "version": result.verified_by.get("version"),
        "client_implementation": language.get("name"),
        "client_test_framework": language.get("testFramework"),
        "client_version": language.get("version"),
    }
    return {
        "providerName": result.provider,
        "providerApplicationVersion": result.provider_version,
        "success": result.success,
        "verificationDate": moment(result.created_at),
        **({"buildUrl": result.build_url} if result.build_url else {}),
        **({"testResults": result.test_results} if result.test_results is not None else {}),
        "verifiedBy": {key: value for key, value in by.items() if value is not None},
        "_links": {
            "self": link(result_address(result, at), "Verification result", f"Result {result.number}"),
            "pb:pact-version": link(at.pact_version(result.provider, result.consumer, result.digest), "Pact"),
        },
    }
