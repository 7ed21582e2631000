"""The last section: each canonical event with its data and an example."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable, Iterator, Mapping
from typing import Any

from contracts.documents.living.forms import say_form
from contracts.documents.living.markdown import code, table
from contracts.documents.living.phrases import Phrases
from contracts.model.domain import Domain
from contracts.model.events import CanonicalEvent
from contracts.model.examples import example_event
from contracts.model.registry import Pair, Status

Say = Callable[[str], str]
Schema = Mapping[str, Any]


def events_section(domain: Domain, phrases: Phrases, say: Say) -> Iterator[str]:
    """Yield the section's blocks: the envelope once, then each event."""
    yield f"## {phrases.events}"
    yield phrases.events_intro
    yield _envelope(phrases, say)
    for name in domain.catalogue:
        yield from _event(domain, name, phrases, say)


def _envelope(phrases: Phrases, say: Say) -> str:
    schema = CanonicalEvent.model_json_schema()
    attributes = {name: part for name, part in schema["properties"].items() if name != "data"}
    header = (phrases.column_attribute, phrases.column_form, phrases.column_meaning)
    return table(header, _rows(schema, attributes, schema.get("$defs", {}), phrases, say))


def _event(domain: Domain, name: str, phrases: Phrases, say: Say) -> Iterator[str]:
    model = domain.catalogue[name]
    schema = model.model_json_schema()
    defs: Schema = schema.get("$defs", {})
    data = schema["properties"]["data"]
    data = defs[data["$ref"].rsplit("/", 1)[-1]] if "$ref" in data else data
    pairs = domain.registry.emitters_of(name)
    yield f"### {code(name)}"
    if model.__doc__:
        yield say(model.__doc__)
    yield phrases.stated_by.format(pairs=_pairs(pairs, phrases)) if pairs else phrases.stated_by_nobody
    if data.get("properties"):
        header = (phrases.column_key, phrases.column_form, phrases.column_meaning)
        yield table(header, _rows(data, data["properties"], defs, phrases, say))
    keys = ", ".join(code(key) for key in model.fact_key)
    yield phrases.fact_key.format(keys=keys) if keys else phrases.no_fact_key
    yield phrases.example
    source = pairs[0].emitter if pairs else "an-emitter"
    yield f"```json\n{json.dumps(example_event(model, source=source), ensure_ascii=False, indent=2)}\n```"


def _pairs(pairs: Iterable[Pair], phrases: Phrases) -> str:
    return ", ".join(
        f"{code(pair.emitter)} ({phrases.implemented if pair.status is Status.IMPLEMENTED else phrases.planned})"
        for pair in pairs
    )


def _rows(schema: Schema, fields: Schema, defs: Schema, phrases: Phrases, say: Say) -> Iterator[tuple[str, str, str]]:
    for name, part in fields.items():
        form = say_form(part, defs, phrases)
        if name not in schema.get("required", ()):
            form = phrases.optional.format(form=form)
        yield code(name), form, say(part["description"]) if "description" in part else ""
