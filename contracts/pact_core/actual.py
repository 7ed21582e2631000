"""A message as Pact is given it: one form for the matching core and for the official verifier."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from contracts.model import strict_json
from contracts.model.emission import Emission
from contracts.model.pact import Interaction

CONTENT_TYPE_KEYS = ("contenttype", "content-type")
"""What Pact takes for a message's content type among its metadata, in any case."""


@dataclass(frozen=True, slots=True)
class ActualMessage:
    """What both engines judge.

    Attributes:
        content_type: of the body; None where the message says none.
        metadata: by the names that the pact uses.
    """

    body: bytes
    content_type: str | None
    metadata: Mapping[str, Any]


def actual_message(emission: Emission, interaction: Interaction) -> ActualMessage:
    """Return an emission as an interaction is to be asked about it.

    A message's metadata are its headers. Pact's keys are case-sensitive and headers are not (RFC 9110, section
    5.1), so each key that the pact expects is looked up in any case and handed over as the pact spells it; so is
    a content type that differs from the pact's in nothing that means anything (RFC 9110, section 8.3.1).
    """
    stated = emission.headers.get("content-type")
    metadata: dict[str, Any] = {} if stated is None else {"contentType": _spelled(stated, None)}
    for name, expected in interaction.metadata.items():
        wanted = name.lower()
        header = stated if wanted in CONTENT_TYPE_KEYS else emission.headers.get(wanted)
        if header is not None:
            is_type = wanted in CONTENT_TYPE_KEYS
            metadata[name] = _spelled(header, expected) if is_type else _as_json(header, expected)
    content_type = None if stated is None else _spelled(stated, interaction.content_type)
    return ActualMessage(emission.body, content_type, metadata)


def _spelled(content_type: str, expected: Any) -> str:
    """Return a content type as the pact spells it where the two mean the same, else in lower case."""
    plain = plain_content_type(content_type)
    return expected if isinstance(expected, str) and plain_content_type(expected) == plain else plain


def plain_content_type(content_type: str) -> str:
    """Return one spelling for all that mean the same: the media type, names and charset in lower case."""
    media_type, *parameters = (part.strip() for part in content_type.split(";"))
    return ";".join([media_type.lower(), *map(_plain_parameter, filter(None, parameters))])


def _plain_parameter(parameter: str) -> str:
    name, equals, value = (part.strip() for part in parameter.partition("="))
    name, value = name.lower(), value.removeprefix('"').removesuffix('"')
    return f"{name}{equals}{value.lower() if name == 'charset' else value}"


def _as_json(header: str, expected: Any) -> Any:
    """Return a header's text, or the number, flag or object that it spells where the pact expects such a value."""
    if isinstance(expected, str) or expected is None:
        return header
    try:
        value = strict_json.decode(header)
    except strict_json.JsonRefusedError:
        return header
    return value if _kind(value) is _kind(expected) else header


def _kind(value: Any) -> type:
    """Return the kind of a JSON value: 1 and 1.0 are numbers, and true is none."""
    return float if type(value) is int else type(value)
