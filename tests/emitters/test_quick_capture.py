"""What is read quickly is read as the reader of captures reads it, and most of it is."""

from __future__ import annotations

import json
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from contracts.emitters.parts import capture_line
from contracts.emitters.parts.capture_line import CaptureRefusedError, read_capture, write_capture
from contracts.emitters.parts.quick_capture import read_quickly
from contracts.model.emission import Answered, Commit, Emission, Refused, Trigger
from tests.verification.support import emission

VALUES: dict[str, list[Any]] = {
    "headers": [{}, {"content-type": "a/b"}, {"Content-Type": "a/b", "x": '"'}, {"X": "1", "x": "2"}, {"x": 1}, None],
    "body": ["", '{"a": "b"}', 'a"b\n', "ü", "back\\slash", 1],
    "body_encoding": ["utf-8", "base64", None],
    "at": [None, "2026-01-31T18:00:00Z", "2026-02-29T18:00:00Z", "2024-02-29t18:00:00.5+03:00", "2026-01-31", "x", 1],
    "method": ["", "PUT", None],
    "url": ["http://a/b", None],
    "response": [None, {"status": 202}, {"status": 503}, {"status": 99}, {"status": "202"}, {"error": "reset"}, {}],
    "trigger": [None, {"event": "e"}, "x"],
    "context": [None, "", "a test", "a\ttest"],
    "commit": [None, {"id": "abc", "clean": True}, {"id": "", "clean": True}, {"id": "abc"}, {"id": "abc", "clean": 1}],
    "transport": [None, "http", "kafka", "Kafka", ""],
    "more": [1],
    "fault": ["x"],
}


def slowly(raw: bytes) -> Emission | None:
    """Read a line without any quick reading; None where it is refused."""
    try:
        return capture_line._emission(capture_line._document(raw), None)
    except CaptureRefusedError:
        return None


def agreed(raw: bytes) -> bool:
    """Was a line read quickly? Then it was read as it is else."""
    quick = read_quickly(raw)
    if quick is None:
        return False
    slow = slowly(raw)
    assert quick.emission() == slow
    assert slow is not None
    assert (quick.context, quick.delivered) == (slow.context, slow.delivered)
    return True


@st.composite
def a_line(draw: st.DrawFn) -> str:
    """Draw a line of any of these values, in any order."""
    keys = draw(st.lists(st.sampled_from(list(VALUES)), unique=True, max_size=6))
    chosen = [*dict.fromkeys(["headers", "body", *keys])][draw(st.integers(0, 1)) :]
    values = {key: draw(st.sampled_from(VALUES[key])) for key in draw(st.permutations(chosen))}
    return json.dumps(values, ensure_ascii=draw(st.booleans()), indent=draw(st.sampled_from([None, 1])))


PIECES = [
    '"',
    "\\",
    '\\"',
    "\\u0022",
    "\\u0000",
    ",",
    '"url":"x",',
    '"headers":{},',
    '"x":"y",',
    "\0",
    "\n",
    "é",
    "null",
]


@settings(max_examples=300, deadline=None)
@given(a_line(), st.integers(0, 300), st.integers(0, 8), st.sampled_from(["", *PIECES]))
def test_what_is_read_quickly_is_what_is_read(text: str, at: int, cut: int, piece: str) -> None:
    """Any values in any order, whole, and with some of the bytes taken out and others put in."""
    agreed(text.encode())
    at %= len(text)
    agreed((text[:at] + piece + text[at + cut :]).encode())


@pytest.mark.parametrize(
    ("sent", "quickly"),
    [
        (emission(), True),
        (emission(response=Answered(status=202), context="a test", commit=Commit(id="abc", clean=False)), True),
        (emission(url="http://a/b", at="2026-01-31T18:00:00Z", transport="kafka"), True),
        (emission("no JSON"), True),
        (emission(b"\xff"), False),
        (emission("ü"), False),
        (emission(trigger=Trigger(event="e")), False),
        (emission(response=Refused(error="reset")), False),
    ],
)
def test_the_usual_captures_are_read_quickly(sent: Emission, quickly: bool) -> None:
    """A reader that left everything to the other one would agree with it as well."""
    raw = write_capture(sent)
    assert agreed(raw) is quickly
    assert read_capture(raw) == sent


@pytest.mark.parametrize(
    "raw",
    [
        b'{"headers":{},"body":"","body":"x"}',
        b'{"headers":{"a":"b","a":"c"},"body":""}',
        b'{"headers":{},"body":"\\u0022\\u0022","url":"a","url":"b"}',
        b'{"headers":{},"body":"","context":null,"context":null}',
        b'{"headers":{},"body":"\\\\","url":"\\\\","url":"x"}',
        b'{"headers":{},"body":"","commit":{"id":"a","clean":true,"clean":true}}',
        b'{"headers":{},"body":"","response":{"status":200,"status":200}}',
    ],
)
def test_a_key_given_twice_is_never_read_quickly(raw: bytes) -> None:
    """Wherever it stands, and whatever else would make up for its quotation marks."""
    assert read_quickly(raw) is None
    assert slowly(raw) is None
