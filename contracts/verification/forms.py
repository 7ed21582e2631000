"""In which form a message was sent: compressed or not, and in which of CloudEvents' modes over HTTP.

CloudEvents 1.0, HTTP protocol binding, section 3: the content type tells the modes apart. A message in binary or batch
mode is judged in its structured form, which that specification's JSON format gives it; a batch event by event.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from urllib.parse import unquote

from contracts.model import strict_json
from contracts.model.emission import Emission
from contracts.model.events import BATCH_CONTENT_TYPE, CONTENT_TYPE
from contracts.model.registry import Mode
from contracts.model.verdict import Finding
from contracts.verification.compression import NotDecodedError, decompressed

_PREFIX = "ce-"
_JSON_TYPE = re.compile(r"application/json|[a-z0-9.!#$&^_+-]+/[a-z0-9.!#$&^_-]+\+json")
_PLAIN_JSON = re.compile(r'application/json[ \t]*(;[ \t]*charset="?utf-8"?[ \t]*)?', re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class SentForm:
    """One event as it was sent, and what is judged of it.

    Attributes:
        sent: the emission as it came.
        judged: the same event in structured form, uncompressed.
        mode: the mode that it was sent in.
        number: which event of a batch it is, from 0.
        refusal: why it can't be brought into that form; None where it can.
    """

    sent: Emission
    judged: Emission
    mode: Mode = "structured"
    number: int = 0
    refusal: str | None = None

    def place(self, path: str | None) -> str | None:
        """Return where in what was sent a path of the structured form lies: a header, or a place in the body."""
        if path is None or self.mode == "structured" or not path.startswith("$"):
            return path
        if self.mode == "batch" and self.refusal is None:
            return f"$[{self.number}]{path[1:]}"
        name, rest = _first_step(path)
        if name == "data":
            return f"${rest}"
        if name == "datacontenttype":
            return "content-type"
        return f"{_PREFIX}{name}" if name else path

    def as_sent(self, finding: Finding) -> Finding:
        """Return a finding of the structured form at its place in what was sent."""
        return finding if self.mode == "structured" else replace(finding, path=self.place(finding.path))


def forms_of(emission: Emission) -> Iterator[SentForm]:
    """Yield each event that an emission carries, in the form in which it is judged; one at least."""
    try:
        plain = _uncompressed(emission)
    except NotDecodedError as error:
        yield SentForm(emission, emission, refusal=str(error))
        return
    media_type = _media_type(plain)
    if media_type == BATCH_CONTENT_TYPE:
        yield from _batch(emission, plain)
    elif not media_type.startswith("application/cloudevents") and _is_binary(plain.headers):
        yield _binary(emission, plain)
    else:
        yield SentForm(emission, plain)


def _uncompressed(emission: Emission) -> Emission:
    encoding = emission.headers.get("content-encoding", "")
    if not encoding.strip():
        return emission
    headers = {name: value for name, value in emission.headers.items() if name != "content-encoding"}
    return replace(emission, headers=headers, body=decompressed(emission.body, encoding))


def _media_type(emission: Emission) -> str:
    return emission.headers.get("content-type", "").partition(";")[0].strip().lower()


def _is_binary(headers: Mapping[str, str]) -> bool:
    return any(f"{_PREFIX}{name}" in headers for name in ("specversion", "type", "id", "source"))


def _binary(sent: Emission, plain: Emission) -> SentForm:
    """Put attributes and data together as the JSON event format does; the data's text stays what it was."""
    attributes = {
        name.removeprefix(_PREFIX): _attribute(value)
        for name, value in plain.headers.items()
        if name.startswith(_PREFIX) and name != _PREFIX
    }
    content_type = plain.headers.get("content-type")
    if content_type is not None:
        attributes["datacontenttype"] = "application/json" if _PLAIN_JSON.fullmatch(content_type) else content_type
    members = [f"{json.dumps(name)}:{json.dumps(value)}".encode() for name, value in attributes.items()]
    # A body that ends the object itself, and begins another one, would be read as attributes.
    refusal = None if _is_one_value(plain) else "is no JSON document, as its Content-Type says that it is"
    if plain.body and refusal is None:
        members.append(b'"data":' + _data(plain))
    headers = {name: value for name, value in plain.headers.items() if not name.startswith(_PREFIX)}
    judged = replace(plain, headers=headers | {"content-type": CONTENT_TYPE}, body=b"{" + b",".join(members) + b"}")
    return SentForm(sent, judged, "binary", refusal=refusal)


def _attribute(value: str) -> str:
    """Decode a header's value: quotes and their escapes, then percents, which stand for UTF-8 (section 3.1.3.2)."""
    if len(value) >= 2 and value[0] == value[-1] == '"':
        value = re.sub(r"\\(.)", r"\1", value[1:-1])
    return unquote(value, encoding="utf-8", errors="replace")


def _data(plain: Emission) -> bytes:
    if _is_json(plain):
        return plain.body
    return json.dumps(plain.body.decode("utf-8", "replace")).encode()


def _is_one_value(plain: Emission) -> bool:
    if not plain.body or not _is_json(plain):
        return True
    try:
        # What else is wrong with it is said where it is read.
        strict_json.peek(plain.body.decode())
    except (UnicodeDecodeError, strict_json.JsonRefusedError):
        return False
    return True


def _is_json(plain: Emission) -> bool:
    return bool(_JSON_TYPE.fullmatch(_media_type(plain))) or not _media_type(plain)


def _batch(sent: Emission, plain: Emission) -> Iterator[SentForm]:
    """Take a batch apart; each event's text stays what it was."""
    headers = {**plain.headers, "content-type": CONTENT_TYPE}
    try:
        events = list(_elements(plain.body.decode()))
    except (ValueError, RecursionError):
        # One event under a batch's name is one event with a wrong content type.
        yield SentForm(sent, plain)
        return
    if not events:
        yield SentForm(sent, plain, "batch", refusal="is a batch without any event")
    for number, text in enumerate(events):
        yield SentForm(sent, replace(plain, headers=headers, body=text.encode()), "batch", number)


def _elements(text: str) -> Iterator[str]:
    """Yield the text of each element of a JSON array.

    Raises:
        ValueError: it is none.
    """
    decoder = json.JSONDecoder()
    place = _skip(text, 0)
    if text[place : place + 1] != "[":
        raise ValueError("no array")
    place = _skip(text, place + 1)
    if text[place : place + 1] == "]":
        _end(text, place + 1)
        return
    while True:
        _, end = decoder.raw_decode(text, place)
        yield text[place:end]
        place = _skip(text, end)
        if text[place : place + 1] == "]":
            _end(text, place + 1)
            return
        if text[place : place + 1] != ",":
            raise ValueError("no comma")
        place = _skip(text, place + 1)


_SPACE = re.compile(r"[ \t\r\n]*")


def _skip(text: str, place: int) -> int:
    found = _SPACE.match(text, place)
    return found.end() if found else place


def _end(text: str, place: int) -> None:
    if _skip(text, place) != len(text):
        raise ValueError("something follows")


def _first_step(path: str) -> tuple[str, str]:
    """Split `$.data.client_id` into `data` and `.client_id`."""
    found = re.match(r"\$(?:\.(?P<name>[A-Za-z0-9_-]+)|\[['\"](?P<quoted>[^'\"]+)['\"]\])", path)
    if found is None:
        return "", ""
    return found["name"] or found["quoted"], path[found.end() :]
