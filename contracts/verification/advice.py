"""What to change about a key that isn't as the event has it, by the kind of fault."""

from __future__ import annotations

from pydantic_core import ErrorDetails

from contracts.model.events import TOKEN_PATTERN
from contracts.verification.extensions import permit_advice

_IDENTIFIER = (
    "send an identifier: a letter or digit, then letters, digits and . _ : - up to 128 characters, and no personal data"
)
_BY_KIND = {
    "missing": "add it: what the event names is required",
    "extra_forbidden": "leave it out, or call it as the event does",
    "literal_error": "send exactly the value that is expected",
    "enum": "send one of the values that are expected",
    "string_pattern_mismatch": "send a text of the form that is expected",
    "string_too_long": "send a shorter text",
    "string_too_short": "send a longer text",
    "string_type": "send a JSON text, in quotes",
    "bool_type": "send true or false, without quotes",
    "int_type": "send a whole number, without quotes",
    "float_type": "send a number, without quotes",
    "list_type": "send a JSON array",
    "dict_type": "send a JSON object",
    "model_type": "send a JSON object",
    "model_attributes_type": "send a JSON object",
}


def advice_on(detail: ErrorDetails, key: str) -> str | None:
    """Return what to change; None where the rule's own words are all that can be said."""
    kind = detail["type"]
    if kind == "extra_forbidden" and len(detail["loc"]) == 1 and (permitted := permit_advice(key, detail["input"])):
        return permitted
    if kind == "string_pattern_mismatch" and detail.get("ctx", {}).get("pattern") == TOKEN_PATTERN:
        return _IDENTIFIER
    if kind == "value_error" and "RFC 3339" in detail["msg"]:
        return "send RFC 3339 with an offset, such as 2026-01-31T18:00:00+03:00"
    if key == "datacontenttype" and kind == "literal_error":
        return "send application/json, or leave it out"
    return _BY_KIND.get(kind)
