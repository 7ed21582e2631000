"""Compressed or not, and in which of CloudEvents' modes: what is judged is the structured form of what was sent."""

from __future__ import annotations

import gzip
import json
import zlib
from collections.abc import Callable
from typing import Any

import brotli  # type: ignore[import-untyped] # it brings no types
import pytest
import zstandard
from cloudevents.core.bindings.http import to_binary_event
from cloudevents.core.v1.event import CloudEvent
from hypothesis import given
from hypothesis import strategies as st

from contracts.model.emission import Emission
from contracts.model.strict_json import JsonRefusedError, decode, decode_text
from contracts.verification.compression import MAX_DECODED, NotDecodedError, decompressed
from contracts.verification.forms import SentForm, forms_of

STRUCTURED = "application/cloudevents+json"
BATCH = "application/cloudevents-batch+json"
DATA = {"client_id": "c-1", "webinar_id": "w-1"}
ATTRIBUTES = {
    "specversion": "1.0",
    "id": "m-1",
    "source": "client-webinar-tracker-v2",
    "type": "client_webinar_completed",
    "time": "2026-03-01T18:00:00Z",
}
EVENT = {**ATTRIBUTES, "data": DATA}
HEADERS = {**{f"ce-{name}": value for name, value in ATTRIBUTES.items()}, "content-type": "application/json"}


def forms(headers: dict[str, str], body: bytes | str) -> list[SentForm]:
    """The events of a message."""
    return list(forms_of(Emission(headers, body.encode() if isinstance(body, str) else body)))


def judged(headers: dict[str, str], body: bytes | str) -> Any:
    """What is judged of a message that carries one event."""
    (form,) = forms(headers, body)
    assert form.refusal is None, form.refusal
    assert form.judged.headers["content-type"].startswith(STRUCTURED)
    return decode(decode_text(form.judged.body))


def refusal(headers: dict[str, str], body: bytes | str) -> str:
    """Why a message can't be brought into the form that is judged."""
    (form,) = forms(headers, body)
    assert form.refusal is not None
    return form.refusal


@pytest.mark.parametrize("content_type", [STRUCTURED, f"{STRUCTURED}; charset=utf-8", "Application/CloudEvents+JSON"])
def test_a_structured_message_is_judged_as_it_is(content_type: str) -> None:
    """Byte for byte, whatever stands in its headers besides."""
    emission = Emission({"content-type": content_type, "ce-id": "another"}, b'{"id" : 1}')
    (form,) = forms_of(emission)
    assert (form.judged, form.mode, form.place("$.id")) == (emission, "structured", "$.id")


def test_a_binary_message_has_a_structured_form() -> None:
    """Attributes from the headers, the body as data, its content type as datacontenttype; the headers are gone."""
    (form,) = forms({**HEADERS, "x-key": "k"}, json.dumps(DATA))
    assert form.mode == "binary"
    assert json.loads(form.judged.body) == {**EVENT, "datacontenttype": "application/json"}
    assert form.judged.headers == {"content-type": STRUCTURED, "x-key": "k"}
    assert (form.place("$.id"), form.place("$.data.client_id"), form.place("$.data")) == ("ce-id", "$.client_id", "$")
    assert (form.place("$.datacontenttype"), form.place("content-type")) == ("content-type", "content-type")


@pytest.mark.parametrize(
    ("header", "value"),
    [
        ("m%2D1", "m-1"),
        ("100%25", "100%"),
        ("Euro%20%E2%82%AC%20%F0%9F%98%80", "Euro € 😀"),
        ('"a b"', "a b"),
        (r'"a \"quoted\" b"', 'a "quoted" b'),
        ("a+b", "a+b"),
        ("%", "%"),
        ("%FF", "\ufffd"),
    ],
)
def test_a_header_s_value_is_decoded_once(header: str, value: str) -> None:
    """Quotes, then percents; a plus is no blank, and what is no UTF-8 shows."""
    assert judged({**HEADERS, "ce-subject": header}, "{}")["subject"] == value


@pytest.mark.parametrize(
    ("content_type", "stated"),
    [
        ("application/json", "application/json"),
        ("application/json; charset=utf-8", "application/json"),
        ('Application/JSON ; charset="UTF-8"', "application/json"),
        ("application/json; charset=latin1", "application/json; charset=latin1"),
        ("application/vnd.webinar+json", "application/vnd.webinar+json"),
    ],
)
def test_the_data_s_content_type_stays_what_it_is(content_type: str, stated: str) -> None:
    """JSON in UTF-8 is said in one way, whatever the spelling; anything else is told as it was."""
    read = judged({**HEADERS, "content-type": content_type}, json.dumps(DATA))
    assert (read["datacontenttype"], read["data"]) == (stated, DATA)


def test_text_is_data_as_text() -> None:
    """A body that isn't JSON is a string of the JSON format."""
    assert judged({**HEADERS, "content-type": "text/plain"}, "hällo")["data"] == "hällo"


def test_without_a_body_there_is_no_data() -> None:
    """An event needn't have any."""
    assert "data" not in judged(HEADERS, b"")


NO_JSON = ["{", "{}{}", '{"a": 1}, "id": "other"', '{"a": 1}} {', "\ufeff{}", b"\xff\xfe", "nonsense"]


@pytest.mark.parametrize("body", NO_JSON)
def test_a_body_that_is_no_json_is_said_and_never_becomes_an_attribute(body: bytes | str) -> None:
    """The event is still known by its headers."""
    assert refusal(HEADERS, body) == "is no JSON document, as its Content-Type says that it is"
    (form,) = forms(HEADERS, body)
    assert json.loads(form.judged.body)["id"] == "m-1"


@pytest.mark.parametrize("body", ['{"a": 1, "a": 2}', '{"a": NaN}', '{"a": "\\u0000"}', '{"a": "\\ud800"}'])
def test_what_two_parsers_read_differently_is_still_seen(body: str) -> None:
    """The data's text stays what it was, so that the strict reader meets it."""
    with pytest.raises(JsonRefusedError):
        judged(HEADERS, body)


def test_a_batch_is_so_many_events() -> None:
    """Each with its own text, and its place in the batch."""
    texts = [json.dumps({**EVENT, "id": f"m-{number}"}, indent=number) for number in range(3)]
    joined = " ,\n".join(texts)
    found = forms({"content-type": f"{BATCH}; charset=utf-8"}, f" [ {joined} ]\n")
    assert [form.judged.body.decode() for form in found] == texts
    assert [form.judged.headers["content-type"] for form in found] == [STRUCTURED] * 3
    assert [form.place("$.data.client_id") for form in found] == [f"$[{number}].data.client_id" for number in range(3)]
    assert {form.mode for form in found} == {"batch"}


def test_one_event_of_a_batch_spoils_no_other() -> None:
    """What is wrong with the second is said of the second."""
    first, second = forms({"content-type": BATCH}, f'[{json.dumps(EVENT)},{{"id":"a","id":"b"}}]')
    assert decode(decode_text(first.judged.body)) == EVENT
    with pytest.raises(JsonRefusedError):
        decode(decode_text(second.judged.body))


@pytest.mark.parametrize("body", ["", "{}", "[{}", "[{},]", "[{}{}]", "[{}] x", "[" * 100_000, b"\xff"])
def test_what_is_no_batch_is_one_message_with_a_wrong_content_type(body: bytes | str) -> None:
    """It is read as it is: what else is wrong with it is said of that."""
    (form,) = forms({"content-type": BATCH}, body)
    assert (form.mode, form.refusal, form.judged) == ("structured", None, form.sent)


@pytest.mark.parametrize("body", ["[]", " [ \n] "])
def test_a_batch_without_an_event_is_said(body: str) -> None:
    """CloudEvents allows it, and it states nothing."""
    assert refusal({"content-type": BATCH}, body) == "is a batch without any event"


def _raw_deflate(body: bytes) -> bytes:
    packed = zlib.compressobj(wbits=-zlib.MAX_WBITS)
    return packed.compress(body) + packed.flush()


CODINGS: dict[str, tuple[str, Callable[[bytes], bytes]]] = {
    "gzip": ("gzip", gzip.compress),
    "gzip, in capitals": ("GZip", gzip.compress),
    "deflate": ("deflate", zlib.compress),
    "deflate without its header": ("deflate", _raw_deflate),
    "zstd": ("zstd", zstandard.ZstdCompressor().compress),
    "br": ("br", brotli.compress),
    "two codings": ("deflate, gzip", lambda body: gzip.compress(zlib.compress(body))),
    "two members": ("gzip", lambda body: gzip.compress(body[:5]) + gzip.compress(body[5:])),
    "two frames": ("zstd", lambda body: zstandard.compress(body[:5]) + zstandard.compress(body[5:])),
    "none": ("identity", lambda body: body),
}


@pytest.mark.parametrize("name", CODINGS)
def test_a_compressed_message_is_judged_unpacked(name: str) -> None:
    """In whatever mode it was sent; what was sent is kept as it came."""
    encoding, pack = CODINGS[name]
    for headers, body in ((HEADERS, DATA), ({"content-type": STRUCTURED}, EVENT)):
        packed = pack(json.dumps(body).encode())
        (form,) = forms({**headers, "content-encoding": encoding}, packed)
        assert form.sent.body == packed
        assert json.loads(form.judged.body)["data"] == DATA
        assert "content-encoding" not in form.judged.headers


@pytest.mark.parametrize("name", ["gzip", "deflate", "zstd", "br"])
def test_what_is_torn_or_something_else_is_said(name: str) -> None:
    """Half of a body, and a body that isn't compressed at all."""
    encoding, pack = CODINGS[name]
    for body in (pack(json.dumps(EVENT).encode() * 9)[:-9], json.dumps(EVENT).encode()):
        assert refusal({"content-type": STRUCTURED, "content-encoding": encoding}, body)


def test_a_coding_that_nobody_knows_is_named() -> None:
    """And one whose library isn't there."""
    assert refusal({"content-encoding": "snappy"}, b"x") == "is compressed with 'snappy', which isn't known"


def test_a_library_that_is_missing_is_named(monkeypatch: pytest.MonkeyPatch) -> None:
    """The sender does nothing wrong, and whoever verifies learns what to install."""

    def missing(name: str) -> Any:
        raise ImportError(name)

    monkeypatch.setattr("importlib.import_module", missing)
    with pytest.raises(NotDecodedError, match="the Python package zstandard isn't there"):
        decompressed(b"x", "zstd")


@pytest.mark.parametrize("name", ["gzip", "deflate", "zstd", "br"])
def test_a_bomb_is_not_unpacked(name: str) -> None:
    """A few bytes that stand for more than sixteen mebibytes are refused; just as many aren't."""
    encoding, pack = CODINGS[name]
    assert len(decompressed(pack(b"x" * MAX_DECODED), encoding)) == MAX_DECODED
    with pytest.raises(NotDecodedError, match="larger than 16777216 bytes"):
        decompressed(pack(b"x" * (MAX_DECODED + 1)), encoding)


TEXT = st.text(st.characters(codec="utf-8", exclude_categories=["Cs", "Cc", "Zs"]), min_size=1, max_size=20)


@given(identifier=TEXT, subject=TEXT, data=st.dictionaries(TEXT, TEXT | st.integers(-9, 9) | st.none(), max_size=3))
def test_what_the_official_sdk_writes_is_read_back(identifier: str, subject: str, data: dict[str, Any]) -> None:
    """CloudEvents' own Python SDK puts any attribute and any data into a binary message."""
    attributes = {**ATTRIBUTES, "id": identifier, "subject": subject, "datacontenttype": "application/json"}
    del attributes["time"]
    # The SDK adds a time to what it is handed.
    message = to_binary_event(CloudEvent(dict(attributes), data))
    headers = {name.lower(): value for name, value in message.headers.items() if name.lower() != "ce-time"}
    read = judged(headers, message.body)
    assert read == {**attributes, "data": data}


@given(st.lists(st.dictionaries(TEXT, TEXT, max_size=2), min_size=1, max_size=4), st.sampled_from([None, 1]))
def test_whatever_stands_in_a_batch_comes_out_of_it(events: list[dict[str, str]], indent: int | None) -> None:
    """Brackets, quotes and commas in texts among it."""
    body = json.dumps(events, indent=indent, ensure_ascii=bool(indent))
    assert [json.loads(form.judged.body) for form in forms({"content-type": BATCH}, body)] == events
