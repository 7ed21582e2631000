"""What a text's pattern lets through: all of a text or a part of it, an identifier or anything that people type."""

from __future__ import annotations

import re
from collections.abc import Iterator

from contracts.model.shapes import Anything, MapOf, OneOf, Recursive, Shape, Text, TupleOf, nodes

_NO_FREE_TEXT = ("uuid", "date-time", "date", "time", "duration")
"""Formats that pydantic itself holds a value to, and that say nothing of a person."""
_TYPED_BY_PEOPLE = (
    "a b", "Jane Doe", "a@b.c", "jane@example.org", "+37120000000", "+371 20 000 000", "Hello, world!", "O'Neill",
)  # fmt: skip
"""What no identifier is: a pattern that takes one of these takes names, addresses, telephone numbers or sentences."""


def is_anchored(pattern: str) -> bool:
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


def text_fits(shape: Text, text: str) -> bool:
    """Does the text have the shape's length and pattern? A pattern that only pydantic can read is taken to fit."""
    if len(text) < shape.min_length or (shape.max_length is not None and len(text) > shape.max_length):
        return False
    try:
        return shape.regex is None or re.search(shape.regex, text) is not None
    except re.error:
        return True


def takes_free_text(shape: Text) -> bool:
    """May the text be something that a person typed, and so be personal: a name, an address, a sentence?"""
    if shape.format in _NO_FREE_TEXT:
        return False
    if shape.regex is None or not is_anchored(shape.regex):
        return True
    return any(text_fits(shape, text) for text in _TYPED_BY_PEOPLE)


def free_text_paths(shape: Shape) -> Iterator[str]:
    """Yield the path of each value that may be free text, or of which the shape says too little to exclude it."""
    for node in nodes(shape):
        match node.value:
            case Text() as text if takes_free_text(text):
                yield node.path
            case OneOf() | TupleOf() | MapOf() | Recursive() | Anything():
                yield node.path
