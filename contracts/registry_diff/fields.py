"""What a change of a field does to its values: does it take fewer than before, or more?"""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any

from contracts.expectations.matchers import rules_of
from contracts.model.examples import fits
from contracts.model.shapes import (
    Anything,
    Boolean,
    Choice,
    Constant,
    ListOf,
    MapOf,
    Node,
    Nullable,
    Number,
    Object,
    OneOf,
    Recursive,
    Shape,
    Text,
    TupleOf,
)

_RAISED = ("minLength", "minimum", "exclusiveMinimum", "minItems")
"""A higher value takes fewer instances."""
_LOWERED = ("maxLength", "maximum", "exclusiveMaximum", "maxItems")
"""A lower value takes fewer instances."""
_OPAQUE = ("pattern", "format", "multipleOf", "uniqueItems")
"""Whether another value takes fewer instances can't be told in general, so it is taken to."""
_SHAPES: Mapping[type[Shape], str] = {
    Text: "string", Boolean: "boolean", ListOf: "array", Object: "object", Recursive: "object",
}  # fmt: skip
_TYPES = {str: "string", bool: "boolean", int: "integer", float: "number", type(None): "null"}


def kind_of(shape: Shape) -> str:
    """Return the JSON type or types of a shape's values, as one text; what has no path of its own is spelled out."""
    match shape:
        case Constant(value):
            kinds = {_TYPES[type(value)]}
        case Choice(values):
            kinds = {_TYPES[type(value)] for value in values}
        case Number(integer):
            kinds = {"integer" if integer else "number"}
        case TupleOf(items):
            kinds = {f"array of {', '.join(_spelled(item) for item in items)}"}
        case MapOf(value):
            kinds = {f"object of {_spelled(value)}"}
        case OneOf(shapes):
            kinds = {_spelled(one) for one in shapes}
        case Nullable(inner):
            kinds = {kind_of(inner), "null"}
        case Anything(name):
            kinds = {name or "any"}
        case _:
            kinds = {_SHAPES[type(shape)]}
    return " | ".join(sorted(kinds))


def _spelled(shape: Shape) -> str:
    limits = limits_of(shape)
    return f"{kind_of(shape)} {json.dumps(limits, sort_keys=True, default=str)}" if limits else kind_of(shape)


def limits_of(shape: Shape) -> dict[str, Any]:  # noqa: PLR0911 - one answer a shape
    """Return what a shape's values are held to, by JSON Schema's keyword.

    `enum` is a list, `closed` says that an object takes no other keys, `null` that null is taken.
    """
    match shape:
        case Nullable(inner):
            return {**limits_of(inner), "null": True}
        case Constant(value):
            return {"enum": [value]}
        case Choice(values):
            return {"enum": sorted(values, key=repr)}
        case Text(pattern, least, most, form):
            return _said(pattern=pattern, minLength=least or None, maxLength=most, format=form)
        case Number():
            return dict(shape.bounds)
        case ListOf(_, least, most, unique):
            return _said(minItems=least or None, maxItems=most, uniqueItems=unique or None)
        case Object():
            return {"closed": shape.closed}
    return {}


def _said(**limits: Any) -> dict[str, Any]:
    return {name: limit for name, limit in limits.items() if limit is not None}


def narrowed(before: Node, after: Node) -> str | None:
    """Return what makes `after` take fewer values than `before`, or None where nothing does."""
    return _fewer(before, after)


def widened(before: Node, after: Node) -> str | None:
    """Return what makes `after` take more values than `before`, or None where nothing does."""
    old, new = limits_of(before.shape), limits_of(after.shape)
    return _fewer(after, before) and ", ".join(
        f"{key} {old.get(key, 'none')} → {new.get(key, 'none')}"
        for key in sorted({*old, *new})
        if old.get(key) != new.get(key)
    )


def loosened(before: Node, after: Node) -> str | None:
    """Return what makes `after` take values that a pact written from `before` refuses, or None where nothing does.

    A pact holds what is always there, by its type, its text and the length of a list; it knows no range of numbers
    and lets other keys pass.
    """
    more = widened(before, after)
    if more is None or not before.promised:
        return None
    return more if _demands(before.shape) != _demands(after.shape) else None


def _demands(shape: Shape) -> Any:
    match shape:
        case ListOf(_, least, most):
            return least, most
        case Constant() | Choice() | Text() | Number() | Boolean():
            return rules_of(shape)
        case Object():
            return None
    return shape


def _fewer(before: Node, after: Node) -> str | None:
    if before.nullable and not after.nullable:
        return "null is refused"
    values = _finite(before.value)
    match after.value:
        case Constant() | Choice() | Text() | Number() | Boolean() as scalar if values is not None:
            if all(fits(scalar, value) for value in values):
                return None
    return _stricter(limits_of(before.value), limits_of(after.value))


def _finite(shape: Shape) -> tuple[Any, ...] | None:
    match shape:
        case Constant(value):
            return (value,)
        case Choice(values):
            return values
        case Boolean():
            return (True, False)
    return None


def _stricter(old: Mapping[str, Any], new: Mapping[str, Any]) -> str | None:
    for key in (*_RAISED, *_LOWERED):
        raised = key in _RAISED
        if key in new and (key not in old or (new[key] > old[key] if raised else new[key] < old[key])):
            return f"{key} {old.get(key, 'none')} → {new[key]}"
    for key in _OPAQUE:
        if new.get(key) and new.get(key) != old.get(key):
            return f"{key} {old.get(key, 'none')} → {new[key]}"
    if "enum" in new and ("enum" not in old or set(map(repr, old["enum"])) - set(map(repr, new["enum"]))):
        return f"values {old.get('enum', 'any')} → {new['enum']}"
    return "other keys are refused" if new.get("closed") and old.get("closed") is False else None
