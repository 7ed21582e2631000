"""Publishing pacts: all of a request or nothing, and never other content under a published version."""

from __future__ import annotations

import sqlite3
from typing import Any

from flask import Blueprint, Response

from contracts.broker.embedded.content import digest
from contracts.broker.embedded.context import addresses, json_object, store
from contracts.broker.embedded.documents.pacts import pact_document
from contracts.broker.embedded.documents.versions import pact_name, short_version
from contracts.broker.embedded.hal import Addresses, json_response, link
from contracts.broker.embedded.problems import Problem, ValidationProblem
from contracts.broker.embedded.publication import (
    PublicationRequest,
    name_in_pact,
    publication_request,
    refuse_odd_names,
)
from contracts.broker.embedded.records.pacts import PublicationRecord, find_publication, publish
from contracts.broker.embedded.records.participants import (
    add_tag,
    ensure_version,
    find_version,
    similar_names,
)
from contracts.broker.embedded.webhooks.events import pact_was_published

blueprint = Blueprint("publishing", __name__)
Notice = dict[str, str]


@blueprint.post("/contracts/publish")
def publish_contracts() -> Response:
    """Store a consumer version's pacts, in one transaction."""
    asked = publication_request(json_object())
    at = addresses()
    with store().write() as db:
        conflicts = _conflicts(db, asked)
        if conflicts:
            body: dict[str, Any] = {
                "notices": [{"type": "error", "text": text} for text in conflicts],
                "errors": {"contracts": conflicts},
            }
            return json_response(body, 409, kind="application/json")
        body = _publish(db, asked, at)
    return json_response(body)


def _conflicts(db: sqlite3.Connection, asked: PublicationRequest) -> list[str]:
    changed = []
    digests: dict[str, str] = {}
    for contract in asked.contracts:
        content = digest(contract.pact)
        published = find_publication(db, asked.consumer, contract.provider, asked.number)
        before = published.digest if published else digests.setdefault(contract.provider, content)
        if before != content:
            changed.append(_changed(asked.consumer, asked.number, contract.provider))
    names = dict.fromkeys([asked.consumer, *(contract.provider for contract in asked.contracts)])
    return changed + [text for name in names for text in _similar(db, name)]


def _changed(consumer: str, number: str, provider: str) -> str:
    return (
        f"{consumer} {number} has already published another pact with {provider}."
        " Publish changed content under a new version."
    )


def _similar(db: sqlite3.Connection, name: str) -> list[str]:
    return [
        f"'{name}' is new here and very like '{known}'. Correct the name, or create '{name}' first."
        for known in similar_names(db, name)
    ]


def _publish(db: sqlite3.Connection, asked: PublicationRequest, at: Addresses) -> dict[str, Any]:
    known = find_version(db, asked.consumer, asked.number)
    version = ensure_version(db, asked.consumer, asked.number, branch=asked.branch, build_url=asked.build_url)
    for tag in asked.tags:
        add_tag(db, version, tag)
    where = f" on branch {asked.branch}" if asked.branch else ""
    text = f"{'Updated' if known else 'Created'} {asked.consumer} {asked.number}{where}"
    notices = [{"type": "debug", "text": text}]
    pacts: list[PublicationRecord] = []
    for contract in asked.contracts:
        before = find_publication(db, asked.consumer, contract.provider, asked.number)
        pact = publish(db, version, contract.provider, contract.pact)
        pacts.append(pact)
        if before is None:
            pact_was_published(db, pact, at, build_url=asked.build_url)
        state = "was published before and is unchanged" if before else "is published"
        notices.append({"type": "success", "text": f"The pact with {contract.provider} {state}"})
        notices.append({"type": "debug", "text": f"  It is at {at.pact(pact.provider, pact.consumer, pact.number)}"})
    return _receipt(asked, pacts, notices, at)


def _receipt(
    asked: PublicationRequest, pacts: list[PublicationRecord], notices: list[Notice], at: Addresses
) -> dict[str, Any]:
    consumer, number = asked.consumer, asked.number
    return {
        "notices": notices,
        # The official command reads the same lines here, and insists on the third member.
        "logs": [
            {"level": notice["type"], "message": notice["text"], "deprecationWarning": "see notices"}
            for notice in notices
        ],
        "_embedded": {
            "pacticipant": {"name": consumer, "_links": {"self": link(at.pacticipant(consumer))}},
            "version": short_version(consumer, number, at),
        },
        "_links": {
            "pb:pacticipant": link(at.pacticipant(consumer), "Pacticipant", consumer),
            "pb:pacticipant-version": link(at.version(consumer, number), "Pacticipant version", number),
            "pb:pacticipant-version-tags": [link(at.tag(consumer, number, tag), "Tag", tag) for tag in asked.tags],
            "pb:contracts": [
                link(
                    at.pact(pact.provider, consumer, number),
                    "Pact",
                    pact_name(consumer, number, pact.provider),
                )
                for pact in pacts
            ],
        },
    }


@blueprint.put("/pacts/provider/<segment:provider>/consumer/<segment:consumer>/version/<segment:number>")
def put_pact(provider: str, consumer: str, number: str) -> Response:
    """Store one pact under a consumer version."""
    refuse_odd_names(provider=provider, consumer=consumer, number=number)
    pact = json_object()
    errors = {}
    for side, name in (("consumer", consumer), ("provider", provider)):
        written = name_in_pact(pact, side)
        if written is not None and written != name:
            errors[f"{side}.name"] = [f"'{written}' in the pact isn't '{name}' in the address"]
    if errors:
        raise ValidationProblem(errors)
    at = addresses()
    with store().write() as db:
        before = find_publication(db, consumer, provider, number)
        if before and before.digest != digest(pact):
            raise Problem(409, _changed(consumer, number, provider), title="Conflict")
        for name in (consumer, provider):
            for text in _similar(db, name):
                raise Problem(409, text, title="Conflict")
        published = publish(db, ensure_version(db, consumer, number), provider, pact)
        if before is None:
            pact_was_published(db, published, at, build_url=None)
        body = pact_document(db, published, at)
    return json_response(body, 200 if before else 201)
