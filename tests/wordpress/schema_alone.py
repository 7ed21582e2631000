"""What a schema alone finds: each message against the exported AsyncAPI's schemas, and nothing else.

That is the way of tools that test an emitter by an AsyncAPI document: a message came, its content type is the
document's, and its payload is valid for an operation by which this emitter sends.
"""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import jsonschema_rs

from contracts.documents.exports.asyncapi import asyncapi_document
from contracts.model.emission import Emission
from contracts.project.domain import load_domain
from contracts.project.settings import Settings
from tests.wordpress.plain_pact import EMITTER
from tests.wordpress.programs import ROOT, Command, trigger
from tests.wordpress.verdicts import captured


def passes(plugin: Path, database: Path) -> bool:
    """Does a schema alone accept what a plugin sends: a fact, the same one again, and another one?"""
    emissions: list[Emission] = []
    for request in (trigger("client-1"), trigger("client-1", attempt=2), trigger("client-2", "webinar-2")):
        done = Command(database, plugin=plugin).run(request)
        if done.returncode:
            return False
        emissions += captured(done.stdout)
    return bool(emissions) and all(map(_is_valid, emissions))


def _is_valid(emission: Emission) -> bool:
    document = asyncapi_document(load_domain(Settings(root=ROOT)))
    if emission.headers.get("content-type", "").partition(";")[0] != document["defaultContentType"]:
        return False
    try:
        payload = json.loads(emission.body)
    except ValueError:
        return False
    return any(_validator(document, event).is_valid(payload) for event in _sent(document))


def _sent(document: dict[str, Any]) -> list[str]:
    """The events that the document has this emitter send."""
    return [name.partition(".")[2] for name in document["operations"] if name.startswith(f"{EMITTER}.")]


def _validator(document: dict[str, Any], event: str) -> Any:
    schema = {"$ref": f"#/components/schemas/{event}", "components": document["components"]}
    return jsonschema_rs.Draft7Validator(schema, validate_formats=True)
