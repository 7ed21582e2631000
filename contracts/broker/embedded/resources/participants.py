"""Pacticipants: who takes part, and what is known of them."""

from __future__ import annotations

import sqlite3
from typing import Any

from flask import Blueprint, Response, request

from contracts.broker.embedded.context import addresses, here, json_object, store
from contracts.broker.embedded.documents.versions import pacticipant_document
from contracts.broker.embedded.hal import json_response, link
from contracts.broker.embedded.problems import NotFoundProblem, ValidationProblem
from contracts.broker.embedded.publication import name_error
from contracts.broker.embedded.records.participants import (
    Pacticipant,
    all_pacticipants,
    branches_of_pacticipant,
    ensure_pacticipant,
    find_pacticipant,
    update_pacticipant,
)

blueprint = Blueprint("participants", __name__, url_prefix="/pacticipants")
_FIELDS = {"mainBranch": "main_branch", "displayName": "display_name", "repositoryUrl": "repository_url"}


@blueprint.get("")
def get_pacticipants() -> Response:
    """Answer with every pacticipant."""
    at = addresses()
    with store().read() as db:
        members = [pacticipant_document(db, one, at) for one in all_pacticipants(db)]
    links = [link(member["_links"]["self"]["href"], "Pacticipant", member["name"]) for member in members]
    document = {
        "_embedded": {"pacticipants": members},
        "_links": {"self": link(here()), "pb:pacticipants": links, "pacticipants": links},
        "pacticipants": members,
    }
    return json_response(document)


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
    """Answer with a pacticipant."""
    with store().read() as db:
        return json_response(pacticipant_document(db, known(db, name), addresses()))


@blueprint.route("/<segment:name>", methods=["PUT", "PATCH"])
def change_pacticipant(name: str) -> Response:
    """Store what is known of a pacticipant; PATCH keeps what it doesn't name, and creates it if it is new."""
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
    if errors:
        raise ValidationProblem(errors)
    keep = request.method == "PATCH"
    values = {column: body.get(field, getattr(before, column) if keep else None) for field, column in _FIELDS.items()}
    update_pacticipant(db, before.name, **values)
    return pacticipant_document(db, known(db, before.name), addresses())


@blueprint.get("/<segment:name>/branches")
def get_branches(name: str) -> Response:
    """Answer with a pacticipant's branches, the newest first."""
    at = addresses()
    with store().read() as db:
        branches = branches_of_pacticipant(db, known(db, name).id)
    members = [branch_document(name, branch) for branch in branches]
    links = [link(at.branch(name, branch), "Branch", branch) for branch in branches]
    return json_response(
        {
            "_embedded": {"branches": members},
            "_links": {"self": link(here(), "Branches"), "pb:branches": links},
        }
    )


def branch_document(name: str, branch: str) -> dict[str, Any]:
    """Return a branch with the links to its versions."""
    address = addresses().branch(name, branch)
    return {
        "name": branch,
        "_links": {
            "self": link(address, "Branch", branch),
            "pb:latest-version": link(f"{address}/latest-version", "Its latest version"),
            "pb:versions": link(f"{address}/versions", "Its versions"),
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
