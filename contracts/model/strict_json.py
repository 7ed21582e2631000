"""The one reader of JSON from outside: what two parsers could read differently is refused, and what would exhaust one.

Python's `json`, PHP's and Pact's Rust core disagree about duplicate keys, NaN, NUL and lone surrogates
(RFC 8259, section 4 and 8.2, call the outcome unpredictable). A contract can't be judged on such a body, so
it is refused here, before Pact sees it. What a broker, a file or a command line holds is read in the same way, so that
whatever was read can be written again, on every Python.
"""

from __future__ import annotations

import json
import re
from collections.abc import Collection
from typing import Any

MAX_DEPTH = 64
MAX_NUMBER_DIGITS = 300
MAX_VALUES = 1_000_000
"""Objects, arrays, members and elements of one document: a few seconds' work, where each could take three bytes."""


class JsonRefusedError(ValueError):
    """The text is no JSON that every parser reads alike; the message says why."""


class JsonTooLargeError(JsonRefusedError):
    """The text may be JSON, and is nested too deep or holds too many values to be read."""


def decode_text(raw: bytes) -> str:
    """Decode `raw` as UTF-8 without a byte order mark, without NUL.

    Raises:
        JsonRefusedError: the bytes are not such a text.
    """
    try:
        text = raw.decode("utf-8")
    except UnicodeDecodeError as error:
        raise JsonRefusedError(f"is not UTF-8: byte {error.start} can't be decoded") from None
    if text.startswith("\ufeff"):
        raise JsonRefusedError("starts with a byte order mark")
    if "\0" in text:
        raise JsonRefusedError(f"holds a NUL at character {text.index(chr(0))}")
    return text


def read(raw: bytes, *, max_depth: int = MAX_DEPTH) -> Any:
    """Parse bytes as one JSON document: `decode_text`, then `decode`.

    Raises:
        JsonRefusedError: what either refuses.
    """
    return decode(decode_text(raw), max_depth=max_depth)


def decode(text: str, *, nul_within: Collection[str] = (), max_depth: int = MAX_DEPTH) -> Any:
    """Parse `text` as one JSON document.

    Args:
        text: the document.
        nul_within: members of the outermost object whose own text may hold an escaped NUL: it is what somebody sent,
            and is judged where it is read.
        max_depth: how many levels it may be nested.

    Returns:
        The document as Python values.

    Raises:
        JsonRefusedError: no JSON, a duplicate key, NaN or Infinity, a NUL, a lone surrogate, a number of
            more than 300 digits, nesting deeper than it may be, or more than a million values.
    """
    try:
        # Measured before parsing, so that no nesting exhausts the parser's stack, and no number of values the memory.
        _refuse_shape(text, max_depth)
        value = _DECODER.decode(text)
    except json.JSONDecodeError as error:
        # Some of the parser's messages end with "at", as if the place followed.
        what = error.msg.removesuffix(" at")
        raise JsonRefusedError(f"is no JSON: {what} at line {error.lineno}, column {error.colno}") from None
    if "\\u" in text or not _is_encodable(text):
        # The parser refuses a NUL that isn't escaped; half of a pair stands there as itself or is escaped.
        _refuse_unencodable(_without_nul(value, nul_within) if nul_within and "\\u0000" in text else value)
    return value


def peek(text: str) -> Any:
    """Parse `text` as the most lenient parser would, to tell what kind of thing it is; nothing is judged by it.

    Of equal keys the last one counts, NaN and Infinity are numbers, and of a whole number nothing but that is kept.

    Raises:
        JsonTooLargeError: nested deeper than 64 levels, or more than a million values.
        JsonRefusedError: no JSON to any parser.
    """
    _refuse_shape(text, MAX_DEPTH)
    try:
        return json.loads(text, parse_int=_any_number)
    except ValueError as error:
        raise JsonRefusedError(f"is no JSON: {error}") from None


def _any_number(_: str) -> int:
    return 0


def _is_encodable(text: str) -> bool:
    try:
        text.encode("utf-8")
    except UnicodeEncodeError:
        return False
    return True


def _without_nul(value: Any, keys: Collection[str]) -> Any:
    if not isinstance(value, dict):
        return value
    return {
        key: child.replace("\0", "") if key in keys and isinstance(child, str) else child
        for key, child in value.items()
    }


# A string without its end is stepped over as well, and no step is taken back: the time stays linear in the text.
_STRING = r'"(?:[^"\\]++|\\(?:.|\Z))*+(?:"|\Z)'
_STRING_OR_BRACKET = re.compile(rf"{_STRING}|[\[{{\]}}]", re.DOTALL)
_STRING_OR_MARK = re.compile(rf"{_STRING}|[\[{{\]}},]", re.DOTALL)


def _refuse_shape(text: str, max_depth: int) -> None:
    brackets = text.count("[") + text.count("{")
    is_large = len(text) > MAX_VALUES and brackets + text.count(",") >= MAX_VALUES
    if brackets > max_depth or is_large:
        _refuse_marks(_STRING_OR_MARK if is_large else _STRING_OR_BRACKET, text, max_depth)


def _refuse_marks(marks: re.Pattern[str], text: str, max_depth: int) -> None:
    depth = started = strings = 0
    for found in marks.finditer(text):
        mark = found[0]
        if mark in "[{":
            depth += 1
            started += 1
        elif mark == ",":
            started += 1
        elif mark in "]}":
            depth -= 1
        else:
            strings += 1
        if depth > max_depth:
            raise JsonTooLargeError(f"is nested deeper than {max_depth} levels")
        # A value has two strings at most, its name and itself; what has more is no JSON, and isn't read to its end.
        if started >= MAX_VALUES or strings > 2 * MAX_VALUES:
            raise JsonTooLargeError(f"holds more than {MAX_VALUES:,} values")


def _refuse_unencodable(value: Any) -> None:
    stack = [value]
    while stack:
        item = stack.pop()
        if isinstance(item, str):
            _refuse_string(item)
        elif isinstance(item, dict):
            stack.extend(item.keys())
            stack.extend(item.values())
        elif isinstance(item, list):
            stack.extend(item)


def _refuse_string(text: str) -> None:
    if "\0" in text:
        raise JsonRefusedError("holds an escaped NUL (\\u0000)")
    if not _is_encodable(text):
        raise JsonRefusedError("holds a lone surrogate (half of a \\uD800-\\uDFFF pair)")


def _object(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    result: dict[str, Any] = {}
    for key, value in pairs:
        if key in result:
            raise JsonRefusedError(f"names the key {key[:80]!r} twice in one object")
        result[key] = value
    return result


def _constant(name: str) -> Any:
    raise JsonRefusedError(f"holds {name}, which JSON doesn't have")


def _integer(digits: str) -> int:
    if len(digits) > MAX_NUMBER_DIGITS:
        raise JsonRefusedError(f"holds a number of {len(digits)} digits")
    return int(digits)


def _float(digits: str) -> float:
    value = float(digits)
    if len(digits) > MAX_NUMBER_DIGITS or value in (float("inf"), float("-inf")):
        raise JsonRefusedError(f"holds a number too large to be read alike everywhere: {digits[:20]}…")
    return value


_DECODER = json.JSONDecoder(object_pairs_hook=_object, parse_constant=_constant, parse_int=_integer, parse_float=_float)
