"""What every resource needs of the request it answers: the store, the addresses, the body, the path."""

from __future__ import annotations

from typing import Any
from urllib.parse import unquote

from flask import current_app, request
from werkzeug.routing import BaseConverter

from contracts.broker.embedded.hal import Addresses, base_url
from contracts.broker.embedded.problems import Problem
from contracts.broker.embedded.store import Store
from contracts.model.strict_json import MAX_DEPTH, JsonRefusedError, read

STORE_KEY = "contracts.broker.store"
_MAX_DEPTH = MAX_DEPTH - 16
"""An answer may hold what was sent some levels deeper, and is read by a reader of `MAX_DEPTH`."""
_JSON_TYPES = ("application/json", "application/hal+json", "application/merge-patch+json")


class UnsupportedTypeProblem(Problem):
    """The body isn't of a type that the resource reads."""

    def __init__(self) -> None:
        super().__init__(415, "the body has to be JSON, said so in Content-Type")


class Segment(BaseConverter):
    """One segment of a path; a slash within a name arrives percent-encoded (see `app.EncodedSlashes`)."""

    def to_python(self, value: str) -> str:
        """Return the name that the segment stands for."""
        return str(unquote(value))


def store() -> Store:
    """Return the broker's file."""
    opened: Store = current_app.config[STORE_KEY]
    return opened


def addresses() -> Addresses:
    """Return the addresses of the resources as this client sees them."""
    return Addresses(base_url(request))


def here() -> str:
    """Return the address that was asked for, without the query."""
    asked: str = request.environ["REQUEST_URI"]
    return addresses().base + asked.split("?", maxsplit=1)[0]


def wants_page() -> bool:
    """Return whether a person's browser asks: `text/html` is named, and nothing that a program reads before it.

    What takes anything (`*/*`) is a program.
    """
    kinds = {kind.split(";")[0].strip().lower(): quality for kind, quality in request.accept_mimetypes}
    asked = kinds.get("text/html", 0)
    return asked > 0 and all(quality < asked for kind, quality in kinds.items() if kind.endswith(("/json", "+json")))


def json_body() -> Any:
    """Return the request's JSON; no body at all is an empty object.

    Raises:
        UnsupportedTypeProblem: the content type isn't JSON.
        Problem: the body can't be read as JSON.
    """
    if request.mimetype not in _JSON_TYPES:
        raise UnsupportedTypeProblem
    raw = request.get_data()
    return parse_json(raw) if raw else {}


def json_object() -> dict[str, Any]:
    """Return the request's JSON, which has to be an object.

    Raises:
        Problem: it isn't.
    """
    body = json_body()
    if not isinstance(body, dict):
        raise Problem(400, "the body has to be a JSON object", title="Invalid body")
    return body


def parse_json(raw: bytes) -> Any:
    """Read JSON that every parser reads alike.

    What couldn't be written again, or what other tools couldn't read, is refused here, where it arrives, and not where
    it is read.

    Raises:
        Problem: it isn't such JSON.
    """
    try:
        return read(raw, max_depth=_MAX_DEPTH)
    except JsonRefusedError as error:
        raise Problem(400, f"the body {error}", title="Invalid body") from None
