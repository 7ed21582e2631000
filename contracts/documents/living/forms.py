"""What a field may hold, said in a language."""

from __future__ import annotations

from contracts.documents.living.phrases import Phrases
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
    Shape,
    Text,
    TupleOf,
)


def say_form(shape: Shape, phrases: Phrases) -> str:  # noqa: C901, PLR0911 - one form a shape
    """Return what a value of this shape looks like."""
    match shape:
        case Constant(value):
            return phrases.form_constant.format(value=_code(value))
        case Choice(values):
            return phrases.form_enum.format(values=", ".join(_code(value) for value in values))
        case Nullable(inner):
            return say_form(inner, phrases)
        case OneOf(shapes):
            return phrases.alternatives.join(say_form(one, phrases) for one in shapes)
        case Text():
            return _say_text(shape, phrases)
        case Number(integer):
            return phrases.form_integer if integer else phrases.form_number
        case Boolean():
            return phrases.form_boolean
        case ListOf(item):
            return phrases.form_list.format(item=say_form(item, phrases))
        case TupleOf():
            return phrases.form_list.format(item=phrases.form_any)
        case Object() | MapOf() | Recursive() | Anything("object"):
            return phrases.form_object
        case Anything():
            return phrases.form_any


def _say_text(shape: Text, phrases: Phrases) -> str:
    if shape.format == "date-time":
        return phrases.form_date_time
    if shape.format is not None:
        return phrases.form_formatted.format(format=shape.format)
    if shape.pattern is not None:
        return phrases.form_pattern.format(pattern=_code(shape.pattern))
    return phrases.form_text


def _code(value: object) -> str:
    return f"`{value}`"
