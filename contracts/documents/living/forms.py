"""What a field may hold, said in a language: from the JSON schema of a canonical event."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from contracts.documents.living.phrases import Phrases

Schema = Mapping[str, Any]


def say_form(schema: Schema, defs: Schema, phrases: Phrases) -> str:
    """Return what a value of `schema` looks like.

    Args:
        schema: the field's part of the JSON schema.
        defs: the schema's `$defs`.
        phrases: the language.
    """
    if "$ref" in schema:
        return say_form(defs[schema["$ref"].rsplit("/", 1)[-1]], defs, phrases)
    if "const" in schema:
        return phrases.form_constant.format(value=_code(schema["const"]))
    if "enum" in schema:
        return phrases.form_enum.format(values=", ".join(_code(value) for value in schema["enum"]))
    if "anyOf" in schema:
        parts = [say_form(part, defs, phrases) for part in schema["anyOf"] if part.get("type") != "null"]
        return phrases.alternatives.join(parts)
    return _say_type(schema, defs, phrases)


def _say_type(schema: Schema, defs: Schema, phrases: Phrases) -> str:
    said: dict[str, Callable[[], str]] = {
        "string": lambda: _say_text(schema, phrases),
        "integer": lambda: phrases.form_integer,
        "number": lambda: phrases.form_number,
        "boolean": lambda: phrases.form_boolean,
        "array": lambda: phrases.form_list.format(item=say_form(schema.get("items", {}), defs, phrases)),
        "object": lambda: phrases.form_object,
    }
    return said.get(str(schema.get("type")), lambda: phrases.form_any)()


def _say_text(schema: Schema, phrases: Phrases) -> str:
    if schema.get("format") == "date-time":
        return phrases.form_date_time
    if "format" in schema:
        return phrases.form_formatted.format(format=schema["format"])
    if "pattern" in schema:
        return phrases.form_pattern.format(pattern=_code(schema["pattern"]))
    return phrases.form_text


def _code(value: object) -> str:
    return f"`{value}`"
