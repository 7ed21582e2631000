"""Which events are plain: an envelope and data of texts, each of which one regular expression decides.

Read from what pydantic itself validates by (its core schema), and closed in itself: a key that isn't known here, a
validator, an alias, a number, a list, a pattern that two engines could read differently, and the event isn't plain.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from contracts.model.events import RFC3339_PATTERN, CanonicalEvent, parse_rfc3339

_MODEL = {"type", "cls", "schema", "config", "custom_init", "root_model", "ref", "metadata"}
_FIELDS = {"type", "model_name", "computed_fields", "fields"}
_CONFIG = {"extra_fields_behavior", "strict", "title"}
_FIELD = {"type", "schema", "metadata"}
_TEXT = {"type", "pattern", "min_length", "max_length", "strict", "metadata"}
_LITERAL = {"type", "expected", "metadata"}
_DEFAULT = {"type", "schema", "default", "metadata"}

_PLAIN_PATTERN = re.compile(
    r"""\^(?:
        [A-Za-z0-9 _:;,@%&=~/<>'-]                     # itself
      | \\[.+*?()\[\]{}|^$/-]                          # escaped, itself
      | \[(?:[A-Za-z0-9._:@%=/+*?-]|\\[.-])+\]         # a class of letters and ranges, not negated
      | \((?!\?) | \) | \|                             # groups and alternatives
      | [*+?] | \{\d+(?:,\d*)?\}                      # repetitions
      | \.
    )+\$""",
    re.VERBOSE,
)
"""Patterns that Python, pydantic and Pact's core read alike for ASCII texts without line ends."""

_ESCAPE_OR_CLASS = re.compile(r"\\.|\[(?:\\.|[^\]])*\]")
_VARIABLE = re.compile(r"[*+?]|\{\d+,\d*\}")

_MONTHS = (
    "(?:0[13578]|1[02])-(?:0[1-9]|[12][0-9]|3[01])",
    "(?:0[469]|11)-(?:0[1-9]|[12][0-9]|30)",
    "02-(?:0[1-9]|1[0-9]|2[0-8])",
)
_DAY = f"(?!0000)[0-9]{{4}}-(?:{'|'.join(_MONTHS)})"
"""Every day that each year has; 29 February takes the exact way, which knows the calendar."""
_CLOCK = RFC3339_PATTERN[RFC3339_PATTERN.index("[Tt]") : -1]


@dataclass(frozen=True, slots=True)
class Leaf:
    """One text of a message.

    Attributes:
        path: `("id",)`, or `("data", key)`.
        regex: what the whole text matches; without line ends, whatever it says.
        pattern: the model's own, where it has one.
        only: the one text that is right, where there is one.
    """

    path: tuple[str, ...]
    regex: str
    pattern: str | None = None
    only: str | None = None
    required: bool = True


class _NotPlainError(Exception):
    """The event's schema holds more than is understood here."""


def leaves_of(model: type[CanonicalEvent], emitter: str) -> tuple[Leaf, ...] | None:
    """Return the texts of an event as an emitter states it, sorted by their paths; None where it isn't plain.

    The `type` isn't among them: it is what the event is found by.
    """
    try:
        found = sorted(_leaves(model, emitter), key=lambda leaf: leaf.path)
    except (_NotPlainError, KeyError, TypeError):
        return None
    required = {leaf.path for leaf in found if leaf.required}
    facts = {("data", key) for key in model.fact_key}
    return tuple(found) if required >= {("id",), ("source",), ("time",), ("specversion",), *facts} else None


def _leaves(model: type[CanonicalEvent], emitter: str) -> Iterator[Leaf]:
    for name, schema in _fields_of(model.__pydantic_core_schema__):
        if name == "type":
            continue
        if name == "data":
            for key, inner in _fields_of(schema):
                yield _leaf(("data", key), inner)
            continue
        leaf = _leaf((name,), schema)
        if name == "source":
            # Another name is a violation, or no name at all: both are said by the exact way.
            if re.fullmatch(leaf.regex, emitter, re.ASCII) is None:
                raise _NotPlainError
            leaf = Leaf(leaf.path, re.escape(emitter), leaf.pattern, emitter)
        yield leaf


def _fields_of(schema: Any) -> Iterator[tuple[str, Any]]:
    """Yield a closed model's fields."""
    _known(schema, "model", _MODEL)
    config = schema.get("config") or {}
    _known({"type": "config", **config}, "config", {"type", *_CONFIG})
    if schema.get("custom_init") or schema.get("root_model") or config.get("extra_fields_behavior") != "forbid":
        raise _NotPlainError
    fields = schema["schema"]
    _known(fields, "model-fields", _FIELDS)
    if fields.get("computed_fields"):
        raise _NotPlainError
    for name, field in fields["fields"].items():
        _known(field, "model-field", _FIELD)
        if not (name.isascii() and name.isprintable()) or set(name) & set('"\\'):
            raise _NotPlainError
        yield name, field["schema"]


def _leaf(path: tuple[str, ...], schema: Any) -> Leaf:
    kind = schema["type"]
    if kind == "default":
        _known(schema, kind, _DEFAULT)
        inner = _leaf(path, schema["schema"])
        return Leaf(path, inner.regex, inner.pattern, inner.only, required=False)
    if kind == "literal":
        _known(schema, kind, _LITERAL)
        expected = schema["expected"]
        if not all(isinstance(text, str) and text.isascii() and text.isprintable() for text in expected):
            raise _NotPlainError
        return Leaf(path, "|".join(map(re.escape, expected)), only=expected[0] if len(expected) == 1 else None)
    if kind == "function-before" and schema["function"] == {"type": "no-info", "function": parse_rfc3339}:
        _known(schema["schema"], "datetime", {"type", "microseconds_precision"})
        return Leaf(path, _DAY + _CLOCK, RFC3339_PATTERN)
    _known(schema, "str", _TEXT)
    return Leaf(path, _text(schema), schema.get("pattern"))


def _text(schema: Mapping[str, Any]) -> str:
    pattern = schema.get("pattern")
    if pattern is not None and not is_plain_pattern(pattern):
        raise _NotPlainError
    least, most = schema.get("min_length", 0), schema.get("max_length", "")
    length = rf"(?=[^\n]{{{least},{most}}}(?:\n|\Z))" if least or most != "" else ""
    return length + (f"(?:{pattern[1:-1]})" if pattern is not None else r"[^\n]*")


def is_plain_pattern(pattern: str) -> bool:
    """Is it anchored at both ends, and read alike by every engine that is asked?"""
    if _PLAIN_PATTERN.fullmatch(pattern) is None or "--" in pattern or _has_alternatives_outside(pattern[1:-1]):
        return False
    # With a second one a text could be tried in ever more ways; pydantic's engine takes linear time always.
    if len(_VARIABLE.findall(_ESCAPE_OR_CLASS.sub("x", pattern))) > 1:
        return False
    try:
        re.compile(pattern)
    except re.error:
        return False
    return True


def _has_alternatives_outside(pattern: str) -> bool:
    """`^a|b$` is anchored at one end each: are there alternatives outside of every group?"""
    depth = 0
    for letter in _ESCAPE_OR_CLASS.sub("x", pattern):
        depth += {"(": 1, ")": -1}.get(letter, 0)
        if letter == "|" and depth == 0:
            return True
    return False


def _known(schema: Any, kind: str, keys: set[str]) -> None:
    if schema["type"] != kind or not set(schema) <= keys:
        raise _NotPlainError
