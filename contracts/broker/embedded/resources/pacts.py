"""Reading pacts: by version, by content, the latest ones."""

from __future__ import annotations

from typing import Any

from flask import Blueprint, Response

from contracts.broker.embedded.context import addresses, here, store
from contracts.broker.embedded.documents.pacts import pact_document, provider_pacts_document, short_pact
from contracts.broker.embedded.hal import json_response, link
from contracts.broker.embedded.metadata import read_metadata
from contracts.broker.embedded.problems import NotFoundProblem
from contracts.broker.embedded.records.pacts import (
    PublicationRecord,
    find_by_digest,
    find_publication,
    latest_publications,
    publications,
)
from contracts.broker.embedded.records.participants import find_pacticipant

blueprint = Blueprint("pacts", __name__, url_prefix="/pacts")
_PROVIDER = "/provider/<segment:provider>"
_PAIR = f"{_PROVIDER}/consumer/<segment:consumer>"


@blueprint.get(f"{_PAIR}/version/<segment:number>")
def get_pact(provider: str, consumer: str, number: str) -> Response:
    """Answer with the pact that a consumer version published."""
    with store().read() as db:
        pact = find_publication(db, consumer, provider, number)
        if pact is None:
            raise NotFoundProblem
        return json_response(pact_document(db, pact, addresses()))


@blueprint.get(f"{_PAIR}/pact-version/<segment:digest>", defaults={"metadata": None})
@blueprint.get(f"{_PAIR}/pact-version/<segment:digest>/metadata/<segment:metadata>")
def get_content(provider: str, consumer: str, digest: str, metadata: str | None) -> Response:
    """Answer with a pact's content, whatever version published it."""
    with store().read() as db:
        found = find_by_digest(db, consumer, provider, digest)
        if not found:
            raise NotFoundProblem
        return json_response(pact_document(db, _meant(found, metadata), addresses(), metadata=metadata))


def _meant(found: list[PublicationRecord], metadata: str | None) -> PublicationRecord:
    number = read_metadata(metadata).number
    return next((pact for pact in found if pact.number == number), found[-1])


@blueprint.get(f"{_PAIR}/latest", defaults={"tag": None})
@blueprint.get(f"{_PAIR}/latest/<segment:tag>")
def get_latest(provider: str, consumer: str, tag: str | None) -> Response:
    """Answer with the latest pact of a pair, or the latest with a tag."""
    with store().read() as db:
        if tag is None:
            found = latest_publications(db, provider=provider, consumer=consumer)
        else:
            found = [pact for pact in publications(db, *_tagged(provider, tag)) if pact.consumer == consumer]
        if not found:
            raise NotFoundProblem
        return json_response(pact_document(db, found[-1], addresses()))


@blueprint.get(f"{_PAIR}/versions")
def get_versions(provider: str, consumer: str) -> Response:
    """Answer with links to every pact of a pair, the latest first."""
    with store().read() as db:
        found = publications(
            db,
            "WHERE p.name = :provider AND c.name = :consumer",
            {"provider": provider, "consumer": consumer},
        )
    at = addresses()
    links = [link(at.pact(provider, consumer, pact.number), "Pact", pact.number) for pact in reversed(found)]
    return json_response({"_links": {"self": link(here(), "Pacts"), "pb:pact-versions": links}})


@blueprint.get("/latest")
def get_latest_pacts() -> Response:
    """Answer with the latest pact of each integration."""
    at = addresses()
    with store().read() as db:
        members = [short_pact(db, pact, at) for pact in latest_publications(db)]
    links = [member["_links"]["self"][0] for member in members]
    return json_response({"_links": {"self": link(here(), "Latest pacts"), "pb:pacts": links}, "pacts": members})


@blueprint.get(_PROVIDER)
def get_provider_pacts(provider: str) -> Response:
    """Answer with links to every pact of a provider."""
    return _provider_pacts(provider, "WHERE p.name = :provider", {"provider": provider})


@blueprint.get(f"{_PROVIDER}/latest", defaults={"tag": None})
@blueprint.get(f"{_PROVIDER}/latest/<segment:tag>")
def get_latest_provider_pacts(provider: str, tag: str | None) -> Response:
    """Answer with links to a provider's latest pacts, or the latest with a tag."""
    if tag is not None:
        return _provider_pacts(provider, *_tagged(provider, tag))
    with store().read() as db:
        _known(db, provider)
        found = latest_publications(db, provider=provider)
    return json_response(provider_pacts_document(found, provider, here(), addresses()))


@blueprint.get(f"{_PROVIDER}/branch/latest", defaults={"branch": None})
@blueprint.get(f"{_PROVIDER}/branch/<segment:branch>/latest")
def get_branch_pacts(provider: str, branch: str | None) -> Response:
    """Answer with links to the pacts at the head of a branch, or of the consumers' main branches."""
    where = (
        "JOIN branch_heads h ON h.version_id = pub.consumer_version_id AND h.pacticipant_id = pub.consumer_id"
        " WHERE p.name = :provider AND h.name = coalesce(:branch, c.main_branch)"
    )
    return _provider_pacts(provider, where, {"provider": provider, "branch": branch})


@blueprint.get(f"{_PROVIDER}/branch", defaults={"branch": None})
@blueprint.get(f"{_PROVIDER}/branch/<segment:branch>")
def get_all_branch_pacts(provider: str, branch: str | None) -> Response:
    """Answer with links to every pact of a branch, or of the consumers' main branches."""
    where = (
        "JOIN branch_versions bv ON bv.version_id = pub.consumer_version_id"
        " JOIN branches b ON b.id = bv.branch_id"
        " WHERE p.name = :provider AND b.name = coalesce(:branch, c.main_branch)"
    )
    return _provider_pacts(provider, where, {"provider": provider, "branch": branch})


def _tagged(provider: str, tag: str) -> tuple[str, dict[str, Any]]:
    where = (
        "JOIN tag_heads t ON t.version_id = pub.consumer_version_id AND t.pacticipant_id = pub.consumer_id"
        " WHERE p.name = :provider AND t.name = :tag"
    )
    return where, {"provider": provider, "tag": tag}


def _provider_pacts(provider: str, where: str, values: dict[str, Any]) -> Response:
    with store().read() as db:
        _known(db, provider)
        found = publications(db, where, values)
    return json_response(provider_pacts_document(found, provider, here(), addresses()))


def _known(db: Any, provider: str) -> None:
    if find_pacticipant(db, provider) is None:
        raise NotFoundProblem(f"No provider '{provider}' is known")
