"""The digest of a contract: equal for two runs that judge alike.

It covers what a message and a run are judged by: the events' schemas and fact keys, the pairs' statuses and promises,
the vocabulary, the permitted messages and the waivers. Prose doesn't count: who owns a pair, since when, why.
Code in a model (a pydantic validator) doesn't stand in its schema, and isn't covered.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterable, Mapping
from functools import lru_cache
from typing import Any

from pydantic import BaseModel

from contracts.model.events import Catalogue
from contracts.model.registry import Registry
from contracts.model.schemas import Schema, definition_name, with_parts

_PROSE_OF_SCHEMAS = frozenset({"title", "description", "examples", "$comment", "deprecated", "$defs"})
_PROSE_OF_PAIRS = frozenset({"owner", "since", "target", "decision", "reason"})
_PROSE_OF_WAIVERS = frozenset({"decision"})


def contract_digest(catalogue: Catalogue, registry: Registry) -> str:
    """Return the SHA-256 (hex) of what is judged by, prose and order left out."""
    said = registry.model_dump(mode="json")
    contract = {
        "events": {name: _event(catalogue, name) for name in catalogue},
        "emitters": {
            name: {event: _without(entry, _PROSE_OF_PAIRS) for event, entry in emitter["events"].items()}
            for name, emitter in said["emitters"].items()
        },
        "vocabulary": _vocabulary(said.get("vocabulary", {})),
        "messages": {key: sorted(values) for key, values in said.get("messages", {}).items()},
        "waivers": _sorted(_without(waiver, _PROSE_OF_WAIVERS) for waiver in said.get("waivers", ())),
    }
    return hashlib.sha256(_canonical(contract).encode()).hexdigest()


def _event(catalogue: Catalogue, name: str) -> dict[str, Any]:
    return {"schema": _plain_schema(catalogue[name]), "fact_key": sorted(catalogue.fact_key(name))}


@lru_cache(maxsize=256)
def _plain_schema(model: type[BaseModel]) -> Any:
    schema = model.model_json_schema()
    return _plain(schema, schema.get("$defs", {}), ())


def _plain(schema: Schema, definitions: Schema, above: tuple[str, ...]) -> dict[str, Any]:
    """Return a JSON Schema without prose, and with what it refers to in the place of the reference.

    The name of a model is prose too: only a model that holds itself is named, by how far above it stands.
    """
    if "$ref" in schema:
        name = definition_name(schema["$ref"])
        if name in above:
            return {"$ref": len(above) - above.index(name)}
        beside = {key: value for key, value in schema.items() if key != "$ref"}
        return _plain({**definitions[name], **beside}, definitions, (*above, name))
    said = _without(schema, _PROSE_OF_SCHEMAS)
    plain = with_parts(said, lambda part: _plain(part, definitions, above))
    return plain | {key: _sorted(plain[key]) for key in ("enum", "required") if key in plain}


def _vocabulary(said: Mapping[str, Any]) -> dict[str, Any]:
    # What a group of words is called, and why a key is allowed, is said to people.
    groups = said.get("groups", {})
    allowed = {name: sorted(keys) for name, keys in said.items() if name != "groups"}
    return {"words": sorted({word for words in groups.values() for word in words}), **allowed}


def _without(entry: Mapping[str, Any], prose: frozenset[str]) -> dict[str, Any]:
    return {key: value for key, value in entry.items() if key not in prose}


def _sorted(values: Iterable[Any]) -> list[Any]:
    return sorted(values, key=_canonical)


def _canonical(value: Any) -> str:
    return json.dumps(value, sort_keys=True, separators=(",", ":"))
