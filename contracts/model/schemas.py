"""The one reader of the JSON Schemas that pydantic makes of its models (draft 2020-12)."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, replace
from functools import lru_cache
from typing import Any

from pydantic import BaseModel
from pydantic.errors import PydanticInvalidForJsonSchema

from contracts.errors import MisuseError
from contracts.model.shapes import (
    Anything,
    Boolean,
    Choice,
    Constant,
    Field,
    ListOf,
    MapOf,
    Nullable,
    Number,
    Object,
    OneOf,
    Recursive,
    Shape,
    Text,
    TupleOf,
)

Schema = Mapping[str, Any]

_BOUNDS = ("minimum", "maximum", "exclusiveMinimum", "exclusiveMaximum", "multipleOf")
_NAMED = ("properties", "patternProperties", "$defs")
"""Keywords whose keys are names and whose values are schemas."""
_VALUES = ("examples", "enum", "const", "default", "required", "discriminator")
"""Keywords whose values are no schemas, whatever they look like."""


@lru_cache(maxsize=256)
def shape_of(model: type[BaseModel]) -> Object:
    """Return the shape of a model's JSON.

    Raises:
        MisuseError: the model has no JSON form, or it is no object.
    """
    try:
        schema = model.model_json_schema(by_alias=True, mode="validation")
    except PydanticInvalidForJsonSchema as error:
        raise MisuseError(
            f"{model.__name__} has no JSON form: {error}", next_step="use types that JSON can carry"
        ) from None
    return shape_of_schema(schema, model.__name__)


def shape_of_schema(schema: Schema, name: str) -> Object:
    """Return the shape that a model's JSON Schema describes.

    Args:
        schema: as pydantic makes it, also in another process.
        name: what it is called in an error.

    Raises:
        MisuseError: it describes no object.
    """
    shape = _Reader(schema.get("$defs", {})).read(schema, ())
    if not isinstance(shape, Object):
        raise MisuseError(f"{name} is no JSON object", next_step="describe the event as a pydantic model")
    return shape


def rewritten(schema: Schema, rewrite: Callable[[dict[str, Any]], dict[str, Any]]) -> dict[str, Any]:
    """Return a schema after each schema in it, innermost first and itself last, went through `rewrite`.

    Names of fields and definitions, examples, constants and defaults are no schemas and stay as they are.
    """
    return rewrite(with_parts(schema, lambda part: rewritten(part, rewrite)))


def with_parts(schema: Schema, change: Callable[[Schema], Any]) -> dict[str, Any]:
    """Return a schema with each schema that stands directly in it changed."""
    parts: dict[str, Any] = {}
    for keyword, value in schema.items():
        if keyword in _NAMED:
            parts[keyword] = {name: change(part) for name, part in value.items()}
        elif keyword not in _VALUES and isinstance(value, Mapping):
            parts[keyword] = change(value)
        elif keyword not in _VALUES and isinstance(value, list):
            parts[keyword] = [change(part) if isinstance(part, Mapping) else part for part in value]
        else:
            parts[keyword] = value
    return parts


def definition_name(reference: str) -> str:
    """Return the name of the definition that a `$ref` of pydantic's points to."""
    return reference.rsplit("/", 1)[-1]


@dataclass(frozen=True, slots=True)
class _Reader:
    definitions: Schema

    def read(self, schema: Schema, within: tuple[str, ...]) -> Shape:
        """Read a schema; `within` names the definitions that it stands in."""
        shape = self._shape(schema, within)
        given = tuple(schema.get("examples", ()))
        # What stands beside a `$ref` is said of this place alone.
        return replace(shape, examples=given) if given else shape

    def _shape(self, schema: Schema, within: tuple[str, ...]) -> Shape:
        if "$ref" in schema:
            name = definition_name(schema["$ref"])
            return Recursive(name) if name in within else self.read(self.definitions[name], (*within, name))
        if "const" in schema:
            return Constant(schema["const"])
        if "enum" in schema:
            return Choice(tuple(schema["enum"]))
        for union in ("anyOf", "oneOf"):
            if union in schema:
                return self._union(schema[union], within)
        return self._typed(schema, within)

    def _union(self, alternatives: list[Schema], within: tuple[str, ...]) -> Shape:
        shapes = tuple(self.read(one, within) for one in alternatives if one.get("type") != "null")
        shape = shapes[0] if len(shapes) == 1 else OneOf(shapes)
        return shape if len(shapes) == len(alternatives) else Nullable(shape)

    def _typed(self, schema: Schema, within: tuple[str, ...]) -> Shape:  # noqa: PLR0911 - one shape a type
        match schema.get("type"):
            case "string":
                return Text(
                    schema.get("pattern"), schema.get("minLength", 0), schema.get("maxLength"), schema.get("format")
                )
            case "integer" | "number" as name:
                return Number(name == "integer", {key: schema[key] for key in _BOUNDS if key in schema})
            case "boolean":
                return Boolean()
            case "null":
                return Constant(None)
            case "array":
                return self._array(schema, within)
            case "object" if "properties" in schema or schema.get("additionalProperties") is False:
                closed = schema.get("additionalProperties") is False
                return Object(tuple(self._fields(schema, within)), closed)
            case "object" if isinstance(schema.get("additionalProperties"), Mapping):
                return MapOf(self.read(schema["additionalProperties"], within))
            case other:
                return Anything(other if isinstance(other, str) else None)

    def _array(self, schema: Schema, within: tuple[str, ...]) -> Shape:
        if "prefixItems" in schema:
            return TupleOf(tuple(self.read(item, within) for item in schema["prefixItems"]))
        item = self.read(schema.get("items", {}), within)
        unique = bool(schema.get("uniqueItems"))
        return ListOf(item, schema.get("minItems", 0), schema.get("maxItems"), unique)

    def _fields(self, schema: Schema, within: tuple[str, ...]) -> Iterator[Field]:
        required = schema.get("required", ())
        for name, part in schema.get("properties", {}).items():
            yield Field(name, self.read(part, within), name in required, part.get("description"))
