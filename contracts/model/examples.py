"""A valid example of a canonical event, made from its model alone.

The example is derived from the model's JSON schema and then validated by the model, so that an example that
is shown to people is one that the contract accepts.
"""

from __future__ import annotations

import json
import re
from collections.abc import Mapping
from typing import Any

from pydantic import ValidationError

from contracts.errors import MisuseError
from contracts.model.events import CanonicalEvent, event_name

EXAMPLE_TIME = "2026-01-31T18:00:00+03:00"
EXAMPLE_UUID = "6f1c2b7e-3d52-4d2a-9c55-0f6a1d2b3c4d"
_FORMATS = {"date-time": EXAMPLE_TIME, "date": "2026-01-31", "time": "18:00:00+03:00", "uuid": EXAMPLE_UUID}


def example_event(model: type[CanonicalEvent], *, source: str) -> dict[str, Any]:
    """Return a valid message of the event that `model` describes, as JSON values.

    Args:
        model: the canonical event.
        source: the emitter's name in the example.

    Raises:
        MisuseError: no example can be made from a field's type; the field needs `examples=[…]`.
    """
    schema = model.model_json_schema()
    values = _object(schema, schema.get("$defs", {}))
    values["source"] = source
    values["id"] = f"{event_name(model).replace('_', '-')}-1"
    try:
        # As a message: strict models take an enum or a date from JSON that they refuse from Python.
        model.model_validate_json(json.dumps(values))
    except ValidationError as error:
        detail = error.errors(include_url=False)[0]
        field = ".".join(str(part) for part in detail["loc"])
        raise MisuseError(
            f"no example of {event_name(model)} can be made: {field} {detail['msg'].lower()}",
            next_step=f"give {field} an example in the catalogue: Field(examples=[…])",
        ) from None
    return values


def _object(schema: Mapping[str, Any], defs: Mapping[str, Any]) -> dict[str, Any]:
    required = schema.get("required", ())
    properties: Mapping[str, Any] = schema.get("properties", {})
    return {name: _value(name, part, defs) for name, part in properties.items() if name in required}


def _value(name: str, schema: Mapping[str, Any], defs: Mapping[str, Any]) -> Any:
    if "$ref" in schema:
        return _value(name, defs[schema["$ref"].rsplit("/", 1)[-1]] | {"examples": schema.get("examples", ())}, defs)
    for given in ("examples", "enum"):
        if schema.get(given):
            return schema[given][0]
    if "const" in schema:
        return schema["const"]
    alternatives = [part for part in schema.get("anyOf", ()) if part.get("type") != "null"]
    if alternatives:
        return _value(name, alternatives[0], defs)
    return _of_type(name, schema, defs)


def _of_type(name: str, schema: Mapping[str, Any], defs: Mapping[str, Any]) -> Any:
    match schema.get("type"):
        case "object":
            return _object(schema, defs)
        case "array":
            return [_value(name, schema.get("items", {}), defs)] * max(1, schema.get("minItems", 1))
        case "integer" | "number":
            return _number(schema)
        case "boolean":
            return True
        case _:
            return _text(name, schema)


def _number(schema: Mapping[str, Any]) -> int | float:
    above, below = schema.get("exclusiveMinimum"), schema.get("exclusiveMaximum")
    if above is not None and below is not None and schema["type"] == "number":
        return float(above + below) / 2
    lowest: int | float = schema.get("minimum", 1 if above is None else above + 1)
    highest: int | float = schema.get("maximum", lowest if below is None else below - 1)
    return min(lowest, highest)


def _text(name: str, schema: Mapping[str, Any]) -> str:
    if schema.get("format") in _FORMATS:
        return _FORMATS[schema["format"]]
    # `client_id` reads well as "client-1"; whether the pattern takes it is for the model to say.
    word = re.sub(r"_id$", "", name).replace("_", "-")
    text = f"{word}-1"
    return text.ljust(schema.get("minLength", 0), "1")[: schema.get("maxLength", len(text) + 128)]
