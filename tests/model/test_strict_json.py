"""The strict JSON decoder: equal to `json.loads` in what it accepts, and careful about what it does."""

from __future__ import annotations

import json
import time
from collections.abc import Callable
from contextlib import suppress

import pytest
from hypothesis import given
from hypothesis import strategies as st

from contracts.model.strict_json import (
    MAX_DEPTH,
    MAX_NUMBER_DIGITS,
    MAX_VALUES,
    JsonRefusedError,
    JsonTooLargeError,
    decode,
    decode_text,
    peek,
)

_PRINTED = st.text(st.characters(exclude_categories=["Cs"], exclude_characters="\0"))
_VALUES = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False, allow_infinity=False) | _PRINTED,
    lambda inner: st.lists(inner) | st.dictionaries(_PRINTED, inner),
)
_SNIPPETS = st.sampled_from(
    ["{", "}", "[", "]", ",", ":", '"', "\\", "\\u0000", "\\ud800", "\\udc00", "1e400", "-0", "1.0", "01", "NaN",
     "Infinity", '"a"', '{"a":1,"a":2}', "true", "null", " ", "\n", "\x00", "\x1f", "'", "//", "é", "\U0001f600"]
)  # fmt: skip


def refusal(text: str) -> str:
    """Return why a text is refused."""
    with pytest.raises(JsonRefusedError) as caught:
        decode(text)
    return str(caught.value)


@given(_VALUES, st.booleans())
def test_every_value_comes_back(value: object, ascii_only: bool) -> None:
    """What Python writes of plain values is accepted and read as Python reads it."""
    text = json.dumps(value, ensure_ascii=ascii_only)
    assert decode(text) == json.loads(text) == value


@given(st.one_of(st.text(), st.lists(_SNIPPETS).map("".join)))
def test_what_is_accepted_is_what_json_says(text: str) -> None:
    """For any text: refused with a reason, or equal to what `json.loads` makes of it, types included."""
    try:
        value = decode(text)
    except JsonRefusedError as error:
        reason = str(error)
        assert reason
        return
    assert repr(value) == repr(json.loads(text))


@pytest.mark.parametrize(
    ("text", "reason"),
    [
        ('{"a": 1, "a": 1}', "names the key 'a' twice"),
        ('[{"b": {"a": 1, "a": 2}}]', "names the key 'a' twice"),
        ('{"a": 1, "\\u0061": 2}', "names the key 'a' twice"),
        ("NaN", "holds NaN"),
        ("[-Infinity]", "holds -Infinity"),
        ('"\\u0000"', "escaped NUL"),
        ('{"a\\u0000b": 1}', "escaped NUL"),
        ('"\\ud800"', "lone surrogate"),
        ('{"\\udfff": 1}', "lone surrogate"),
        ("1e400", "too large"),
        ("-1e309", "too large"),
        ("1" * (MAX_NUMBER_DIGITS + 1), "a number of 301 digits"),
        ("1." + "1" * MAX_NUMBER_DIGITS, "too large"),
        ("", "is no JSON"),
        ("{'a': 1}", "is no JSON"),
        ('{"a": 1,}', "line 1, column"),
        ("[1]\n\n[2]", "line 3, column 1"),
        ("\ufeff1", "is no JSON"),
        ('"\x01"', "is no JSON"),
    ],
)
def test_what_two_parsers_could_read_differently_is_refused(text: str, reason: str) -> None:
    """With the reason, and where the syntax is at fault with its place."""
    assert reason in refusal(text)


@pytest.mark.parametrize(
    "text",
    ['{"a": 1, "A": 2}', '[{"a": 1}, {"a": 1}]', '"\\ud83d\\ude00"', '"NaN"', '"\\\\u0000"', "1e308", "-0.0", "1e-400",
     "1" * MAX_NUMBER_DIGITS, '"\ufeff"'],
)  # fmt: skip
def test_near_misses_are_read(text: str) -> None:
    """Equal keys in different objects, a pair of surrogates, a backslash before u0000."""
    assert decode(text) == json.loads(text)


@pytest.mark.parametrize(
    ("text", "reason"),
    [
        ('{"a": "torn\n', "Invalid control character at line 1, column 12"),
        ('{"a": "torn', "Unterminated string starting at line 1, column 7"),
        ("{", "Expecting property name enclosed in double quotes at line 1, column 2"),
    ],
)
def test_the_place_is_said_once(text: str, reason: str) -> None:
    """Whatever the parser's message ends with, the place follows it in plain words."""
    with pytest.raises(JsonRefusedError) as refused:
        decode(text)
    assert str(refused.value) == f"is no JSON: {reason}"


def test_depth_is_bounded_and_brackets_in_strings_dont_count() -> None:
    """64 levels are read, 65 aren't; ten thousand brackets within a string are text."""
    assert decode("[" * MAX_DEPTH + "]" * MAX_DEPTH) == json.loads("[" * MAX_DEPTH + "]" * MAX_DEPTH)
    deeper = MAX_DEPTH + 1
    assert "deeper than 64" in refusal("[" * deeper + "]" * deeper)
    assert "deeper than 64" in refusal('{"a":' * deeper + "1" + "}" * deeper)
    assert "deeper than 64" in refusal("[" * 1_000_000)
    text = json.dumps({'\\"[[{' * 30: "[{" * 10_000 + '\\"' + "[" * 99})
    assert decode(text) == json.loads(text)
    assert decode(json.dumps([[], []] * 200)) == [[], []] * 200


def test_the_number_of_values_is_bounded_and_commas_in_strings_dont_count() -> None:
    """A million are read; one more isn't, of whatever kind, nor a text of nothing but strings."""
    million = MAX_VALUES - 1
    assert len(decode("[" + "1," * (million - 1) + "1]")) == million
    for more in (
        "[" + "1," * million + "1]",
        "[" + "[]," * (million // 2) + "[],[]]",
        '{"":' * 9 + "[1" + ",1" * million,
    ):
        assert "more than 1,000,000 values" in refusal(more)
    text = json.dumps(["," * 2_000_000, {"[" * 2_000_000: '\\"'}])
    assert decode(text) == json.loads(text)


def test_what_is_too_large_is_refused_in_little_time() -> None:
    """Sixty megabytes of empty lists, or of strings that no comma parts."""
    start = time.process_time()
    for text in ("[" + "[]," * 20_000_000 + "[]]", "," * 1_000_000 + '""' * 29_000_000, "[" + '{"":[]},' * 8_000_000):
        assert "more than 1,000,000 values" in refusal(text)
    assert time.process_time() - start < 10


@pytest.mark.parametrize(
    ("text", "value"),
    [('{"a": 1, "a": "b"}', {"a": "b"}), ("[-Infinity]", [float("-inf")]), ("9" * 5000, 0), ('"\\ud800"', "\ud800")],
)
def test_a_peek_takes_what_the_most_lenient_parser_takes(text: str, value: object) -> None:
    """It tells what kind of thing a text is, though parsers read it differently."""
    assert peek(text) == value
    refusal(text)


@pytest.mark.parametrize(("text", "kind"), [("{", JsonRefusedError), ("[" * 65, JsonTooLargeError)])
def test_a_peek_refuses_what_no_parser_takes(text: str, kind: type[JsonRefusedError]) -> None:
    """No JSON at all, and what would exhaust a parser."""
    with pytest.raises(JsonRefusedError) as caught:
        peek(text)
    assert type(caught.value) is kind


@pytest.mark.parametrize(
    ("raw", "reason"),
    [
        (b"\xff", "byte 0 can't be decoded"),
        (b'"\xed\xa0\x80"', "byte 1 can't be decoded"),
        (b"\xef\xbb\xbf1", "byte order mark"),
        (b"1\x00", "NUL at character 1"),
        ('"é"'.encode("utf-16"), "is not UTF-8"),
        ("1".encode("utf-16-le"), "NUL"),
        (b"\xc0\xaf", "byte 0"),
    ],
)
def test_bytes_that_are_no_plain_utf_8(raw: bytes, reason: str) -> None:
    """Said before anything is parsed."""
    with pytest.raises(JsonRefusedError, match=reason):
        decode_text(raw)


def hostile(size: int) -> list[str]:
    """Return texts of a size that invite a parser to look at them again and again."""
    start = "[" * 65 + "]" * 65
    return [
        start + '"' + '\\"' * size,
        start + '"' + '\\"' * size + "\\",
        start + '"' * size,
        "[" + "[]," * size + "[]]",
        "{" + ",".join(f'"{n}":{n}' for n in range(size)) + "}",
        "[" + "1" * 300 + ("," + "1" * 300) * (size // 300) + "]",
        "\n" * size + "x",
        '"' + "\\u00e9" * size + '"',
    ]


def _seconds(work: Callable[[], object]) -> float:
    start = time.process_time()
    with suppress(JsonRefusedError):
        work()
    return time.process_time() - start


@pytest.mark.parametrize("kind", range(len(hostile(1))))
def test_time_stays_linear_in_the_size(kind: int) -> None:
    """Sixteen times the text takes nowhere near the 256 times that a quadratic look would take."""
    small, large = hostile(4_000)[kind], hostile(64_000)[kind]
    base = min(_seconds(lambda: decode(small)) for _ in range(5))
    assert min(_seconds(lambda: decode(large)) for _ in range(3)) < max(base, 0.0005) * 100
