"""A field's shape as a Pact matcher, so that what a consumer reads is matched by its type and not by an example.

Pact's matchers alone are laxer than a strict model: `regex` takes null, true and 1 for their texts, `boolean`
takes "true", `type` takes 1.5 for an integer. Hence every scalar is matched by its type *and* by what narrows
it. `regex` must match the whole text there, while JSON Schema's pattern may be found anywhere in it.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from pydantic import BaseModel

from contracts.errors import MisuseError
from contracts.expectations.reading import Reading, promised
from contracts.model.patterns import is_anchored
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

Rule = dict[str, Any]

MATCHED = (
    "a constant, a string with a pattern, a UUID, a date-time with an offset, an enum, an integer, a number, a "
    "boolean, a list of one of them, or a nested model"
)
"""What has a matcher, in words."""

_TYPE: Rule = {"pact:matcher:type": "type"}
_ANYTHING = r"[\s\S]*"


def matched_shape(model: type[BaseModel]) -> Object:
    """Return the shape of an event of which each field can be put into a pact.

    Raises:
        MisuseError: a field's type has no matcher; the message names the field.
    """
    shape = shape_of(model)
    for path, why in unmatched(shape):
        raise MisuseError(f"{path} of {model.__name__} can't be put into a pact: {why}", next_step=f"use {MATCHED}")
    return shape


def unmatched(shape: Shape, path: str = "") -> Iterator[tuple[str, str]]:
    """Yield the path of each field that can't be put into a pact, and why it can't."""
    match shape:
        case Object(fields):
            for one in fields:
                where = f"{path}.{one.name}" if path else one.name
                if set(one.name) & set(".[]"):
                    yield where, "a path can't name it, because of its dots or brackets"
                yield from unmatched(one.shape, where)
        case Nullable(inner):
            yield from unmatched(inner, path)
        case ListOf(item, unique=False) if not isinstance(item, Nullable):
            yield from unmatched(item, f"{path}[]")
        case _:
            why = _why_unmatched(shape)
            if why is not None:
                yield path, why


def _why_unmatched(shape: Shape) -> str | None:  # noqa: PLR0911 - one reason a shape
    match shape:
        case ListOf(Nullable()):
            return "its items may be null"
        case ListOf() | TupleOf():
            return "a field of type array of this form has no matcher"
        case MapOf():
            return "a field of type object of this form has no matcher"
        case Anything(kind):
            return f"a field of type {kind or 'any'} of this form has no matcher"
        case OneOf():
            return "Pact can't say that a value has one of several types"
        case Recursive():
            return "it holds itself"
        case Choice(values) if {type(value) for value in values} not in ({str}, {int}):
            return "a choice of anything but strings or integers has no matcher"
        case Constant(None):
            return "it is always null"
        case Text(regex=None, format=str(form)):
            return f"a string of format {form!r} has no matcher"
    return None


def with_matchers(shape: Shape, reading: Reading, example: Any) -> Any:
    """Return what is read of an example as Pact's integration JSON.

    Args:
        shape: the shape of the example.
        reading: what is read of it.
        example: a JSON value that holds at least what is read.

    Returns:
        The value with a matcher at every leaf; only fields that are read and always there.
    """
    match shape:
        case Object():
            return {name: with_matchers(inner, what, example[name]) for name, inner, what in promised(shape, reading)}
        case ListOf(item, min_items, max_items):
            # One item stands for all: the core applies its matchers to each, and repeats it up to `min`.
            rule: Rule = {"pact:matcher:type": "type", "min": min_items, "value": [
                with_matchers(item, reading, example[0])
            ]}  # fmt: skip
            return rule if max_items is None else {**rule, "max": max_items}
        case Constant() | Choice() | Text() | Number() | Boolean():
            rules = rules_of(shape)
            alone = len(rules) == 1
            return {**rules[0], "value": example} if alone else {"pact:matcher:type": rules, "value": example}
    raise AssertionError(f"{shape} has no matcher, or may be null")


def rules_of(shape: Scalar) -> list[Rule]:
    """Return the matchers of a scalar; a value must satisfy each of them."""
    match shape:
        case Constant():
            return [{"pact:matcher:type": "equality"}]
        case Choice(values):
            alternatives = "|".join(_literal(str(value)) for value in values)
            kind = _TYPE if isinstance(values[0], str) else {"pact:matcher:type": "integer"}
            return [_regex(f"^({alternatives})$"), kind]
        case Boolean():
            return [{"pact:matcher:type": "boolean"}, _TYPE]
        case Number(integer):
            return [{"pact:matcher:type": "integer" if integer else "number"}, _TYPE]
        case Text():
            return [*_text_rules(shape), _TYPE]


def _text_rules(shape: Text) -> list[Rule]:
    rules = []
    if shape.regex is not None:
        rules.append(_regex(shape.regex if is_anchored(shape.regex) else _found_anywhere(shape.regex)))
    if shape.min_length or shape.max_length is not None:
        most = "" if shape.max_length is None else shape.max_length
        rules.append(_regex(rf"^[\s\S]{{{shape.min_length},{most}}}$"))
    return rules


def _regex(pattern: str) -> Rule:
    return {"pact:matcher:type": "regex", "regex": pattern}


def _found_anywhere(pattern: str) -> str:
    return f"{_ANYTHING}(?:{pattern}){_ANYTHING}"


def _literal(text: str) -> str:
    return "".join(f"\\{character}" if character in r"\.+*?()|[]{}^$" else character for character in text)
