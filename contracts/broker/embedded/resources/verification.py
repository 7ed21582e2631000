"""What a provider has to verify, and the results it posts."""

from __future__ import annotations

import re
from typing import Any
from urllib.parse import parse_qsl

from flask import Blueprint, Response, request

from contracts.broker.embedded.consumer_selectors import verification_query
from contracts.broker.embedded.context import addresses, here, json_body, json_object, store
from contracts.broker.embedded.documents.pacts import (
    for_verification_document,
    result_address,
    result_document,
)
from contracts.broker.embedded.hal import json_response
from contracts.broker.embedded.metadata import read_metadata
from contracts.broker.embedded.problems import NotFoundProblem, ValidationProblem
from contracts.broker.embedded.publication import name_error
from contracts.broker.embedded.records.deployments import environments
from contracts.broker.embedded.records.pacts import find_by_digest
from contracts.broker.embedded.records.participants import find_pacticipant
from contracts.broker.embedded.records.results import add_result, find_result, latest_result
from contracts.broker.embedded.selection import select
from contracts.broker.embedded.webhooks.events import result_was_posted

blueprint = Blueprint("verification", __name__)
_PAIR = "/pacts/provider/<segment:provider>/consumer/<segment:consumer>"
_CONTENT = f"{_PAIR}/pact-version/<segment:digest>"
_WITH_METADATA = f"{_CONTENT}/metadata/<segment:metadata>"


@blueprint.route("/pacts/provider/<segment:provider>/for-verification", methods=["GET", "POST"])
def for_verification(provider: str) -> Response:
    """Answer with the pacts that a provider has to verify."""
    body = json_body() if request.method == "POST" else _from_query(request.query_string.decode())
    with store().read() as db:
        known = find_pacticipant(db, provider)
        if known is None:
            raise NotFoundProblem(f"No provider '{provider}' is known")
        query = verification_query(body, frozenset(one.name for one in environments(db)))
        found = select(db, known, query)
    return json_response(for_verification_document(found, provider, here(), addresses()))


def _from_query(query_string: str) -> dict[str, Any]:
    body: dict[str, Any] = {}
    selectors: list[dict[str, Any]] = []
    for key, value in parse_qsl(query_string):
        if key in {"provider_version_branch", "include_wip_pacts_since"}:
            body[_camel(key)] = value
        elif key == "include_pending_status":
            body[_camel(key)] = value == "true"
        elif key == "provider_version_tags[]":
            body.setdefault("providerVersionTags", []).append(value)
        elif match := re.fullmatch(r"consumer_version_selectors\[\]\[(\w+)\]", key):
            name = _camel(match[1])
            if not selectors or name in selectors[-1]:
                selectors.append({})
            selectors[-1][name] = {"true": True, "false": False}.get(value, value)
    return {**body, "consumerVersionSelectors": selectors}


def _camel(name: str) -> str:
    first, *rest = name.split("_")
    return first + "".join(word.capitalize() for word in rest)


@blueprint.post(f"{_CONTENT}/verification-results", defaults={"metadata": None})
@blueprint.post(f"{_WITH_METADATA}/verification-results")
def post_result(provider: str, consumer: str, digest: str, metadata: str | None) -> Response:
    """Store a verification result as it is: the broker doesn't doubt it."""
    body = json_object()
    _check_result(body)
    verified_by = body.get("verifiedBy")
    selected = read_metadata(metadata)
    at = addresses()
    with store().write() as db:
        found = find_by_digest(db, consumer, provider, digest, number=selected.number)
        if found is None:
            raise NotFoundProblem
        result = add_result(
            db,
            found,
            provider_version=body["providerApplicationVersion"],
            success=body["success"],
            wip=selected.wip,
            build_url=body.get("buildUrl"),
            test_results=body.get("testResults"),
            verified_by=verified_by if isinstance(verified_by, dict) else {},
        )
        result_was_posted(db, found, result, result_address(result, at), at)
    return json_response(result_document(result, at), 201, location=result_address(result, at))


def _check_result(body: dict[str, Any]) -> None:
    errors: dict[str, list[str]] = {}
    if "success" not in body:
        errors["success"] = ["is missing"]
    elif not isinstance(body["success"], bool):
        errors["success"] = ["must be true or false"]
    if text := name_error(body, "providerApplicationVersion"):
        errors["providerApplicationVersion"] = [text]
    url = body.get("buildUrl")
    if url not in (None, "") and (not isinstance(url, str) or not re.fullmatch(r"https?://[^\s/]\S*", url)):
        errors["buildUrl"] = ["must be an http or https URL"]
    if errors:
        raise ValidationProblem(errors)


@blueprint.get(f"{_CONTENT}/verification-results/<int(max=9223372036854775807):number>", defaults={"metadata": None})
@blueprint.get(f"{_WITH_METADATA}/verification-results/<int(max=9223372036854775807):number>")
def get_result(provider: str, consumer: str, digest: str, metadata: str | None, number: int) -> Response:  # noqa: ARG001 - part of the address
    """Answer with a result, as it was posted."""
    with store().read() as db:
        result = find_result(db, consumer, provider, digest, number)
    if result is None:
        raise NotFoundProblem
    return json_response(result_document(result, addresses()))


@blueprint.get(f"{_CONTENT}/verification-results/latest")
def get_latest_result(provider: str, consumer: str, digest: str) -> Response:
    """Answer with the last result for a pact's content."""
    with store().read() as db:
        found = find_by_digest(db, consumer, provider, digest)
        result = latest_result(db, found.pact_version_id) if found else None
    if result is None:
        raise NotFoundProblem
    return json_response(result_document(result, addresses()))
