"""What a message looks like of which no event can be read, and what to change about it."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from contracts.model.emission import Emission
from contracts.model.events import CONTENT_TYPE
from contracts.verification.message import EmittedMessage

_STRUCTURED = f"send one CloudEvent a message, all of it in the JSON body, with Content-Type: {CONTENT_TYPE}"
_UNCOMPRESSED = "send the body as it is, without Content-Encoding"
_UTF8 = "encode the body as UTF-8, without a byte order mark"

_COMPRESSED = {b"\x1f\x8b": "gzip", b"\x28\xb5\x2f\xfd": "zstd", b"BZh": "bzip2", b"PK\x03\x04": "zip"}
"""How compressed bytes begin: RFC 1952, RFC 8878, and the formats' own documents."""
_BYTE_ORDER_MARKS = {
    b"\xff\xfe\x00\x00": "UTF-32", b"\x00\x00\xfe\xff": "UTF-32", b"\xff\xfe": "UTF-16", b"\xfe\xff": "UTF-16",
    b"\xef\xbb\xbf": "UTF-8 with a byte order mark",
}  # fmt: skip
_FORM = re.compile(rb"[\w.+%*\[\]-]+=[^&\s]*(&[\w.+%*\[\]-]+=[^&\s]*)*")
_FORMS = ("application/x-www-form-urlencoded", "multipart/form-data")
_TYPE_HEADERS = ("ce-type", "ce_type", "cloudevents:type", "cloudevents_type")
"""What carries the event's type in binary mode: CloudEvents' HTTP, Kafka and AMQP bindings, JMS clients of the last."""
_ENVELOPE = ("specversion", "type", "source", "id")
_MOST_NAMED = 6


@dataclass(frozen=True, slots=True)
class Likeness:
    """What a message looks like, and what to change."""

    what: str
    next_step: str


def likeness_of(message: EmittedMessage) -> Likeness | None:
    """Say what a message looks like of which no event can be read.

    Returns:
        The first likeness that fits, from the outside of the message to the inside; None where none does.
    """
    return next(_likenesses(message), None)


def _likenesses(message: EmittedMessage) -> Iterator[Likeness]:
    emission = message.emission
    if not emission.body:
        yield Likeness("an empty body", _STRUCTURED)
    if compression := _compression(emission):
        yield Likeness(f"compressed ({compression})", _UNCOMPRESSED)
    for name in _TYPE_HEADERS:
        if name in emission.headers:
            what = f"a CloudEvent in binary mode ({name}: {emission.headers[name]})"
            yield Likeness(what, f"{_STRUCTURED}; none of its attributes is a header")
    media_type = emission.headers.get("content-type", "").partition(";")[0].strip().lower()
    if media_type == "application/cloudevents-batch+json" or _is_batch(message.value):
        yield Likeness("CloudEvents in batch mode", _STRUCTURED)
    if media_type in _FORMS or (message.refusal is not None and _FORM.fullmatch(emission.body)):
        yield Likeness("a form", _STRUCTURED)
    if encoding := _encoding(emission.body):
        yield Likeness(encoding, _UTF8)
    if not _is_utf8(emission.body):
        yield Likeness("bytes that are no UTF-8", _UTF8)
    yield from _texts(message, media_type)


def _compression(emission: Emission) -> str | None:
    stated = emission.headers.get("content-encoding", "").strip().lower()
    found = next((name for start, name in _COMPRESSED.items() if emission.body.startswith(start)), None)
    return found or (stated if stated not in ("", "identity") else None)


def _encoding(body: bytes) -> str | None:
    """Name an encoding that isn't plain UTF-8: by its mark, or by the zeros that UTF-16 puts between Latin letters."""
    marked = next((name for mark, name in _BYTE_ORDER_MARKS.items() if body.startswith(mark)), None)
    start = body[:64]
    zeros = max(start[0::2].count(0), start[1::2].count(0))
    return marked or ("UTF-16" if len(start) >= 4 and zeros > len(start) // 3 else None)


def _is_utf8(body: bytes) -> bool:
    try:
        body.decode()
    except UnicodeDecodeError:
        return False
    return True


def _is_batch(value: Any) -> bool:
    return isinstance(value, list) and bool(value) and all(isinstance(each, dict) and "type" in each for each in value)


def _texts(message: EmittedMessage, media_type: str) -> Iterator[Likeness]:
    """Yield what text looks like: XML, several documents, JSON in a string, JSON without an envelope."""
    text, value = (message.text or "").strip(), message.value
    if text.startswith("<"):
        yield Likeness("HTML or XML", _STRUCTURED)
    if message.refusal is not None and len(text.splitlines()) > 1 and all(map(_is_object, text.splitlines())):
        yield Likeness("several JSON documents, one a line", _STRUCTURED)
    if isinstance(value, str) and _is_object(value):
        yield Likeness("JSON that was encoded twice", "encode the event once: the body begins with {")
    elif isinstance(value, dict) and not any(name in value for name in _ENVELOPE):
        named = ", ".join(map(repr, list(value)[:_MOST_NAMED]))
        yield Likeness(f"plain JSON that is no CloudEvent{f' (its keys: {named})' if named else ''}", _STRUCTURED)
    elif isinstance(value, dict):
        yield Likeness("a CloudEvent without its type", "name the canonical event as type")
    elif message.refusal is None:
        yield Likeness("JSON that is no object", _STRUCTURED)
    elif media_type == "text/plain" and not text.startswith("{"):
        yield Likeness("plain text", _STRUCTURED)


def _is_object(text: str) -> bool:
    return text.strip().startswith("{") and text.strip().endswith("}")
