"""Which interactions of a pact a compiled contract implies: whoever passes the one satisfies the other.

Proven when the pact is read, rule by rule: each text that the pact expects is one that the event requires, and each
of its rules follows from what the event says of that text. Any other interaction is asked of Pact's core each time.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from typing import Any

from contracts.model.events import CONTENT_TYPE
from contracts.model.pact import Interaction
from contracts.pact_core.actual import CONTENT_TYPE_KEYS, plain_content_type
from contracts.verification.plain_schema import Leaf

_PATH = re.compile(r"\$(?:\.[A-Za-z_][A-Za-z0-9_]*)+")


def is_implied(interaction: Interaction, event: str, leaves: tuple[Leaf, ...]) -> bool:
    """Does every message that the compiled event accepts satisfy the interaction?

    Args:
        leaves: the event's texts, as an emitter states it.
    """
    if not _asks_for_the_one_content_type(interaction) or not isinstance(interaction.contents, Mapping):
        return False
    if interaction.matching_rules.get("metadata"):
        return False
    required = {leaf.path: leaf for leaf in leaves if leaf.required} | {("type",): Leaf(("type",), "", only=event)}
    expected = dict(_texts(interaction.contents))
    if not expected or any(path not in required for path in expected):
        return False
    rules: dict[tuple[str, ...], Any] = {}
    for path, rule in interaction.body_rules.items():
        steps = tuple(path.split(".")[1:])
        if _PATH.fullmatch(path) is None or steps not in expected:
            return False
        rules[steps] = rule
    return all(_follows(rules.get(path), text, required[path]) for path, text in expected.items())


def _asks_for_the_one_content_type(interaction: Interaction) -> bool:
    metadata = interaction.metadata
    if any(name.lower() not in CONTENT_TYPE_KEYS for name in metadata):
        return False
    asked = [interaction.content_type, *metadata.values()]
    return all(isinstance(text, str) and plain_content_type(text) == CONTENT_TYPE for text in asked)


def _texts(contents: Mapping[str, Any], above: tuple[str, ...] = ()) -> Iterator[tuple[tuple[str, ...], Any]]:
    for name, value in contents.items():
        if isinstance(value, Mapping) and value:
            yield from _texts(value, (*above, name))
        else:
            yield (*above, name), value


def _follows(rule: Any, expected: Any, leaf: Leaf) -> bool:
    """Does the rule hold of every text that the leaf takes? Without a rule the expected text itself is demanded."""
    if not isinstance(expected, str):
        return False
    if rule is None:
        return leaf.only == expected
    # Where each of its matchers follows it is all one whether they are combined by AND or by OR.
    return all(_matcher_follows(matcher, expected, leaf) for matcher in rule["matchers"])


def _matcher_follows(matcher: Mapping[str, Any], expected: str, leaf: Leaf) -> bool:
    match dict(matcher):
        case {"match": "type", **rest} if not rest:
            return True
        case {"match": "equality", **rest} if not rest:
            return leaf.only == expected
        case {"match": "regex", "regex": pattern, **rest} if not rest:
            return leaf.pattern is not None and pattern == leaf.pattern
    return False
