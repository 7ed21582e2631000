"""What holds for every capture file: nothing raises, no good line is lost, what is written is read back."""

from __future__ import annotations

import io
import json
from typing import Any

from hypothesis import given, settings
from hypothesis import strategies as st

from contracts.emitters.captures import read_captures
from contracts.emitters.parts.capture_line import read_capture, write_capture
from contracts.model.emission import Answered, Commit, Emission, Fault, Refused, Trigger

FULL: dict[str, Any] = {
    "headers": {"content-type": "application/cloudevents+json"},
    "body": "{}",
    "body_encoding": "utf-8",
    "at": "2026-01-31T18:00:00+03:00",
    "method": "POST",
    "url": "https://scenario.example/events",
    "response": {"status": 202},
    "trigger": {"event": "client_webinar_completed"},
    "context": "test_completed",
    "commit": {"id": "4f2a9c1", "clean": True},
    "transport": "http",
}


def line(document: Any) -> bytes:
    """Return one line of a capture file."""
    return json.dumps(document).encode() + b"\n"


def read(content: bytes) -> list[Emission | Fault]:
    """Read a capture file's content."""
    return list(read_captures(io.BytesIO(content), "captures.ndjson"))


@settings(max_examples=300, deadline=None)
@given(st.lists(st.one_of(st.binary(max_size=40), st.just(b'{"headers":{},"body":""}')), max_size=8))
def test_no_bytes_raise_and_no_good_line_is_lost(lines: list[bytes]) -> None:
    """Whatever stands between them, every good line is read, and every line is answered for once."""
    content = b"".join(part.replace(b"\n", b"") + b"\n" + line(FULL) for part in lines)
    items = read(content)
    good = [item for item in items if isinstance(item, Emission) and item.headers]
    assert len(good) == len(lines)
    numbers = [item.where.line or 0 for item in items if item.where]
    assert numbers == sorted(set(numbers))
    blank = sum(1 for part in lines if not part.replace(b"\n", b"").strip(b" \t\r\v\f"))
    assert len(items) == 2 * len(lines) - blank


JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=5),
    lambda children: st.lists(children, max_size=3) | st.dictionaries(st.text(max_size=5), children, max_size=3),
    max_leaves=6,
)


@settings(max_examples=300, deadline=None)
@given(st.dictionaries(st.sampled_from(sorted(FULL)), JSON, max_size=4))
def test_no_value_of_a_known_key_raises(changes: dict[str, Any]) -> None:
    """Whatever JSON value a key holds, the line is an emission or a fault."""
    (item,) = read(line(FULL | changes))
    assert isinstance(item, Emission | Fault)


TEXT = st.text(st.characters(codec="utf-8", exclude_characters="\0"), max_size=20)
EMISSIONS = st.builds(
    Emission,
    headers=st.dictionaries(TEXT.map(str.lower).filter(lambda name: name == name.lower()), TEXT, max_size=3),
    body=st.binary(max_size=40) | TEXT.map(str.encode),
    method=st.sampled_from(["POST", "PUT"]),
    url=TEXT,
    at=st.none() | st.just("2026-01-31T18:00:00Z"),
    response=st.none() | st.builds(Answered, status=st.integers(100, 599)) | st.builds(Refused, error=TEXT),
    trigger=st.none() | st.builds(Trigger, event=TEXT, fact=st.dictionaries(TEXT, TEXT, max_size=2), delivery=TEXT),
    context=st.none() | TEXT,
    commit=st.none() | st.builds(Commit, id=TEXT.filter(bool), clean=st.booleans()),
    transport=st.none() | st.sampled_from(["http", "kafka", "amqp"]),
)


@settings(max_examples=300, deadline=None)
@given(EMISSIONS)
def test_what_is_written_is_read_back(emission: Emission) -> None:
    """Every emission comes back from its line byte for byte, and the line is one line."""
    written = write_capture(emission)
    assert written.count(b"\n") == 1
    assert read_capture(written) == emission
