"""What a shape takes, said in a few English words: in the living document, and by `contracts explain`."""

from __future__ import annotations

import json
from collections.abc import Mapping

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

_BOUNDS = {
    "minimum": "at least",
    "exclusiveMinimum": "more than",
    "maximum": "at most",
    "exclusiveMaximum": "less than",
    "multipleOf": "a multiple of",
}
_PLAIN: Mapping[type[Shape], str] = {
    Boolean: "true or false",
    Object: "object",
    Recursive: "object",
    Anything: "any value",
}


def in_words(shape: Shape) -> str:  # noqa: PLR0911 - one answer a shape
    """Return what a value of the shape is; names and values stand in backquotes."""
    match shape:
        case Constant(value):
            return f"always {in_code(value)}"
        case Choice(values):
            return f"one of {', '.join(in_code(value) for value in values)}"
        case Text():
            return _text(shape)
        case Number(integer, bounds):
            return f"{'whole number' if integer else 'number'}{_bounds(bounds)}"
        case Nullable(inner):
            return f"{in_words(inner)}; may be null"
        case OneOf(shapes):
            return " or ".join(in_words(one) for one in shapes)
        case ListOf(item, least, most):
            return f"list{_size(least, most)}, each item: {in_words(item)}"
        case TupleOf(items):
            return f"list, length {len(items)}"
        case MapOf(value):
            return f"object, each value: {in_words(value)}"
    return _PLAIN[type(shape)]


def in_code(value: object) -> str:
    """Return a value in backquotes: a text as it is, what else there is as JSON has it."""
    return f"`{value if isinstance(value, str) else json.dumps(value, default=str)}`"


def field_in_words(node: Node) -> str:
    """Return what stands in a field, and whether it may be left out."""
    return f"{in_words(node.shape)}{'' if node.required else '; may be left out'}"


def _text(shape: Text) -> str:
    if shape.format == "date-time":
        kind = "date and time with an offset (RFC 3339)"
    elif shape.format:
        kind = f"text in the form `{shape.format}`"
    elif shape.pattern:
        kind = f"text that matches `{shape.pattern}`"
    else:
        kind = "text"
    return kind + _size(shape.min_length, shape.max_length)


def _size(least: int, most: int | None) -> str:
    if least and most is not None:
        return f", length {least} to {most}"
    if least:
        return f", length at least {least}"
    return "" if most is None else f", length at most {most}"


def _bounds(limits: Mapping[str, float]) -> str:
    return "".join(f", {_BOUNDS[name]} {limit}" for name, limit in limits.items())
