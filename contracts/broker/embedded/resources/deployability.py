"""The matrix: which versions work together, and whether one may be deployed."""

from __future__ import annotations

from flask import Blueprint, Response, request

from contracts.broker.embedded.context import addresses, store
from contracts.broker.embedded.documents.deployability import matrix_document
from contracts.broker.embedded.hal import json_response
from contracts.broker.embedded.matrix_query import can_i_deploy_query, matrix_query
from contracts.broker.embedded.matrix_rows import ask

blueprint = Blueprint("matrix", __name__)


@blueprint.get("/matrix")
def get_matrix() -> Response:
    """Answer a question to the matrix."""
    with store().read() as db:
        query = matrix_query(db, request.query_string.decode())
        return json_response(matrix_document(db, ask(db, query), addresses()))


@blueprint.get("/can-i-deploy")
def get_can_i_deploy() -> Response:
    """Answer whether one version may go to an environment, or join those with a tag."""
    with store().read() as db:
        query = can_i_deploy_query(db, request.query_string.decode())
        return json_response(matrix_document(db, ask(db, query), addresses()))
