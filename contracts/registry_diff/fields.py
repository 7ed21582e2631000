"""A JSON schema as a flat list of fields, and what a change of a field's values does."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

Schema = Mapping[str, Any]
_RAISED = ("minLength", "minimum", "exclusiveMinimum", "minItems")
"""A higher value takes fewer instances."""
_LOWERED = ("maxLength", "maximum", "exclusiveMaximum", "maxItems")
"""A lower value takes fewer instances."""
_OPAQUE = ("pattern", "format", "multipleOf", "uniqueItems", "contentEncoding")
"""Whether another value takes fewer instances can't be told in general, so it is taken to."""
_MAX_DEPTH = 16


@dataclass(frozen=True, slots=True)
class FieldState:
    """One field of an event.

    Attributes:
        kind: its JSON type or types, one text.
        limits: what its values are held to, by JSON Schema keyword; `enum` as a list, `null` where null is taken.
    """

    required: bool
    kind: str
    limits: Mapping[str, Any]


def flatten(schema: Schema) -> dict[str, FieldState]:
    """Return each field of an object's schema by its path; `[]` stands for a list's items."""
    return dict(_object(schema, schema.get("$defs", {}), "", 0))


def _object(schema: Schema, defs: Schema, prefix: str, depth: int) -> Iterator[tuple[str, FieldState]]:
    for name, part in schema.get("properties", {}).items():
        yield from _field(f"{prefix}{name}", part, defs, name in schema.get("required", ()), depth)


def _field(path: str, schema: Schema, defs: Schema, required: bool, depth: int) -> Iterator[tuple[str, FieldState]]:
    resolved, nullable = _resolve(schema, defs)
    yield path, FieldState(required, _kind(resolved), {**_limits(resolved), **({"null": True} if nullable else {})})
    if depth < _MAX_DEPTH:
        # A model may hold itself; what lies deeper says nothing new.
        yield from _object(resolved, defs, f"{path}.", depth + 1)
        if isinstance(resolved.get("items"), Mapping):
            yield from _field(f"{path}[]", resolved["items"], defs, True, depth + 1)


def _resolve(schema: Schema, defs: Schema) -> tuple[Schema, bool]:
    if "$ref" in schema:
        return _resolve(defs[schema["$ref"].rsplit("/", 1)[-1]], defs)
    branches = [part for part in schema.get("anyOf", ()) if part.get("type") != "null"]
    nullable = len(branches) < len(schema.get("anyOf", ()))
    if len(branches) == 1:
        inner, deeper = _resolve(branches[0], defs)
        return inner, nullable or deeper
    if branches:
        return {"type": [json.dumps(_resolve(part, defs)[0], sort_keys=True) for part in branches]}, nullable
    return schema, nullable


def _kind(schema: Schema) -> str:
    kind = schema.get("type")
    if kind is None and ("const" in schema or "enum" in schema):
        kind = sorted({type(value).__name__ for value in schema.get("enum", [schema.get("const")])})
    return " | ".join(sorted(kind)) if isinstance(kind, list) else str(kind or "any")


def _limits(schema: Schema) -> dict[str, Any]:
    limits = {key: schema[key] for key in (*_RAISED, *_LOWERED, *_OPAQUE) if key in schema}
    if "const" in schema or "enum" in schema:
        limits["enum"] = sorted(schema.get("enum", [schema.get("const")]), key=repr)
    if schema.get("type") == "object":
        limits["closed"] = schema.get("additionalProperties") is False
    return limits


def narrowed(before: FieldState, after: FieldState) -> str | None:
    """Return what makes `after` take fewer values than `before`, or None where nothing does."""
    old, new = before.limits, after.limits
    for key in (*_RAISED, *_LOWERED):
        raised = key in _RAISED
        if key in new and (key not in old or (new[key] > old[key] if raised else new[key] < old[key])):
            return f"{key} {old.get(key, 'none')} → {new[key]}"
    for key in _OPAQUE:
        if new.get(key) and new.get(key) != old.get(key):
            return f"{key} {old.get(key, 'none')} → {new[key]}"
    if "enum" in new and ("enum" not in old or set(map(repr, old["enum"])) - set(map(repr, new["enum"]))):
        return f"values {old.get('enum', 'any')} → {new['enum']}"
    if old.get("null") and not new.get("null"):
        return "null is refused"
    return "other keys are refused" if new.get("closed") and old.get("closed") is False else None


def widened(before: FieldState, after: FieldState) -> str | None:
    """Return what makes `after` take more values than `before`, or None where nothing does."""
    return narrowed(after, before) and ", ".join(
        f"{key} {before.limits.get(key, 'none')} → {after.limits.get(key, 'none')}"
        for key in sorted({*before.limits, *after.limits})
        if before.limits.get(key) != after.limits.get(key)
    )
