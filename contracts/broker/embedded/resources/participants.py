"""Pacticipants: who takes part, and what is known of them."""

from __future__ import annotations

import sqlite3
from typing import Any

from flask import Blueprint, Response, request

from contracts.broker.embedded.context import addresses, here, json_object, store, wants_page
from contracts.broker.embedded.documents.versions import pacticipant_document
from contracts.broker.embedded.hal import json_response, link
from contracts.broker.embedded.pages.reading import pacticipant_page
from contracts.broker.embedded.pages.rendering import page_response
from contracts.broker.embedded.paging import asked_page, paged
from contracts.broker.embedded.problems import NotFoundProblem, ValidationProblem
from contracts.broker.embedded.publication import name_error, refuse_odd_names
from contracts.broker.embedded.records.participants import (
    Pacticipant,
    all_pacticipants,
    ensure_pacticipant,
    find_pacticipant,
    update_pacticipant,
)

blueprint = Blueprint("participants", __name__, url_prefix="/pacticipants")
_FIELDS = {
    "mainBranch": "main_branch",
    "displayName": "display_name",
    "repositoryUrl": "repository_url",
    "repositoryName": "repository_name",
    "repositoryNamespace": "repository_namespace",
}


@blueprint.get("")
def get_pacticipants() -> Response:
    """Answer with every pacticipant."""
    at = addresses()
    with store().read() as db:
        found = all_pacticipants(db, like=request.args.get("q", ""))
        page = asked_page(len(found))
        members = [pacticipant_document(db, one, at) for one in found[page.start : page.end]]
    links = [link(member["_links"]["self"]["href"], "Pacticipant", member["name"]) for member in members]
    document = {
        "_embedded": {"pacticipants": members},
        "_links": {"self": link(here()), "pb:pacticipants": links, "pacticipants": links},
        "pacticipants": members,
    }
    return json_response(paged(document, page))


@blueprint.post("")
def post_pacticipant() -> Response:
    """Create a pacticipant."""
    body = json_object()
    if text := name_error(body, "name"):
        raise ValidationProblem({"name": [text]})
    with store().write() as db:
        if find_pacticipant(db, body["name"]) is not None:
            raise ValidationProblem({"name": ["is taken"]}, status=409)
        document = _saved(db, ensure_pacticipant(db, body["name"]), body)
    return json_response(document, 201, location=document["_links"]["self"]["href"])


@blueprint.get("/<segment:name>")
def get_pacticipant(name: str) -> Response:
    """Answer with a pacticipant, as a page to a browser."""
    if wants_page():
        with store().read() as db:
            page = pacticipant_page(db, known(db, name))
        return page_response(page, addresses())
    with store().read() as db:
        return json_response(pacticipant_document(db, known(db, name), addresses()))


@blueprint.route("/<segment:name>", methods=["PUT", "PATCH"])
def change_pacticipant(name: str) -> Response:
    """Store what is known of a pacticipant; PATCH keeps what it doesn't name, and creates it if it is new."""
    refuse_odd_names(name=name)
    body = json_object()
    with store().write() as db:
        before = find_pacticipant(db, name)
        if before is None and request.method == "PUT":
            raise _unknown(name)
        document = _saved(db, before or ensure_pacticipant(db, name), body)
    return json_response(document, 200 if before else 201)


def _saved(db: sqlite3.Connection, before: Pacticipant, body: dict[str, Any]) -> dict[str, Any]:
    errors = {
        field: ["must be a name or null"]
        for field in _FIELDS
        if body.get(field) is not None and name_error(body, field)
    }
    if "mainBranch" not in errors and " " in (body.get("mainBranch") or ""):
        errors["mainBranch"] = ["can't contain spaces"]
    if body.get("name") not in (None, before.name):
        errors["name"] = [f"a pacticipant can't be renamed; this one is '{before.name}'"]
    if errors:
        raise ValidationProblem(errors)
    keep = request.method == "PATCH"
    values = {column: body.get(field, getattr(before, column) if keep else None) for field, column in _FIELDS.items()}
    update_pacticipant(db, before.name, **values)
    return pacticipant_document(db, known(db, before.name), addresses())


def branch_document(name: str, branch: str) -> dict[str, Any]:
    """Return a branch."""
    address = addresses().branch(name, branch)
    return {
        "name": branch,
        "_links": {
            "self": link(address, "Branch", branch),
            "pb:pacticipant": link(addresses().pacticipant(name), "Pacticipant", name),
        },
    }


def known(db: sqlite3.Connection, name: str) -> Pacticipant:
    """Return a pacticipant.

    Raises:
        NotFoundProblem: there is none of this name.
    """
    found = find_pacticipant(db, name)
    if found is None:
        raise _unknown(name)
    return found


def _unknown(name: str) -> NotFoundProblem:
    return NotFoundProblem(f"No pacticipant '{name}' is known")
