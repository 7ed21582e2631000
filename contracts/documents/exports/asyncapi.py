"""The registry as an AsyncAPI 3.0.0 document: who sends and who receives which event, and how far each pair is.

Payloads are AsyncAPI schema objects, which are JSON Schema draft 7 (AsyncAPI 3.0.0, "Schema Object"): nothing
stands beside a `$ref`, and shared parts lie under `components/schemas`.
"""

from __future__ import annotations

import hashlib
import inspect
import json
from collections.abc import Iterator
from typing import Any

from contracts.documents.exports.draft7 import as_draft7
from contracts.documents.exports.json_schema import source_of, without_titles
from contracts.model.domain import Domain
from contracts.model.events import CONTENT_TYPE
from contracts.model.examples import example_event
from contracts.model.registry import Pair

Json = dict[str, Any]


def asyncapi_document(domain: Domain) -> Json:
    """Return the document; it is equal for an equal registry and catalogue.

    Raises:
        MisuseError: no example of an event can be made.
    """
    components: Json = {"messages": {}, "schemas": {}}
    for event in domain.catalogue:
        components["schemas"].update(_schemas(domain, event))
        components["messages"][event] = _message(domain, event)
    document = {
        "asyncapi": "3.0.0",
        "id": f"urn:contracts:{domain.package}",
        "info": {},
        "defaultContentType": CONTENT_TYPE,
        "channels": {event: _channel(domain, event) for event in domain.catalogue},
        "operations": dict(_operations(domain)),
        "components": components,
    }
    # The version is the content's digest: there is no other number that changes exactly when the contract does.
    digest = hashlib.sha256(json.dumps(document, sort_keys=True).encode()).hexdigest()
    return {**document, "info": _info(domain, digest[:12])}


def _info(domain: Domain, version: str) -> Json:
    return {
        "title": f"Canonical events of {domain.package}",
        "version": version,
        "description": "Which emitter may send which canonical event, and how far each pair is (`x-status`).",
        "x-guarantees": list(domain.registry.guarantees.values()),
    }


def _channel(domain: Domain, event: str) -> Json:
    assigned = bool(domain.registry.emitters_of(event))
    return {
        # Where an event travels is configured at each emitter; the contract doesn't say.
        "address": None,
        "title": event,
        "messages": {event: {"$ref": f"#/components/messages/{event}"}},
        "x-status": "assigned" if assigned else "unassigned",
    }


def _operations(domain: Domain) -> Iterator[tuple[str, Json]]:
    for pair in domain.registry.pairs():
        description = domain.registry.emitters[pair.emitter].description
        yield (
            f"{pair.emitter}.{pair.event}",
            {
                "action": "send",
                "title": f"{pair.emitter} sends {pair.event}",
                "description": description,
                **_references(pair.event),
                **dict(_extensions(pair)),
            },
        )
    consumer = domain.registry.consumer
    for event in domain.catalogue:
        yield (
            f"{consumer.name}.{event}",
            {
                "action": "receive",
                "title": f"{consumer.name} receives {event}",
                "description": consumer.description,
                **_references(event),
            },
        )


def _references(event: str) -> Json:
    return {
        "channel": {"$ref": f"#/channels/{event}"},
        "messages": [{"$ref": f"#/channels/{event}/messages/{event}"}],
    }


def _extensions(pair: Pair) -> Iterator[tuple[str, str]]:
    yield "x-status", pair.status.value
    yield "x-repeats", pair.entry.repeats
    if pair.entry.delivery:
        yield "x-delivery", pair.entry.delivery


def _message(domain: Domain, event: str) -> Json:
    model = domain.catalogue[event]
    return {
        "name": event,
        "title": event,
        **({"summary": inspect.cleandoc(model.__doc__)} if model.__doc__ else {}),
        "contentType": CONTENT_TYPE,
        "payload": {"$ref": f"#/components/schemas/{event}"},
        "examples": [{"payload": example_event(model, source=source_of(domain, event))}],
        "x-fact-key": list(model.fact_key),
    }


def _schemas(domain: Domain, event: str) -> Iterator[tuple[str, Json]]:
    schema = without_titles(domain.catalogue[event].model_json_schema())
    parts = schema.pop("$defs", {})
    # Two events may have parts of one name and other content.
    prefix = f"#/components/schemas/{event}."
    yield event, as_draft7(schema, prefix)
    for name, part in parts.items():
        yield f"{event}.{name}", as_draft7(part, prefix)
