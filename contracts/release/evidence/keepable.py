"""Whether an emission may be kept with a version: nothing that could be personal leaves the run.

What the contract doesn't name, and what it gives no form, may be a name or an address. So may a value that isn't what
its form says: an e-mail address where an identifier should stand.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from contracts.model.domain import Domain
from contracts.model.emission import Emission, Trigger
from contracts.model.facts import nested
from contracts.model.patterns import takes_free_text, text_fits
from contracts.model.schemas import shape_of
from contracts.model.shapes import (
    Boolean,
    Choice,
    Constant,
    ListOf,
    Nullable,
    Number,
    Object,
    OneOf,
    Shape,
    Text,
    TupleOf,
)
from contracts.verification.message import EmittedMessage, read_messages

_UNNAMED = "the contract doesn't name it"
_FREE = "the contract gives it no form"
_PERMITTED = "the registry permits this extension, and nothing gives it a form"
_OTHER = "it isn't of the form that the contract gives it"
_MEDIA_TYPE = re.compile(r'[\w.+-]{1,64}/[\w.+-]{1,64}(\s*;\s*charset\s*=\s*"?[\w-]{1,32}"?)?\s*', re.ASCII)
_ENVELOPE = "ce-"


@dataclass(frozen=True, slots=True)
class Unkept:
    """Why an emission may not be kept.

    Attributes:
        path: the place in it; never the value that stands there.
    """

    path: str
    why: str


def why_not_kept(emission: Emission, domain: Domain) -> Unkept | None:
    """Return the first thing in an emission that may be personal, or None where it may be kept."""
    return next(_refused(emission, domain), None)


def why_not_asked(trigger: Trigger, domain: Domain) -> Unkept | None:
    """Return what in a trigger may be personal, or None where it may be kept."""
    return next(_in_trigger(trigger, domain), None)


def _refused(emission: Emission, domain: Domain) -> Iterator[Unkept]:
    if emission.headers.get("content-encoding", "").strip():
        yield Unkept("content-encoding", "a compressed body can't be judged without it, and no such header is kept")
    if not _MEDIA_TYPE.fullmatch(emission.headers.get("content-type", "a/b")):
        yield Unkept("content-type", _OTHER)
    for message in read_messages(emission, domain.registry.messages.modes):
        yield from _in_message(message, emission, domain)
    if emission.trigger is not None:
        yield from _in_trigger(emission.trigger, domain)


def _in_message(message: EmittedMessage, emission: Emission, domain: Domain) -> Iterator[Unkept]:
    if message.refusal is not None or not isinstance(message.value, dict):
        yield Unkept("$", "the body can't be read as an event")
        return
    event = message.attribute("type")
    if event is None or event not in domain.catalogue:
        yield Unkept("$.type", "it is no event of the contract")
        return
    shape = shape_of(domain.catalogue[event])
    for name in message.value.keys() & set(domain.registry.messages.extensions) - {one.name for one in shape.fields}:
        yield Unkept(f"$.{name}", _PERMITTED)
    yield from _in_value(shape, message.value, "$")
    if message.form.mode == "binary":
        # Its headers are the attributes that were just looked at.
        return
    fields = {one.name: one.shape for one in shape.fields if not isinstance(one.shape, Object)}
    for name, value in emission.headers.items():
        if name.startswith(_ENVELOPE):
            attribute = fields.get(name.removeprefix(_ENVELOPE))
            yield from [Unkept(name, _UNNAMED)] if attribute is None else _in_value(attribute, value, name)


def _in_trigger(trigger: Trigger, domain: Domain) -> Iterator[Unkept]:
    if trigger.event not in domain.catalogue:
        yield Unkept("trigger.event", "it is no event of the contract")
        return
    data = next((one.shape for one in shape_of(domain.catalogue[trigger.event]).fields if one.name == "data"), None)
    if isinstance(data, Object):
        whole = nested(trigger.fact, domain.catalogue.fact_key(trigger.event))
        yield from _in_value(data, whole, "trigger.fact")


def _in_value(shape: Shape, value: Any, path: str) -> Iterator[Unkept]:
    match shape:
        case Nullable(inner):
            yield from () if value is None else _in_value(inner, value, path)
        case Object(fields):
            yield from _in_object({one.name: one.shape for one in fields}, value, path)
        case ListOf(item):
            items = [(item, child) for child in value] if isinstance(value, list) else None
            yield from _in_items(items, path)
        case TupleOf(shapes):
            fits = isinstance(value, list) and len(value) == len(shapes)
            yield from _in_items(list(zip(shapes, value, strict=True)) if fits else None, path)
        case OneOf(shapes):
            if not any(next(_in_value(one, value, path), None) is None for one in shapes):
                yield Unkept(path, _OTHER)
        case _:
            if why := _in_scalar(shape, value):
                yield Unkept(path, why)


def _in_object(fields: dict[str, Shape], value: Any, path: str) -> Iterator[Unkept]:
    if not isinstance(value, dict):
        yield Unkept(path, _OTHER)
        return
    for name, child in value.items():
        if name in fields:
            yield from _in_value(fields[name], child, f"{path}.{name}")
        else:
            yield Unkept(f"{path}.{name}", _UNNAMED)


def _in_items(items: list[tuple[Shape, Any]] | None, path: str) -> Iterator[Unkept]:
    if items is None:
        yield Unkept(path, _OTHER)
        return
    for index, (shape, child) in enumerate(items):
        yield from _in_value(shape, child, f"{path}[{index}]")


def _in_scalar(shape: Shape, value: Any) -> str | None:
    match shape:
        case Constant(expected):
            fits = type(value) is type(expected) and value == expected
        case Choice(values):
            fits = any(type(value) is type(one) and value == one for one in values)
        case Boolean():
            fits = isinstance(value, bool)
        case Number():
            fits = isinstance(value, int | float) and not isinstance(value, bool)
        case Text() as text if not takes_free_text(text) and text.regex is not None:
            fits = isinstance(value, str) and text_fits(text, value)
        case _:
            # Free text, a map's keys, what holds itself, and what the contract says nothing of.
            return _FREE
    return None if fits else _OTHER
