"""Versions of a pacticipant, their branches and their tags."""

from __future__ import annotations

from typing import Any

from flask import Blueprint, Response, request

from contracts.broker.embedded.context import addresses, here, json_object, store, wants_page
from contracts.broker.embedded.documents.versions import (
    branch_version_document,
    tag_document,
    version_document,
    versions_document,
)
from contracts.broker.embedded.hal import json_response
from contracts.broker.embedded.pages.reading import version_page
from contracts.broker.embedded.pages.rendering import page_response
from contracts.broker.embedded.paging import asked_page, paged
from contracts.broker.embedded.problems import NotFoundProblem, ValidationProblem
from contracts.broker.embedded.publication import name_error, refuse_odd_names
from contracts.broker.embedded.records.deployments import deploy_by_tag
from contracts.broker.embedded.records.participants import (
    add_tag,
    add_to_branch,
    branches_of,
    branches_of_pacticipant,
    count_versions,
    ensure_version,
    find_version,
    latest_version,
    remove_branch,
    remove_tag,
    tags_of,
    versions_of,
)
from contracts.broker.embedded.resources.participants import branch_document, known

blueprint = Blueprint("versions", __name__, url_prefix="/pacticipants/<segment:name>")


@blueprint.get("/versions")
def get_versions(name: str) -> Response:
    """Answer with a page of a pacticipant's versions, the latest first."""
    at = addresses()
    with store().read() as db:
        owner = known(db, name)
        page = asked_page(count_versions(db, owner.id))
        found = versions_of(db, owner.id, start=page.start, end=page.end)
        document = versions_document(db, found, here(), at)
    return json_response(paged(document, page, always=True))


@blueprint.get("/versions/<segment:number>")
def get_version(name: str, number: str) -> Response:
    """Answer with a version, as a page to a browser."""
    with store().read() as db:
        version = find_version(db, name, number)
        if version is None:
            raise NotFoundProblem
        if wants_page():
            return page_response(version_page(db, version), addresses())
        return json_response(version_document(db, version, addresses()))


@blueprint.route("/versions/<segment:number>", methods=["PUT", "PATCH"])
def put_version(name: str, number: str) -> Response:
    """Create a version, or add to what is known of it."""
    refuse_odd_names(number=number, name=name)
    body = json_object()
    build_url = body.get("buildUrl")
    errors: dict[str, list[str]] = {}
    if build_url is not None and (text := name_error(body, "buildUrl")):
        errors["buildUrl"] = [text]
    embedded = body.get("_embedded")
    if "tags" in body or (isinstance(embedded, dict) and embedded.get("tags")):
        errors["tags"] = ["are given one by one: PUT …/tags/NAME"]
    if errors:
        raise ValidationProblem(errors)
    with store().write() as db:
        before = find_version(db, name, number)
        version = ensure_version(db, name, number, build_url=build_url)
        document = version_document(db, version, addresses())
    return json_response(document, 200 if before else 201)


@blueprint.get("/latest-version", defaults={"tag": None})
@blueprint.get("/latest-version/<segment:tag>")
def get_latest_version(name: str, tag: str | None) -> Response:
    """Answer with the latest version: of all, or with a tag."""
    with store().read() as db:
        version = latest_version(db, name, tag=tag)
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


@blueprint.delete("/branches/<segment:branch>")
def delete_branch(name: str, branch: str) -> Response:
    """Delete a branch; its versions, their pacts and results stay, and are no longer found by it."""
    with store().write() as db:
        if not remove_branch(db, known(db, name).id, branch):
            raise NotFoundProblem(f"No branch '{branch}' of {name} is known")
    return Response("", 204)


@blueprint.route("/branches/<segment:branch>/versions/<segment:number>", methods=["GET", "PUT"])
def branch_version(name: str, branch: str, number: str) -> Response:
    """Answer with a version on a branch; PUT puts it there first."""
    if request.method == "GET":
        with store().read() as db:
            return json_response(_branch_version(db, name, branch, number))
    refuse_odd_names(branch=branch, number=number, name=name)
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
    refuse_odd_names(tag=tag, number=number, name=name)
    with store().write() as db:
        version = ensure_version(db, name, number)
        added = add_tag(db, version, tag)
        deploy_by_tag(db, version, tag)
        document = _tag(db, name, number, tag)
    return json_response(document, 201 if added else 200)


@blueprint.delete("/versions/<segment:number>/tags/<segment:tag>")
def delete_tag(name: str, number: str, tag: str) -> Response:
    """Take a tag from a version."""
    with store().write() as db:
        version = find_version(db, name, number)
        if version is None or not remove_tag(db, version.id, tag):
            raise NotFoundProblem(f"{name} {number} has no tag '{tag}'")
    return Response("", 204)


def _tag(db: Any, name: str, number: str, tag: str) -> dict[str, Any]:
    version = find_version(db, name, number)
    for given, _, created_at in tags_of(db, version.id) if version else []:
        if given == tag:
            return tag_document(name, number, tag, created_at, addresses())
    raise NotFoundProblem
