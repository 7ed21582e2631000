"""Reading an emission: what it says it is, what it holds, and whose pair it belongs to."""

from __future__ import annotations

import json
import re
from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from contracts.model.emission import Emission
from contracts.model.events import CONTENT_TYPE
from contracts.model.facts import stated_in
from contracts.model.strict_json import JsonRefusedError, decode, decode_text
from contracts.verification.forms import SentForm, forms_of

_PARAMETER = re.compile(r'\s*(?P<name>[^=;\s]+)\s*=\s*(?:"(?P<quoted>[^"]*)"|(?P<plain>[^;\s]*))\s*(?:;|$)')


@dataclass(frozen=True, slots=True)
class EmittedMessage:
    """An event with its body read.

    Attributes:
        form: how it was sent.
        text: the body as text; None where it isn't UTF-8.
        value: the body as JSON; None where it can't be read.
        refusal: why the body can't be read; None where it can.
        content_type_error: what is wrong with the content type or the mode; None where nothing is.
    """

    form: SentForm
    text: str | None
    value: Any
    refusal: str | None
    content_type_error: str | None

    @property
    def emission(self) -> Emission:
        """The event in the form in which it is judged."""
        return self.form.judged

    def attribute(self, name: str) -> str | None:
        """Return a top-level attribute of the body where it is a string."""
        found = self.value.get(name) if isinstance(self.value, dict) else None
        return found if isinstance(found, str) else None

    @property
    def event(self) -> str | None:
        """The event that the message belongs to: its body's `type`, else its trigger's event."""
        stated = self.attribute("type")
        if stated is not None:
            return stated
        return self.emission.trigger.event if self.emission.trigger else None

    def fact(self, fact_key: tuple[str, ...]) -> Mapping[str, str] | None:
        """Return the values of the fact key as texts, or None where one is missing or neither text nor integer."""
        data = self.value.get("data") if isinstance(self.value, dict) else None
        return stated_in(data, fact_key) if isinstance(data, dict) else None


def read_messages(emission: Emission, modes: Collection[str] = ("structured",)) -> Iterator[EmittedMessage]:
    """Read each event that an emission carries; nothing is raised, what is wrong is said in the message.

    Args:
        modes: CloudEvents' modes that are permitted.
    """
    for form in forms_of(emission):
        text, value, refusal = _read(form.judged.body)
        wrong = content_type_error(form.judged.headers.get("content-type"))
        if form.mode not in modes:
            wrong = f"is a CloudEvent in {form.mode} mode, and the registry permits {' and '.join(modes)}"
        if form.refusal is not None and form.mode != "binary":
            text, value = None, None
        yield EmittedMessage(form, text, value, form.refusal or refusal, wrong)


def _read(body: bytes) -> tuple[str | None, Any, str | None]:
    text: str | None = None
    try:
        text = decode_text(body)
        return text, decode(text), None
    except JsonRefusedError as error:
        return text, None, str(error)


def content_type_error(header: str | None) -> str | None:
    """Say what is wrong with a Content-Type header, or return None.

    Right is `application/cloudevents+json` in any case (RFC 9110, section 8.3.1), alone or with
    `charset=utf-8`: JSON is UTF-8 (RFC 8259, section 8.1).
    """
    if header is None:
        return "has no Content-Type"
    media_type, _, rest = header.partition(";")
    if media_type.strip().lower() != CONTENT_TYPE:
        return f"says Content-Type {header!r}"
    while rest.strip():
        parameter = _PARAMETER.match(rest)
        if parameter is None:
            return f"says Content-Type {header!r}, whose parameters can't be read"
        value = parameter["quoted"] if parameter["quoted"] is not None else parameter["plain"]
        if parameter["name"].lower() != "charset":
            return f"says Content-Type {header!r}: only a charset may follow"
        if value.lower() != "utf-8":
            return f"says Content-Type {header!r}: JSON is UTF-8"
        rest = rest[parameter.end() :]
    return None


def canonical(value: Any) -> str:
    """Return one text for all spellings of a JSON value: key order, escapes and 1.0 for 1 don't count."""
    return json.dumps(_plain_numbers(value), sort_keys=True, separators=(",", ":"))


def _plain_numbers(value: Any) -> Any:
    if isinstance(value, float) and value.is_integer():
        return int(value)
    if isinstance(value, dict):
        return {key: _plain_numbers(child) for key, child in value.items()}
    if isinstance(value, list):
        return [_plain_numbers(child) for child in value]
    return value
