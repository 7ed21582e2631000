"""Versions of a pacticipant, their branches and their tags."""

from __future__ import annotations

from typing import Any

from flask import Blueprint, Response, request

from contracts.broker.embedded.context import addresses, here, json_object, store
from contracts.broker.embedded.documents.versions import (
    branch_version_document,
    tag_document,
    version_document,
    versions_document,
)
from contracts.broker.embedded.hal import json_response
from contracts.broker.embedded.problems import NotFoundProblem, ValidationProblem
from contracts.broker.embedded.publication import name_error
from contracts.broker.embedded.records.deployments import deploy_by_tag
from contracts.broker.embedded.records.participants import (
    add_tag,
    add_to_branch,
    branches_of,
    branches_of_pacticipant,
    ensure_version,
    find_version,
    latest_version,
    tags_of,
    versions_of,
)
from contracts.broker.embedded.resources.participants import branch_document, known

blueprint = Blueprint("versions", __name__, url_prefix="/pacticipants/<segment:name>")
_PAGE_SIZE = 100


@blueprint.get("/versions", defaults={"branch": None})
@blueprint.get("/branches/<segment:branch>/versions")
def get_versions(name: str, branch: str | None) -> Response:
    """Answer with a page of a pacticipant's or a branch's versions, the latest first."""
    page, size = _number("pageNumber", 1), _number("pageSize", _PAGE_SIZE)
    at = addresses()
    with store().read() as db:
        known(db, name)
        found = versions_of(db, name, branch=branch)
        document = versions_document(db, found[(page - 1) * size : page * size], here(), at)
    pages = -(-len(found) // size)
    document["page"] = {"number": page, "size": size, "totalElements": len(found), "totalPages": pages}
    if page < pages:
        document["_links"]["next"] = {"href": f"{here()}?pageNumber={page + 1}&pageSize={size}"}
    return json_response(document)


def _number(name: str, default: int) -> int:
    text = request.args.get(name, str(default))
    if not text.isascii() or not text.isdecimal() or not int(text[:9]) > 0 or len(text) > 9:
        raise ValidationProblem({name: ["must be a number from 1 up"]})
    return int(text)


@blueprint.get("/versions/<segment:number>")
def get_version(name: str, number: str) -> Response:
    """Answer with a version."""
    with store().read() as db:
        version = find_version(db, name, number)
        if version is None:
            raise NotFoundProblem
        return json_response(version_document(db, version, addresses()))


@blueprint.route("/versions/<segment:number>", methods=["PUT", "PATCH"])
def put_version(name: str, number: str) -> Response:
    """Create a version, or add to what is known of it."""
    body = json_object()
    build_url = body.get("buildUrl")
    if build_url is not None and (text := name_error(body, "buildUrl")):
        raise ValidationProblem({"buildUrl": [text]})
    with store().write() as db:
        before = find_version(db, name, number)
        version = ensure_version(db, name, number, build_url=build_url)
        document = version_document(db, version, addresses())
    return json_response(document, 200 if before else 201)


@blueprint.get("/latest-version", defaults={"tag": None, "branch": None})
@blueprint.get("/latest-version/<segment:tag>", defaults={"branch": None})
@blueprint.get("/branches/<segment:branch>/latest-version", defaults={"tag": None})
def get_latest_version(name: str, tag: str | None, branch: str | None) -> Response:
    """Answer with the latest version: of all, with a tag, or of a branch."""
    with store().read() as db:
        version = latest_version(db, name, tag=tag, branch=branch)
        if version is None:
            raise NotFoundProblem
        return json_response(version_document(db, version, addresses()))


@blueprint.get("/branches/<segment:branch>")
def get_branch(name: str, branch: str) -> Response:
    """Answer with a branch."""
    with store().read() as db:
        if branch not in branches_of_pacticipant(db, known(db, name).id):
            raise NotFoundProblem
    return json_response(branch_document(name, branch))


@blueprint.route("/branches/<segment:branch>/versions/<segment:number>", methods=["GET", "PUT"])
def branch_version(name: str, branch: str, number: str) -> Response:
    """Answer with a version on a branch; PUT puts it there first."""
    if request.method == "GET":
        with store().read() as db:
            return json_response(_branch_version(db, name, branch, number))
    json_object()
    with store().write() as db:
        added = add_to_branch(db, ensure_version(db, name, number), branch)
        document = _branch_version(db, name, branch, number)
    location = document["_links"]["self"]["href"] if added else None
    return json_response(document, 201 if added else 200, location=location)


def _branch_version(db: Any, name: str, branch: str, number: str) -> dict[str, Any]:
    version = find_version(db, name, number)
    members = branches_of(db, version.id) if version else []
    for member in members:
        if member.branch == branch:
            return branch_version_document(member, addresses())
    raise NotFoundProblem


@blueprint.route("/versions/<segment:number>/tags/<segment:tag>", methods=["GET", "PUT"])
def version_tag(name: str, number: str, tag: str) -> Response:
    """Answer with a version's tag; PUT gives it the tag first."""
    if request.method == "GET":
        with store().read() as db:
            return json_response(_tag(db, name, number, tag))
    with store().write() as db:
        version = ensure_version(db, name, number)
        added = add_tag(db, version, tag)
        deploy_by_tag(db, version, tag)
        document = _tag(db, name, number, tag)
    return json_response(document, 201 if added else 200)


def _tag(db: Any, name: str, number: str, tag: str) -> dict[str, Any]:
    version = find_version(db, name, number)
    for given, _, created_at in tags_of(db, version.id) if version else []:
        if given == tag:
            return tag_document(name, number, tag, created_at, addresses())
    raise NotFoundProblem
