"""Environments, and what runs in them now."""

from __future__ import annotations

import sqlite3
from typing import Any

from flask import Blueprint, Response, request

from contracts.broker.embedded.context import addresses, here, json_object, store
from contracts.broker.embedded.documents.environments import (
    environment_document,
    environments_document,
    placements_document,
)
from contracts.broker.embedded.hal import json_response
from contracts.broker.embedded.problems import NotFoundProblem, ValidationProblem
from contracts.broker.embedded.publication import name_error
from contracts.broker.embedded.records.deployments import (
    EnvironmentRecord,
    Kind,
    current_placements,
    environments,
    find_environment,
    remove_environment,
    save_environment,
)

blueprint = Blueprint("environments", __name__, url_prefix="/environments")


@blueprint.get("")
def get_environments() -> Response:
    """Answer with every environment."""
    with store().read() as db:
        found = environments(db)
    return json_response(environments_document(found, addresses()))


@blueprint.post("")
def post_environment() -> Response:
    """Create an environment."""
    body = json_object()
    with store().write() as db:
        saved = _saved(db, None, body)
    document = environment_document(saved, addresses())
    return json_response(document, 201, location=document["_links"]["self"]["href"])


@blueprint.get("/<segment:uuid>")
def get_environment(uuid: str) -> Response:
    """Answer with an environment."""
    with store().read() as db:
        found = known(db, uuid)
    return json_response(environment_document(found, addresses()))


@blueprint.put("/<segment:uuid>")
def put_environment(uuid: str) -> Response:
    """Change what is known of an environment."""
    body = json_object()
    with store().write() as db:
        saved = _saved(db, known(db, uuid).uuid, body)
    return json_response(environment_document(saved, addresses()))


@blueprint.delete("/<segment:uuid>")
def delete_environment(uuid: str) -> Response:
    """Delete an environment, with what was recorded as deployed and released there."""
    with store().write() as db:
        remove_environment(db, known(db, uuid))
    return Response("", 204)


def _saved(db: sqlite3.Connection, identity: str | None, body: dict[str, Any]) -> EnvironmentRecord:
    errors: dict[str, list[str]] = {}
    if text := name_error(body, "name"):
        errors["name"] = [text]
    elif " " in body["name"]:
        errors["name"] = ["can't contain spaces"]
    else:
        taken = find_environment(db, name=body["name"])
        if taken is not None and taken.uuid != identity:
            errors["name"] = [f"'{body['name']}' is taken by another environment"]
    if "production" not in body:
        errors["production"] = ["is missing"]
    elif not isinstance(body["production"], bool):
        errors["production"] = ["must be true or false"]
    if body.get("displayName") is not None and (text := name_error(body, "displayName")):
        errors["displayName"] = [text]
    if text := _contacts_error(body.get("contacts")):
        errors["contacts"] = [text]
    if errors:
        raise ValidationProblem(errors)
    return save_environment(
        db,
        identity=identity,
        name=body["name"],
        display_name=body.get("displayName") or body["name"].capitalize(),
        production=body["production"],
        contacts=body.get("contacts"),
    )


def _contacts_error(contacts: Any) -> str | None:
    if contacts is None:
        return None
    if not isinstance(contacts, list) or not all(isinstance(contact, dict) for contact in contacts):
        return "must be a list of objects"
    for index, contact in enumerate(contacts):
        if text := name_error(contact, "name"):
            return f"name {text} (at index {index})"
        if not isinstance(contact.get("details", {}), dict):
            return f"details must be an object (at index {index})"
    return None


@blueprint.get("/<segment:uuid>/deployed-versions/currently-deployed", defaults={"kind": "deployed"})
@blueprint.get("/<segment:uuid>/released-versions/currently-supported", defaults={"kind": "released"})
def get_current(uuid: str, kind: Kind) -> Response:
    """Answer with what is deployed, or supported, in an environment now."""
    with store().read() as db:
        environment = known(db, uuid)
        found = current_placements(
            db,
            kind,
            environment,
            pacticipant=request.args.get("pacticipant"),
            number=request.args.get("version"),
        )
    for parameter in ("applicationInstance", "target"):
        if parameter in request.args:
            # Blank means: those without an instance.
            found = [one for one in found if one.instance == (request.args[parameter].strip() or None)]
            break
    return json_response(placements_document(found, kind, environment, here(), addresses()))


def known(db: sqlite3.Connection, uuid: str) -> EnvironmentRecord:
    """Return an environment.

    Raises:
        NotFoundProblem: there is none with this uuid.
    """
    found = find_environment(db, uuid=uuid)
    if found is None:
        raise NotFoundProblem(f"No environment with the uuid '{uuid}' is known")
    return found
