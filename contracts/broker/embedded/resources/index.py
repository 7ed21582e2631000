"""Where clients start, and whether the broker is there."""

from __future__ import annotations

from flask import Blueprint, Response

from contracts.broker.embedded.context import addresses, here, store, wants_page
from contracts.broker.embedded.documents.index import index
from contracts.broker.embedded.hal import json_response, link
from contracts.broker.embedded.pages.reading import overview
from contracts.broker.embedded.pages.rendering import page_response

HEARTBEAT = "/diagnostic/status/heartbeat"
blueprint = Blueprint("index", __name__)


@blueprint.get("/")
def get_index() -> Response:
    """Answer with the links that clients follow, or, to a browser, with the first page."""
    if wants_page():
        with store().read() as db:
            page = overview(db)
        return page_response(page, addresses())
    return json_response(index(addresses().base))


@blueprint.get(HEARTBEAT)
def get_heartbeat() -> Response:
    """Answer that the broker runs."""
    return json_response({"ok": True, "_links": {"self": link(here())}})
