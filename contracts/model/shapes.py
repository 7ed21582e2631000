"""The shapes of an event's fields: what a value may be, in the few forms that JSON has.

Whoever wants to know something of a type asks its shape: the matchers of a pact, the examples, lint, the comparison
of two contracts, the living document. `contracts.model.schemas` reads them from pydantic's models.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any

from contracts.model.events import RFC3339_PATTERN

UUID_PATTERN = "^[0-9a-fA-F]{8}(-[0-9a-fA-F]{4}){3}-[0-9a-fA-F]{12}$"
"""RFC 9562 section 4: written in lower case, read in both."""

_PATTERNS = {"uuid": UUID_PATTERN, "date-time": RFC3339_PATTERN}


@dataclass(frozen=True, slots=True)
class Constant:
    """One value and no other."""

    value: Any
    examples: tuple[Any, ...] = ()


@dataclass(frozen=True, slots=True)
class Choice:
    """One of several values."""

    values: tuple[Any, ...]
    examples: tuple[Any, ...] = ()


@dataclass(frozen=True, slots=True)
class Text:
    """A string.

    Attributes:
        pattern: a regular expression that is found in it (JSON Schema's sense: anchored only by its own anchors).
        format: JSON Schema's name of what the string is, such as `uuid`.
    """

    pattern: str | None = None
    min_length: int = 0
    max_length: int | None = None
    format: str | None = None
    examples: tuple[Any, ...] = ()

    @property
    def regex(self) -> str | None:
        """The pattern, or that of a format that has one: a UUID, a date-time with an offset."""
        return self.pattern or _PATTERNS.get(self.format or "")


@dataclass(frozen=True, slots=True)
class Number:
    """A number; `bounds` are JSON Schema's keywords for its range, which Pact has no matcher for."""

    integer: bool
    bounds: Mapping[str, float] = field(default_factory=dict)
    examples: tuple[Any, ...] = ()


@dataclass(frozen=True, slots=True)
class Boolean:
    """True or false."""

    examples: tuple[Any, ...] = ()


@dataclass(frozen=True, slots=True)
class Nullable:
    """The shape, or null."""

    shape: Shape
    examples: tuple[Any, ...] = ()


@dataclass(frozen=True, slots=True)
class ListOf:
    """A list of items of one shape."""

    item: Shape
    min_items: int = 0
    max_items: int | None = None
    unique: bool = False
    examples: tuple[Any, ...] = ()


@dataclass(frozen=True, slots=True)
class TupleOf:
    """A list with a shape of its own at each position."""

    items: tuple[Shape, ...]
    examples: tuple[Any, ...] = ()


@dataclass(frozen=True, slots=True)
class Object:
    """An object with named fields; a closed one holds no others."""

    fields: tuple[Field, ...]
    closed: bool = True
    examples: tuple[Any, ...] = ()


@dataclass(frozen=True, slots=True)
class MapOf:
    """An object whose keys are data, each with a value of one shape."""

    value: Shape
    examples: tuple[Any, ...] = ()


@dataclass(frozen=True, slots=True)
class OneOf:
    """A value of any of several shapes."""

    shapes: tuple[Shape, ...]
    examples: tuple[Any, ...] = ()


@dataclass(frozen=True, slots=True)
class Recursive:
    """The object of this name again, which holds itself."""

    name: str
    examples: tuple[Any, ...] = ()


@dataclass(frozen=True, slots=True)
class Anything:
    """A value of which the model says nothing, or nothing that is known here, but perhaps its JSON type."""

    type: str | None = None
    examples: tuple[Any, ...] = ()


Scalar = Constant | Choice | Text | Number | Boolean
Shape = Scalar | Nullable | ListOf | TupleOf | Object | MapOf | OneOf | Recursive | Anything


@dataclass(frozen=True, slots=True)
class Field:
    """One field, by the name it has in JSON.

    Attributes:
        required: it is always there, if only as null.
    """

    name: str
    shape: Shape
    required: bool
    description: str | None = None

    @property
    def promised(self) -> bool:
        """Is it always there, and never null? Only such a field can be in a pact."""
        return self.required and not isinstance(self.shape, Nullable)


@dataclass(frozen=True, slots=True)
class Node:
    """One place in an event: a field, or the items of a list.

    Attributes:
        path: as an expectation's `reads` names it: `data.items` for a field, `data.items[]` for a list's items.
        field: None for a list's items.
        promised: is it always there, and all that it stands in too? Items are as promised as their list.
    """

    path: str
    shape: Shape
    field: Field | None
    promised: bool

    @property
    def required(self) -> bool:
        """Does what it stands in always hold it?"""
        return self.field is None or self.field.required

    @property
    def nullable(self) -> bool:
        """May null stand in its place?"""
        return isinstance(self.shape, Nullable)

    @property
    def value(self) -> Shape:
        """The shape of what stands there where it isn't null."""
        return self.shape.shape if isinstance(self.shape, Nullable) else self.shape


def nodes(shape: Shape, path: str = "", *, promised: bool = True) -> Iterator[Node]:
    """Yield every place in a shape, outermost first, in the order of the model.

    What stands in a union, a tuple or a map has no place of its own: no path names it.
    """
    match shape:
        case Nullable(inner):
            yield from nodes(inner, path, promised=False)
        case ListOf(item):
            yield Node(f"{path}[]", item, None, promised and not isinstance(item, Nullable))
            yield from nodes(item, f"{path}[]", promised=promised)
        case Object(fields):
            for one in fields:
                inside = promised and one.promised
                where = f"{path}.{one.name}" if path else one.name
                yield Node(where, one.shape, one, inside)
                yield from nodes(one.shape, where, promised=inside)


def paths_of(shape: Shape) -> tuple[str, ...]:
    """Return the path of each field, as an expectation's `reads` names it: `data.items[].name`."""
    return tuple(node.path for node in nodes(shape) if node.field is not None)


def without_options(shape: Shape, value: Any) -> Any:
    """Return the value without its optional fields, and with null where null is allowed."""
    match shape:
        case Nullable():
            return None
        case ListOf(item):
            return [without_options(item, child) for child in value]
        case Object(fields):
            kept = [one for one in fields if one.required and one.name in value]
            return {one.name: without_options(one.shape, value[one.name]) for one in kept}
    return value
