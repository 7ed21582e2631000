"""Deterministic examples: the same value for the same field on every machine, and one that the model takes."""

from __future__ import annotations

import re
import uuid
from collections.abc import Iterator, Mapping
from typing import Any

from contracts.errors import MisuseError
from contracts.expectations.shapes import (
    Boolean,
    Choice,
    Constant,
    Field,
    ListOf,
    Nullable,
    Number,
    Object,
    Shape,
    Text,
)

EXAMPLE_TIME = "2026-01-31T18:00:00+03:00"


def example_of(shape: Shape, path: str = "") -> Any:
    """Return an example of a shape as a JSON value, every optional field included.

    Args:
        path: the field's path, from which texts are named: `data.client_id` becomes `client-1`.

    Raises:
        MisuseError: none can be thought of; the model has to give one.
    """
    match shape:
        case Nullable(inner):
            return example_of(inner, path)
        case ListOf(item, min_items):
            return [example_of(item, path)] * max(1, min_items)
        case Object(fields):
            return {field.name: example_of(field.shape, f"{path}.{field.name}".strip(".")) for field in fields}
        case _:
            return _first(shape, path)


def without_options(shape: Shape, value: Any) -> Any:
    """Return the value without its optional fields, and with null where null is allowed."""
    match shape:
        case Nullable():
            return None
        case ListOf(item):
            return [without_options(item, child) for child in value]
        case Object(fields):
            return {f.name: without_options(f.shape, value[f.name]) for f in _required(fields) if f.name in value}
    return value


def _required(fields: tuple[Field, ...]) -> Iterator[Field]:
    return (field for field in fields if field.required)


def _texts(shape: Text, path: str) -> Iterator[str]:
    if shape.kind == "uuid":
        yield str(uuid.uuid5(uuid.NAMESPACE_OID, path))
    if shape.kind == "date-time":
        yield EXAMPLE_TIME
    name = path.rsplit(".", 1)[-1]
    stem = name.removesuffix("_id").replace("_", "-")
    yield from (f"{stem}-1", name, stem, f"{stem}1", "1", "a", "A")
    yield f"{stem}-".ljust(shape.min_length, "1")


def _text_fits(shape: Text, text: Any) -> bool:
    if not isinstance(text, str) or len(text) < shape.min_length:
        return False
    if shape.max_length is not None and len(text) > shape.max_length:
        return False
    return shape.pattern is None or re.search(shape.pattern, text) is not None


def _numbers(shape: Number) -> Iterator[float]:
    if not shape.integer:
        yield 1.5
    yield 1
    for bound in shape.bounds.values():
        yield from (bound, bound + 1, bound - 1)


def _number_fits(shape: Number, number: Any) -> bool:
    if isinstance(number, bool) or not isinstance(number, int | float):
        return False
    if shape.integer and not isinstance(number, int):
        return False
    holds: Mapping[str, Any] = {
        "minimum": lambda bound: number >= bound,
        "maximum": lambda bound: number <= bound,
        "exclusiveMinimum": lambda bound: number > bound,
        "exclusiveMaximum": lambda bound: number < bound,
        "multipleOf": lambda step: number % step == 0,
    }
    return all(holds[name](bound) for name, bound in shape.bounds.items())


def _first(shape: Constant | Choice | Boolean | Text | Number, path: str) -> Any:
    match shape:
        case Constant(value):
            return value
        case Choice(values):
            return values[0]
        case Boolean():
            return True
        case Text():
            fitting = (text for text in (*shape.examples, *_texts(shape, path)) if _text_fits(shape, text))
        case Number():
            fitting = (number for number in (*shape.examples, *_numbers(shape)) if _number_fits(shape, number))
    found = next(fitting, None)
    if found is None:
        raise MisuseError(
            f"no example of {path!r} could be thought of",
            next_step="give the model's field one: Field(examples=[…])",
        )
    return found
