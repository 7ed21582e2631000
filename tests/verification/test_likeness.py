"""Where no event can be read, the finding says what the message looks like and what to change."""

from __future__ import annotations

import gzip
import json
from typing import Any

import pytest

from contracts.model.emission import Emission, Trigger
from contracts.model.verdict import Finding
from tests.verification.support import COMPLETED, FACTS, emission, message, run

TEXT = json.dumps(message())
DATA = json.dumps(FACTS[COMPLETED])
STRUCTURED = "send one CloudEvent a message, all of it in the JSON body"

LIKENESSES: dict[str, tuple[bytes | str, dict[str, str], str, str]] = {
    "nothing": (b"", {}, "an empty body", STRUCTURED),
    "gzip": (gzip.compress(TEXT.encode()), {}, "compressed (gzip)", "without Content-Encoding"),
    "zstd": (b"\x28\xb5\x2f\xfd\x00", {}, "compressed (zstd)", "without Content-Encoding"),
    "said to be compressed": (b"\x0b\x02\x80", {"content-encoding": "br"}, "compressed (br)", "without Content-Enc"),
    "binary over HTTP": (DATA, {"ce-type": COMPLETED}, f"in binary mode (ce-type: {COMPLETED})", STRUCTURED),
    "binary over Kafka": (DATA, {"ce_type": COMPLETED}, f"in binary mode (ce_type: {COMPLETED})", "is a header"),
    "batch by its type": ("[]", {"content-type": "application/cloudevents-batch+json"}, "in batch mode", STRUCTURED),
    "batch by its body": (f"[{TEXT},{TEXT}]", {}, "in batch mode", STRUCTURED),
    "a form by its type": ("x", {"content-type": "application/x-www-form-urlencoded;a=b"}, "a form", STRUCTURED),
    "a form by its body": ("client_id=1&webinar_id=a%20b&tags[]=", {}, "a form", STRUCTURED),
    "UTF-16": (TEXT.encode("utf-16"), {}, "UTF-16", "encode the body as UTF-8"),
    "UTF-16 without a mark": (TEXT.encode("utf-16-be"), {}, "UTF-16", "encode the body as UTF-8"),
    "UTF-32": (TEXT.encode("utf-32"), {}, "UTF-32", "encode the body as UTF-8"),
    "a byte order mark": (b"\xef\xbb\xbf" + TEXT.encode(), {}, "UTF-8 with a byte order mark", "without a byte order"),
    "Latin 1": ('{"name": "\xe9\xe8"}'.encode("latin-1"), {}, "bytes that are no UTF-8", "encode the body as UTF-8"),
    "XML": ("<?xml version='1.0'?><event/>", {}, "HTML or XML", STRUCTURED),
    "lines": (f"{TEXT}\n{TEXT}\n", {}, "several JSON documents, one a line", STRUCTURED),
    "encoded twice": (json.dumps(TEXT), {}, "JSON that was encoded twice", "the body begins with {"),
    "plain JSON": (DATA, {}, "plain JSON that is no CloudEvent (its keys: 'client_id', 'webinar_id')", STRUCTURED),
    "an empty object": ("{}", {}, "plain JSON that is no CloudEvent", STRUCTURED),
    "without a type": (json.dumps(message(type=...)), {}, "a CloudEvent without its type", "event as type"),
    "a list": ("[1]", {}, "JSON that is no object", STRUCTURED),
    "a number": ("7", {}, "JSON that is no object", STRUCTURED),
    "text": ("registered", {"content-type": "text/plain"}, "plain text", STRUCTURED),
}  # fmt: skip


def sent(name: str, **rest: Any) -> Emission:
    """Return a message that looks like it."""
    body, headers, _, _ = LIKENESSES[name]
    raw = body.encode() if isinstance(body, str) else body
    return Emission(headers={"content-type": "application/cloudevents+json"} | headers, body=raw, **rest)


def alike(found: Finding, name: str) -> bool:
    """Does the finding say what the message looks like, and what to change?"""
    _, _, what, advice = LIKENESSES[name]
    shown = found.message.rpartition("; it looks like ")[2]
    return shown.endswith(what) and advice in str(found.next_step)


@pytest.mark.parametrize("name", LIKENESSES)
def test_a_message_of_no_known_event_says_what_it_looks_like(name: str) -> None:
    """Two of them beside a right one: each is an unknown event, and says how to be known."""
    result = run([emission(), sent(name), sent(name)])
    assert [finding.rule for finding in result.violations] == ["unknown-event"] * 2
    assert all(alike(finding, name) for finding in result.violations), result.violations


@pytest.mark.parametrize("name", LIKENESSES)
def test_a_triggered_message_says_what_it_looks_like(name: str) -> None:
    """Its trigger says which event was meant: one finding of the whole body, with the same advice."""
    trigger = Trigger(event=COMPLETED, fact=FACTS[COMPLETED])
    result = run([emission(context="a"), sent(name, trigger=trigger, context="b")])
    whole = [each for each in result.pairs[0].findings if each.path in ("$", "$.type") and each.rule == "event-schema"]
    assert [alike(finding, name) for finding in whole] == [True], result.pairs[0].findings
    assert not result.violations


@pytest.mark.parametrize(
    "body",
    [b'{"type": "client_webinar_completed"', b'{"a": 1, "a": 1}', b'{"id": "a\\u0000b"', b"[" * 100_000, b"{\x00}"],
    ids=["torn", "a key twice", "torn, with a NUL", "nested too deep", "a NUL"],
)  # fmt: skip
def test_what_looks_like_nothing_else_is_told_why_it_cant_be_read(body: bytes) -> None:
    """No guess is made; the reason is there, and what an event needs."""
    (finding,) = run([emission(), emission(body)]).violations
    assert "it looks like" not in finding.message
    assert finding.message.startswith("the body ")
    assert finding.next_step == "state the event as the body's type"


def test_an_event_that_can_be_read_is_likened_to_nothing() -> None:
    """A wrong name is told the right one."""
    (finding,) = run([emission(), emission(message(type="client_webinar_complete"))]).violations
    assert finding.message == f"'client_webinar_complete' is no canonical event (did you mean {COMPLETED!r}?)"
