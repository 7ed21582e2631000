"""Which fields of an event a consumer reads: what its interaction holds, and how each field is matched."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from contracts.model.pact import Interaction

_WORDS = {
    "type": "the same type",
    "regex": "text in a form",
    "integer": "an integer",
    "decimal": "a decimal number",
    "number": "a number",
    "boolean": "true or false",
    "null": "null",
    "date": "a date",
    "time": "a time",
    "timestamp": "a date and time",
    "datetime": "a date and time",
    "include": "text that includes",
    "notEmpty": "not empty",
    "semver": "a semantic version",
}
_DETAILS = ("regex", "value", "format", "min", "max")
_INDEX = re.compile(r"\[\d+\]")


@dataclass(frozen=True, slots=True)
class FieldRead:
    """One field that a consumer reads.

    Attributes:
        path: JSON path in the message.
        rule: how it is matched, in words.
        detail: the pattern, bounds or format, where there is one.
    """

    path: str
    rule: str
    detail: str
    example: Any


def fields_read(interaction: Interaction) -> tuple[FieldRead, ...]:
    """Return every leaf of the interaction's message, in its order.

    A leaf without a matching rule is matched by its value; Pact lets a rule of a parent hold for its children.
    """
    rules = interaction.body_rules
    return tuple(_field(path, example, rules) for path, example in _leaves("$", interaction.contents))


def _leaves(path: str, value: Any) -> Iterator[tuple[str, Any]]:
    if isinstance(value, Mapping) and value:
        for key, inner in value.items():
            step = f".{key}" if re.fullmatch(r"[A-Za-z_]\w*", key) else f"['{key}']"
            yield from _leaves(path + step, inner)
    elif isinstance(value, list) and value:
        for index, inner in enumerate(value):
            yield from _leaves(f"{path}[{index}]", inner)
    else:
        yield path, value


def _field(path: str, example: Any, rules: Mapping[str, Any]) -> FieldRead:
    matchers = [
        matcher
        for candidate in dict.fromkeys((path, _INDEX.sub("[*]", path)))
        for matcher in (rules.get(candidate) or {}).get("matchers") or ()
        if isinstance(matcher, Mapping)
    ]
    if not matchers:
        return FieldRead(path, "exactly this value", "", example)
    words = [_WORDS.get(str(matcher.get("match")), str(matcher.get("match"))) for matcher in matchers]
    details = [str(matcher[name]) for matcher in matchers for name in _DETAILS if name in matcher]
    return FieldRead(path, ", ".join(words), ", ".join(details), example)
