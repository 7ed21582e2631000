"""Documents that are wrong somewhere: a right one with something else in one of its places, or no JSON at all."""

from __future__ import annotations

import copy
import json
from collections.abc import Iterator
from random import Random
from typing import Any

TEXTS = (
    "", " ", "a", "latest", "main", "production", "true", "null", "0", "-1", "1e999", "9" * 400, "a" * 5000, "é",
    "\U0001f600",
    "..", "../../etc/passwd", "%00", "%2F", "a/b", "a\\b", "'; DROP TABLE tags; --", "\x00", "\x1b[31m",
    "\n::error::x", "\u202e",
    "\ud800", "${pactbroker.pactUrl}", "<script>", "http://127.0.0.1:9/", "http://[::1", "//host/", "javascript:x",
    "2020-01-01",
    "2020-13-45T99:99:99Z", "application/json", "bearer x", "c", "p", "1", "2", "t",
)  # fmt: skip
VALUES: tuple[Any, ...] = (
    None, True, False, 0, -1, 1, 2**31, 2**63, 2**64, 10**30, 0.5, -0.0, 1e308, [], {}, [[]], [None], {"": None},
    [{}], {"a": {}},
)  # fmt: skip
RAW = (
    b"", b"{", b"[", b"}", b"null", b"true", b'"a"', b"1", b"[]", b"{}", b"[1e999]", b"NaN", b"[" * 2000,
    b'{"a":' * 500,
    b'{"a":1,"a":2}', b"\xff\xfe{\x00}\x00", b"\xef\xbb\xbf{}", b"\x80\x81", b"\x00", b'"\\ud800"',
    b'{"\\u0000":1}', b"1" * 5000,
    b"{}{}", b"a=b&c=d", b"<x/>", b"\x1f\x8b\x08\x00\x00",
)  # fmt: skip


def any_value(dice: Random) -> Any:
    """Return some value: a text or another, sometimes a few of them together."""
    kind = dice.random()
    if kind < 0.45:
        return dice.choice(TEXTS)
    if kind < 0.9:
        return copy.deepcopy(dice.choice(VALUES))
    if kind < 0.95:
        return [any_value(dice) for _ in range(dice.randrange(4))]
    return {dice.choice(TEXTS): any_value(dice) for _ in range(dice.randrange(4))}


def changed(document: Any, dice: Random) -> Any:
    """Return a document in which a place or two hold something else, are gone, stand twice or have another name."""
    document = {"": copy.deepcopy(document)}
    for _ in range(dice.choice((1, 1, 1, 2, 3))):
        holder, key = dice.choice(list(places(document)))
        kind = dice.random()
        if kind < 0.6 or (kind < 0.75 and isinstance(holder, list)):
            holder[key] = any_value(dice)
        elif kind < 0.75:
            holder[str(dice.choice(TEXTS))] = holder.pop(key)
        elif kind < 0.9 and key != "":
            del holder[key]
        elif isinstance(holder, list):
            holder.insert(0, copy.deepcopy(holder[key]))
        if "" not in document:
            return any_value(dice)
    return document[""]


def written(document: Any, dice: Random) -> bytes:
    """Return a document as bytes; sometimes torn, or something else altogether."""
    kind = dice.random()
    if kind < 0.08:
        return dice.choice(RAW)
    text = json.dumps(document, ensure_ascii=dice.random() < 0.5).encode("utf-8", "surrogatepass")
    if kind < 0.12 and text:
        place = dice.randrange(len(text))
        return text[:place] + dice.choice((b"", b"\x00", b"\xff", b'"', b"{")) + text[place + dice.randrange(2) :]
    return text


def places(value: Any) -> Iterator[tuple[Any, Any]]:
    """Yield each place in a document: what holds it, and its key or index there."""
    items = value.items() if isinstance(value, dict) else enumerate(value) if isinstance(value, list) else ()
    for key, child in list(items):
        yield value, key
        yield from places(child)
