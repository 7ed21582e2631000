"""The shapes of a canonical event's fields, read from the JSON Schema that pydantic gives of its model."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from pydantic import BaseModel
from pydantic.errors import PydanticInvalidForJsonSchema

from contracts.errors import MisuseError
from contracts.model.events import RFC3339_PATTERN

UUID_PATTERN = "^[0-9a-fA-F]{8}(-[0-9a-fA-F]{4}){3}-[0-9a-fA-F]{12}$"
"""RFC 9562 section 4: written in lower case, read in both."""


@dataclass(frozen=True, slots=True)
class Constant:
    """One value and no other."""

    value: str | int | bool


@dataclass(frozen=True, slots=True)
class Choice:
    """One of several strings, or one of several integers."""

    values: tuple[str, ...] | tuple[int, ...]


@dataclass(frozen=True, slots=True)
class Text:
    """A string.

    Attributes:
        pattern: a regular expression that is found in it (JSON Schema's sense: anchored only by its own anchors).
        kind: `uuid` or `date-time` where the string is one.
        examples: what the model itself gives as examples.
    """

    pattern: str | None = None
    min_length: int = 0
    max_length: int | None = None
    kind: str | None = None
    examples: tuple[Any, ...] = ()


@dataclass(frozen=True, slots=True)
class Number:
    """A number; `bounds` are JSON Schema's keywords for its range, which Pact has no matcher for."""

    integer: bool
    bounds: Mapping[str, float]
    examples: tuple[Any, ...] = ()


@dataclass(frozen=True, slots=True)
class Boolean:
    """True or false."""


@dataclass(frozen=True, slots=True)
class Nullable:
    """The shape, or null."""

    shape: Shape


@dataclass(frozen=True, slots=True)
class ListOf:
    """A list of items of one shape."""

    item: Shape
    min_items: int = 0
    max_items: int | None = None


@dataclass(frozen=True, slots=True)
class Object:
    """An object with named fields."""

    fields: tuple[Field, ...]


Shape = Constant | Choice | Text | Number | Boolean | Nullable | ListOf | Object


@dataclass(frozen=True, slots=True)
class Field:
    """One field, by the name it has in JSON.

    Attributes:
        required: it is always there, if only as null.
    """

    name: str
    shape: Shape
    required: bool

    @property
    def promised(self) -> bool:
        """Is it always there, and never null? Only such a field can be in a pact."""
        return self.required and not isinstance(self.shape, Nullable)


def shape_of(model: type[BaseModel]) -> Object:
    """Return the shape of a model's JSON.

    Raises:
        MisuseError: a field's type can't be put into a pact; the message names the field.
    """
    try:
        schema = model.model_json_schema(by_alias=True, mode="validation")
    except PydanticInvalidForJsonSchema as error:
        raise MisuseError(
            f"{model.__name__} has no JSON form: {error}", next_step="use types that JSON can carry"
        ) from None
    shape = _Reader(model.__name__, schema.get("$defs", {})).read(schema, (), ())
    if not isinstance(shape, Object):
        raise MisuseError(f"{model.__name__} is no JSON object", next_step="describe the event as a pydantic model")
    return shape


def paths_of(shape: Shape, prefix: str = "") -> Iterator[str]:
    """Yield the path of each field, as an expectation's `reads` names it: `data.items[].name`."""
    match shape:
        case Nullable(inner):
            yield from paths_of(inner, prefix)
        case ListOf(item):
            yield from paths_of(item, f"{prefix}[]")
        case Object(fields):
            for field in fields:
                path = f"{prefix}.{field.name}" if prefix else field.name
                yield path
                yield from paths_of(field.shape, path)


@dataclass(frozen=True, slots=True)
class _Reader:
    model: str
    definitions: Mapping[str, Any]

    def read(self, schema: Mapping[str, Any], path: tuple[str, ...], within: tuple[str, ...]) -> Shape:
        if "$ref" in schema:
            name = str(schema["$ref"]).rsplit("/", 1)[-1]
            if name in within:
                raise self._refused(path, "it holds itself")
            return self.read(self.definitions[name], path, (*within, name))
        if "const" in schema:
            return Constant(schema["const"])
        if "enum" in schema:
            return self._choice(schema["enum"], path)
        if "anyOf" in schema:
            return self._nullable(schema["anyOf"], path, within)
        return self._typed(schema, path, within)

    def _typed(self, schema: Mapping[str, Any], path: tuple[str, ...], within: tuple[str, ...]) -> Shape:
        match schema.get("type"):
            case "string":
                return self._text(schema, path)
            case "integer" | "number" as name:
                bounds = {key: schema[key] for key in _BOUNDS if key in schema}
                return Number(name == "integer", bounds, tuple(schema.get("examples", ())))
            case "boolean":
                return Boolean()
            case "array" if "items" in schema and not schema.get("uniqueItems") and "prefixItems" not in schema:
                item = self.read(schema["items"], (*path, "[]"), within)
                if isinstance(item, Nullable):
                    raise self._refused(path, "its items may be null")
                return ListOf(item, schema.get("minItems", 0), schema.get("maxItems"))
            case "object" if "properties" in schema:
                return Object(tuple(self._fields(schema, path, within)))
            case other:
                raise self._refused(path, f"a field of type {other or 'any'} of this form has no matcher")

    def _fields(self, schema: Mapping[str, Any], path: tuple[str, ...], within: tuple[str, ...]) -> Iterator[Field]:
        required = schema.get("required", ())
        for name, inner in schema["properties"].items():
            if set(name) & set(".[]"):
                raise self._refused((*path, name), "a path can't name it, because of its dots or brackets")
            yield Field(name, self.read(inner, (*path, name), within), name in required)

    def _text(self, schema: Mapping[str, Any], path: tuple[str, ...]) -> Text:
        form, pattern = schema.get("format"), schema.get("pattern")
        if form not in (None, "uuid", "date-time") and pattern is None:
            raise self._refused(path, f"a string of format {form!r} has no matcher")
        known = {"uuid": UUID_PATTERN, "date-time": RFC3339_PATTERN}
        return Text(
            pattern=pattern or known.get(str(form)),
            min_length=schema.get("minLength", 0),
            max_length=schema.get("maxLength"),
            kind=form if form in known else None,
            examples=tuple(schema.get("examples", ())),
        )

    def _choice(self, values: list[Any], path: tuple[str, ...]) -> Choice:
        kinds = {type(value) for value in values}
        if kinds not in ({str}, {int}):
            raise self._refused(path, "a choice of anything but strings or integers has no matcher")
        return Choice(tuple(values))

    def _nullable(self, choices: list[Mapping[str, Any]], path: tuple[str, ...], within: tuple[str, ...]) -> Nullable:
        others = [choice for choice in choices if choice.get("type") != "null"]
        if len(others) != 1 or len(others) == len(choices):
            raise self._refused(path, "Pact can't say that a value has one of several types")
        return Nullable(self.read(others[0], path, within))

    def _refused(self, path: tuple[str, ...], why: str) -> MisuseError:
        return MisuseError(
            f"{'.'.join(path) or 'the model'} of {self.model} can't be put into a pact: {why}",
            next_step="use a constant, a string with a pattern, a UUID, a date-time with an offset, an enum, an "
            "integer, a number, a boolean, a list of one of them, or a nested model",
        )


_BOUNDS = ("minimum", "maximum", "exclusiveMinimum", "exclusiveMaximum", "multipleOf")
