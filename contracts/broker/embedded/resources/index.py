"""Where clients start, and whether the broker is there."""

from __future__ import annotations

from flask import Blueprint, Response

from contracts.broker.embedded.context import addresses, here
from contracts.broker.embedded.documents.index import index
from contracts.broker.embedded.hal import json_response, link

HEARTBEAT = "/diagnostic/status/heartbeat"
blueprint = Blueprint("index", __name__)


@blueprint.get("/")
def get_index() -> Response:
    """Answer with the links that clients follow."""
    return json_response(index(addresses().base))


@blueprint.get(HEARTBEAT)
def get_heartbeat() -> Response:
    """Answer that the broker runs."""
    return json_response({"ok": True, "_links": {"self": link(here())}})
