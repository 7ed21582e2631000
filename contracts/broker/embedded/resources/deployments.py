"""Recording where versions run: deployments, releases, and their end."""

from __future__ import annotations

import sqlite3
from typing import Any

from flask import Blueprint, Response

from contracts.broker.embedded.context import addresses, json_object, store
from contracts.broker.embedded.documents.environments import placement_document
from contracts.broker.embedded.hal import json_response
from contracts.broker.embedded.problems import NotFoundProblem, ValidationProblem
from contracts.broker.embedded.publication import name_error
from contracts.broker.embedded.records.deployments import (
    EnvironmentRecord,
    Kind,
    PlacementRecord,
    deploy,
    end_placement,
    find_environment,
    find_placement,
    release,
)
from contracts.broker.embedded.records.participants import Version, find_version

blueprint = Blueprint("deployments", __name__)
_VERSION = "/pacticipants/<segment:name>/versions/<segment:number>"
_STILL = {"deployed": "currentlyDeployed", "released": "currentlySupported"}


@blueprint.post(f"{_VERSION}/deployed-versions/environment/<segment:uuid>")
def post_deployment(name: str, number: str, uuid: str) -> Response:
    """Record that a version is deployed; what ran there on the same instance no longer is."""
    body = json_object()
    field = "applicationInstance" if "applicationInstance" in body else "target"
    if body.get(field) is not None and (text := name_error(body, field)):
        raise ValidationProblem({field: [text]})
    with store().write() as db:
        version, environment = _known(db, name, number, uuid)
        placement = deploy(db, version, environment, body.get(field))
    return _created(placement, environment, 201)


@blueprint.post(f"{_VERSION}/released-versions/environment/<segment:uuid>")
def post_release(name: str, number: str, uuid: str) -> Response:
    """Record that a version is released and supported, beside those released before."""
    json_object()
    with store().write() as db:
        version, environment = _known(db, name, number, uuid)
        placement, added = release(db, version, environment)
    return _created(placement, environment, 201 if added else 200)


def _created(placement: PlacementRecord, environment: EnvironmentRecord, status: int) -> Response:
    document = placement_document(placement, environment, addresses())
    return json_response(document, status, location=document["_links"]["self"]["href"])


@blueprint.get("/deployed-versions/<segment:uuid>", defaults={"kind": "deployed"})
@blueprint.get("/released-versions/<segment:uuid>", defaults={"kind": "released"})
def get_placement(uuid: str, kind: Kind) -> Response:
    """Answer with a deployed or released version."""
    with store().read() as db:
        return json_response(_document(db, kind, uuid))


@blueprint.patch("/deployed-versions/<segment:uuid>", defaults={"kind": "deployed"})
@blueprint.patch("/released-versions/<segment:uuid>", defaults={"kind": "released"})
def patch_placement(uuid: str, kind: Kind) -> Response:
    """Record that a version is no longer deployed, or no longer supported."""
    body = json_object()
    field = _STILL[kind]
    if body.get(field) is not None and not isinstance(body[field], bool):
        raise ValidationProblem({field: ["must be true or false"]})
    with store().write() as db:
        _document(db, kind, uuid)
        if body.get(field) is True:
            raise ValidationProblem(
                {field: [f"can't be set to true: record it anew (it is {kind} by POST)"]}, status=422
            )
        if body.get(field) is False:
            end_placement(db, kind, uuid)
        document = _document(db, kind, uuid)
    return json_response(document)


def _document(db: sqlite3.Connection, kind: Kind, uuid: str) -> dict[str, Any]:
    placement = find_placement(db, kind, uuid)
    environment = find_environment(db, id=placement.environment_id) if placement else None
    if placement is None or environment is None:
        raise NotFoundProblem
    return placement_document(placement, environment, addresses())


def _known(db: sqlite3.Connection, name: str, number: str, uuid: str) -> tuple[Version, EnvironmentRecord]:
    version = find_version(db, name, number)
    environment = find_environment(db, uuid=uuid)
    if version is None or environment is None:
        raise NotFoundProblem
    return version, environment
