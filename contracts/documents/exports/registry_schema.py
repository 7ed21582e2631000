"""The registry's own JSON Schema, with which an editor completes and checks `emitters.toml` while it is written."""

from __future__ import annotations

import inspect
from typing import Any

from contracts.documents.exports.draft7 import as_draft7
from contracts.documents.exports.json_schema import without_titles
from contracts.model.domain import Domain
from contracts.model.registry import Registry
from contracts.model.registry_checks import waivable_rules

_DRAFT_7 = "http://json-schema.org/draft-07/schema#"
_DEFINITIONS = "#/definitions/"


def registry_schema(domain: Domain) -> dict[str, Any]:
    """Return the schema of a domain's registry, in draft 7: what editors of TOML read.

    It knows the canonical events and the rules, so that their names are completed too.
    """
    schema = without_titles(Registry.model_json_schema())
    definitions = {name: as_draft7(part, _DEFINITIONS) for name, part in schema.pop("$defs").items()}
    document = as_draft7(schema, _DEFINITIONS)
    events = {"enum": list(domain.catalogue)}
    document["properties"]["needs_decision"]["items"] = events
    definitions["EmitterEntry"]["properties"]["events"] = {
        "type": "object",
        "properties": {name: _pair(domain, name) for name in domain.catalogue},
        "additionalProperties": False,
        "minProperties": 1,
    }
    waiver = definitions["Waiver"]["properties"]
    waiver["event"] |= events
    waiver["rule"] |= {"enum": list(waivable_rules())}
    waiver["emitter"] |= {"enum": list(domain.registry.emitters)}
    return {
        "$schema": _DRAFT_7,
        "$id": f"urn:contracts:{domain.package}:registry",
        "title": f"The registry of {domain.package}",
        **document,
        "definitions": definitions,
    }


def _pair(domain: Domain, event: str) -> dict[str, Any]:
    described = domain.catalogue[event].__doc__
    reference = {"$ref": f"{_DEFINITIONS}PairEntry"}
    return {"allOf": [reference], "description": inspect.cleandoc(described)} if described else reference
