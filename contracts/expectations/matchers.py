"""A field's shape as a Pact matcher, so that what a consumer reads is matched by its type and not by an example.

Pact's matchers alone are laxer than a strict model: `regex` takes null, true and 1 for their texts, `boolean`
takes "true", `type` takes 1.5 for an integer. Hence every scalar is matched by its type *and* by what narrows
it. `regex` must match the whole text there, while JSON Schema's pattern may be found anywhere in it.
"""

from __future__ import annotations

from typing import Any

from contracts.expectations.reading import Reading, promised
from contracts.expectations.shapes import Boolean, Choice, Constant, ListOf, Nullable, Number, Object, Shape, Text

Rule = dict[str, Any]

_TYPE: Rule = {"pact:matcher:type": "type"}
_ANYTHING = r"[\s\S]*"


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
        case Nullable():
            raise AssertionError("what may be null is never promised")
        case _:
            rules = rules_of(shape)
            alone = len(rules) == 1
            return {**rules[0], "value": example} if alone else {"pact:matcher:type": rules, "value": example}


def rules_of(shape: Shape) -> list[Rule]:
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
    raise AssertionError(f"{shape} is no scalar")


def _text_rules(shape: Text) -> list[Rule]:
    rules = []
    if shape.pattern is not None:
        rules.append(_regex(shape.pattern if _is_anchored(shape.pattern) else _found_anywhere(shape.pattern)))
    if shape.min_length or shape.max_length is not None:
        most = "" if shape.max_length is None else shape.max_length
        rules.append(_regex(rf"^[\s\S]{{{shape.min_length},{most}}}$"))
    return rules


def _regex(pattern: str) -> Rule:
    return {"pact:matcher:type": "regex", "regex": pattern}


def _found_anywhere(pattern: str) -> str:
    return f"{_ANYTHING}(?:{pattern}){_ANYTHING}"


def _is_anchored(pattern: str) -> bool:
    """Does the pattern hold the whole text: `^` first, `$` last, and no alternative that leaves one of them out?"""
    if not pattern.startswith("^") or not pattern.endswith("$") or pattern.endswith(r"\$"):
        return False
    depth, escaped, in_class = 0, False, False
    for character in pattern:
        if escaped:
            escaped = False
        elif character == "\\":
            escaped = True
        elif in_class or character == "[":
            in_class = character != "]"
        elif character == "|" and depth == 0:
            return False
        else:
            depth += {"(": 1, ")": -1}.get(character, 0)
    return True


def _literal(text: str) -> str:
    return "".join(f"\\{character}" if character in r"\.+*?()|[]{}^$" else character for character in text)
