"""Canonical events as JSON Schema, draft 2020-12: what pydantic accepts as a message is valid under it."""

from __future__ import annotations

import inspect
from typing import Any

from contracts.model.domain import Domain
from contracts.model.examples import example_event
from contracts.model.schemas import Schema, rewritten

DIALECT = "https://json-schema.org/draft/2020-12/schema"


def event_schema(domain: Domain, event: str, base: str) -> dict[str, Any]:
    """Return the schema of one canonical event.

    Args:
        domain: catalogue and registry.
        event: its name.
        base: what the schema's `$id` starts with, an absolute URI.

    Raises:
        MisuseError: no example of the event can be made.
    """
    model = domain.catalogue[event]
    schema = without_titles(model.model_json_schema())
    head = {"$schema": DIALECT, "$id": f"{base}{event}", "title": event}
    described = {"description": inspect.cleandoc(model.__doc__)} if model.__doc__ else {}
    body = {key: value for key, value in schema.items() if key not in ("title", "description")}
    return {**head, **described, "examples": [example_event(model, source=source_of(domain, event))], **body}


def bundle(domain: Domain, base: str) -> dict[str, Any]:
    """Return one schema that holds every event's, as a compound document: an instance is exactly one of them."""
    schemas = {event: event_schema(domain, event, base) for event in domain.catalogue}
    return {
        "$schema": DIALECT,
        "$id": f"{base}events",
        "title": "Canonical events",
        "oneOf": [{"$ref": schema["$id"]} for schema in schemas.values()],
        "$defs": schemas,
    }


def source_of(domain: Domain, event: str) -> str:
    """Return the emitter that an event's example names; made up where no emitter is approved."""
    pairs = domain.registry.emitters_of(event)
    return pairs[0].emitter if pairs else "an-emitter"


def without_titles(schema: Schema) -> dict[str, Any]:
    """Return a schema without the titles that pydantic makes of class and field names."""
    return rewritten(schema, lambda part: {key: value for key, value in part.items() if key != "title"})
