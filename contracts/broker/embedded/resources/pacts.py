"""Reading pacts: by version, by content, the latest ones."""

from __future__ import annotations

from typing import Any

from flask import Blueprint, Response

from contracts.broker.embedded.context import addresses, here, store
from contracts.broker.embedded.documents.pacts import (
    pact_document,
    provider_pacts_document,
    provider_states,
    short_pact,
)
from contracts.broker.embedded.hal import json_response, link
from contracts.broker.embedded.metadata import read_metadata
from contracts.broker.embedded.problems import NotFoundProblem
from contracts.broker.embedded.records.pacts import (
    content_of,
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
        found = find_by_digest(db, consumer, provider, digest, number=read_metadata(metadata).number)
        if found is None:
            raise NotFoundProblem
        return json_response(pact_document(db, found, addresses(), metadata=metadata))


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
    return _provider_pacts(provider, _EVERY, {"provider": provider})


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


# `/consumer/…/branch/latest` is the branch called "latest" to a real broker, and the heads to the official command.
@blueprint.get(f"{_PROVIDER}/branch/latest", defaults={"branch": None, "consumer": None})
@blueprint.get(f"{_PROVIDER}/branch/<segment:branch>/latest", defaults={"consumer": None})
@blueprint.get(f"{_PAIR}/branch/latest", defaults={"branch": None})
@blueprint.get(f"{_PAIR}/branch/<segment:branch>/latest")
def get_branch_pacts(provider: str, branch: str | None, consumer: str | None) -> Response:
    """Answer with links to the pacts at the head of a branch, or of the consumers' main branches."""
    values = {"provider": provider, "branch": branch, "consumer": consumer}
    return _provider_pacts(provider, _chosen_by_branch("b.head_id"), values)


@blueprint.get(f"{_PROVIDER}/branch", defaults={"branch": None, "consumer": None})
@blueprint.get(f"{_PROVIDER}/branch/<segment:branch>", defaults={"consumer": None})
@blueprint.get(f"{_PAIR}/branch", defaults={"branch": None})
@blueprint.get(f"{_PAIR}/branch/<segment:branch>")
def get_all_branch_pacts(provider: str, branch: str | None, consumer: str | None) -> Response:
    """Answer with links to every pact of a branch, or of the consumers' main branches."""
    members = _chosen_by_branch("bv.version_id", " JOIN branch_versions bv ON bv.branch_id = b.id")
    return _provider_pacts(provider, members, {"provider": provider, "branch": branch, "consumer": consumer})


@blueprint.get(f"{_PROVIDER}/provider-states", defaults={"branch": None, "environment": None})
@blueprint.get(f"{_PROVIDER}/provider-states/branch/<segment:branch>", defaults={"environment": None})
@blueprint.get(f"{_PROVIDER}/provider-states/environment/<segment:environment>", defaults={"branch": None})
def get_provider_states(provider: str, branch: str | None, environment: str | None) -> Response:
    """Answer with the provider states that the pacts of a branch, of the main branches or of a place ask for."""
    with store().read() as db:
        _known(db, provider)
        if environment is not None:
            found = publications(db, _LIVE, {"provider": provider, "place": environment})
        else:
            values = {"provider": provider, "branch": branch, "consumer": None}
            found = publications(db, _chosen_by_branch("b.head_id"), values)
        pacts = [(pact.consumer, content_of(db, pact.pact_version_id)) for pact in found]
    return json_response({"providerStates": provider_states(pacts)})


_ITS = "x.provider_id = (SELECT id FROM pacticipants WHERE name = :provider)"
_EVERY = f"SELECT x.id FROM publications x WHERE {_ITS}"  # noqa: S608 - constants
_TAGGED = (
    "SELECT x.id FROM tag_heads t JOIN publications x ON x.consumer_version_id = t.version_id"  # noqa: S608 - constants
    f" WHERE {_ITS} AND t.name = :tag"
)
_LIVE = (
    "SELECT x.id FROM live_versions l JOIN environments e ON e.id = l.environment_id"  # noqa: S608 - constants
    f" JOIN publications x ON x.consumer_version_id = l.version_id WHERE {_ITS}"
    # The official command sends its name where its uuid stands in other addresses.
    " AND :place IN (e.name, e.uuid)"
)


def _chosen_by_branch(version: str, join: str = "") -> str:
    return (
        f"SELECT x.id FROM branches b JOIN pacticipants c ON c.id = b.pacticipant_id{join}"  # noqa: S608 - constants
        f" JOIN publications x ON x.consumer_version_id = {version}"
        f" WHERE {_ITS} AND b.name = coalesce(:branch, c.main_branch)"
        " AND (:consumer IS NULL OR c.name = :consumer)"
    )


def _tagged(provider: str, tag: str) -> tuple[str, dict[str, Any]]:
    return _TAGGED, {"provider": provider, "tag": tag}


def _provider_pacts(provider: str, chosen: str, values: dict[str, Any]) -> Response:
    with store().read() as db:
        _known(db, provider)
        found = publications(db, chosen, values)
    return json_response(provider_pacts_document(found, provider, here(), addresses()))


def _known(db: Any, provider: str) -> None:
    if find_pacticipant(db, provider) is None:
        raise NotFoundProblem(f"No provider '{provider}' is known")
