"""Examples of events, made from their shapes: the same value for the same field on every machine.

What is shown to people or stands in a pact is then taken by the model itself, so that no example is one that the
contract refuses.
"""

from __future__ import annotations

import json
import uuid
from collections.abc import Callable, Iterator, Mapping
from typing import Any

from pydantic import ValidationError

from contracts.errors import MisuseError
from contracts.model.events import CanonicalEvent, event_name
from contracts.model.patterns import text_fits
from contracts.model.schemas import shape_of
from contracts.model.shapes import (
    Anything,
    Boolean,
    Choice,
    Constant,
    ListOf,
    MapOf,
    Nullable,
    Number,
    Object,
    OneOf,
    Recursive,
    Scalar,
    Shape,
    Text,
    TupleOf,
)

EXAMPLE_TIME = "2026-01-31T18:00:00+03:00"
_FORMATS = {"date-time": EXAMPLE_TIME, "date": "2026-01-31", "time": "18:00:00+03:00"}


class NoExampleError(MisuseError):
    """No example of a field could be thought of; `path` is the field's."""

    def __init__(self, path: str) -> None:
        super().__init__(
            f"no example of {path!r} could be thought of",
            next_step="give the model's field one: Field(examples=[…])",
        )
        self.path = path


def example_event(model: type[CanonicalEvent], *, source: str) -> dict[str, Any]:
    """Return a valid message of the event that `model` describes, without its optional fields, as JSON values.

    Args:
        model: the canonical event.
        source: the emitter's name in the example.

    Raises:
        MisuseError: no example can be made from a field's type; the field needs `examples=[…]`.
    """
    event = event_name(model)
    try:
        values: dict[str, Any] = example_of(shape_of(model), optional=False)
    except NoExampleError as error:
        raise _no_example(event, error.path, "has a form that none could be thought of for") from None
    values |= {"source": source, "id": f"{event.replace('_', '-')}-1"}
    try:
        # As a message: strict models take an enum or a date from JSON that they refuse from Python.
        model.model_validate_json(json.dumps(values))
    except ValidationError as error:
        detail = error.errors(include_url=False)[0]
        raise _no_example(event, ".".join(str(part) for part in detail["loc"]), detail["msg"].lower()) from None
    return values


def _no_example(event: str, path: str, why: str) -> MisuseError:
    return MisuseError(
        f"no example of {event} can be made: {path} {why}",
        next_step=f"give {path} an example in the catalogue: Field(examples=[…])",
    )


def example_of(shape: Shape, path: str = "", *, optional: bool = True) -> Any:
    """Return an example of a shape as a JSON value.

    Args:
        shape: of an event, or of a part of one.
        path: the field's path, from which texts are named: `data.client_id` becomes `client-1`.
        optional: with the fields that may be left out.

    Raises:
        NoExampleError: none can be thought of; the model has to give one.
    """
    match shape:
        case Object(fields):
            return {
                one.name: example_of(one.shape, f"{path}.{one.name}".strip("."), optional=optional)
                for one in fields
                if optional or one.required
            }
        case Constant() | Choice() | Text() | Number() | Boolean():
            return _first(shape, path)
    if shape.examples and not isinstance(_innermost(shape), Object):
        return shape.examples[0]
    return _composed(shape, path, optional=optional)


def _innermost(shape: Shape) -> Shape:
    # A model's own example of an object may lack what an expectation reads; it is made field by field.
    match shape:
        case Nullable(inner) | ListOf(inner):
            return _innermost(inner)
    return shape


def _composed(shape: Shape, path: str, *, optional: bool) -> Any:
    match shape:
        case Nullable(inner):
            return example_of(inner, path, optional=optional)
        case ListOf(item, least):
            return [example_of(item, f"{path}[]", optional=optional)] * max(1, least)
        case TupleOf(items):
            return [example_of(item, path, optional=optional) for item in items]
        case OneOf(shapes):
            return example_of(shapes[0], path, optional=optional)
        case MapOf() | Anything("object"):
            return {}
        case Anything(None):
            return _first(Text(), path)
        case Recursive() | Anything():
            raise NoExampleError(path)
    raise AssertionError(f"{shape} has an example of its own")


def _first(shape: Scalar, path: str) -> Any:
    found = next((value for value in (*shape.examples, *_candidates(shape, path)) if fits(shape, value)), None)
    if found is None and not fits(shape, None):
        raise NoExampleError(path)
    return found


def fits(shape: Scalar, value: Any) -> bool:
    """Is a JSON value of this shape, as far as its JSON Schema says?"""
    match shape:
        case Constant(constant):
            return type(value) is type(constant) and bool(value == constant)
        case Choice(values):
            return any(type(value) is type(one) and value == one for one in values)
        case Boolean():
            return isinstance(value, bool)
        case Text():
            return isinstance(value, str) and text_fits(shape, value)
        case Number():
            return _number_fits(shape, value)


_HOLDS: Mapping[str, Callable[[float, float], bool]] = {
    "minimum": lambda number, bound: number >= bound,
    "maximum": lambda number, bound: number <= bound,
    "exclusiveMinimum": lambda number, bound: number > bound,
    "exclusiveMaximum": lambda number, bound: number < bound,
    "multipleOf": lambda number, step: number % step == 0,
}


def _number_fits(shape: Number, number: Any) -> bool:
    if isinstance(number, bool) or not isinstance(number, int if shape.integer else int | float):
        return False
    return all(_HOLDS[name](number, bound) for name, bound in shape.bounds.items())


def _candidates(shape: Scalar, path: str) -> Iterator[Any]:
    match shape:
        case Constant(value):
            yield value
        case Choice(values):
            yield from values
        case Boolean():
            yield True
        case Text():
            yield from _texts(shape, path)
        case Number():
            yield from _numbers(shape)


def _texts(shape: Text, path: str) -> Iterator[str]:
    if shape.format == "uuid":
        yield str(uuid.uuid5(uuid.NAMESPACE_OID, path.replace("[]", "")))
    if shape.format in _FORMATS:
        yield _FORMATS[shape.format]
    name = path.rsplit(".", 1)[-1].replace("[]", "")
    # `client_id` reads well as "client-1"; whether the pattern takes it is for the shape to say.
    stem = name.removesuffix("_id").replace("_", "-")
    yield from (f"{stem}-1", name, stem, f"{stem}1", "1", "a", "A")
    yield f"{stem}-".ljust(shape.min_length, "1")


def _numbers(shape: Number) -> Iterator[float]:
    if not shape.integer:
        yield 1.5
    yield 1
    bounds = list(shape.bounds.values())
    for bound in bounds:
        yield from (bound, bound + 1, bound - 1)
    if not shape.integer:
        yield sum(bounds) / max(1, len(bounds))
