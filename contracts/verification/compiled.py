"""A contract compiled into one fast check of a message: what it accepts, the engine has no finding for.

Everything that one message shows is decided at once, on its bytes: the closed schema, patterns, the source, keys
given twice. It accepts only what is proven right; whatever else there is, right or wrong, takes the exact way, which
alone says why. An event whose schema isn't understood to the last key takes it always.

Why the parts are sound: a text in ASCII without a backslash has no escapes, so each quotation mark begins or ends a
string, and a key given twice adds some; msgspec decodes into closed types and refuses all else; the values are
matched by one regular expression, joined by line feeds, which no value can hold.
"""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache
from operator import attrgetter, itemgetter
from typing import Any, Union

import msgspec

from contracts.model.emission import Emission
from contracts.model.events import Catalogue
from contracts.verification.message import content_type_error
from contracts.verification.plain_schema import Leaf, leaves_of
from contracts.verification.repeats import MOST_PARTS, Parts, checksums

_ABSENT = "\0"
"""Stands for an optional value that isn't there; no value can hold it."""
_KEY_QUOTES = 2
_VALUE_QUOTES = 2


@dataclass(frozen=True, slots=True)
class RightMessage:
    """What a message states that was accepted.

    Attributes:
        content: one text for all its spellings, as `contracts.verification.message.canonical` makes it.
        paths, texts: its values with their paths, sorted by them.
    """

    event: str
    fact: Mapping[str, str]
    marker: str
    content: str
    paths: tuple[str, ...]
    texts: tuple[str, ...]

    def parts(self) -> Parts:
        """Return its parts, as a later statement of the fact is compared with."""
        return Parts(self.paths, checksums([f'"{text}"' for text in self.texts]))


class CompiledContract:
    """The events that an emitter may state in CloudEvents' structured mode, as far as their schemas are understood.

    Args:
        events: those of the emitter's pairs.
    """

    def __init__(self, catalogue: Catalogue, emitter: str, events: Iterable[str]) -> None:
        self.leaves: dict[str, tuple[Leaf, ...]] = {}
        self._events: dict[type, _Event] = {}
        for name in events:
            leaves = leaves_of(catalogue[name], emitter)
            if leaves is not None and len(leaves) < MOST_PARTS:
                self.leaves[name] = leaves
                event = _Event(name, leaves, catalogue.fact_key(name))
                self._events[event.struct] = event
        # A second type makes it a union, of which msgspec demands the tag.
        nobody = msgspec.defstruct("Nobody", [], tag=_ABSENT, tag_field="type", forbid_unknown_fields=True)
        self._decode = msgspec.json.Decoder(Union[(nobody, *self._events)]).decode

    def read(self, emission: Emission) -> RightMessage | None:
        """Return what a message states, or None where that takes the exact way."""
        body, headers = emission.body, emission.headers
        if not _is_right_type(headers.get("content-type")) or "content-encoding" in headers:
            return None
        if b"\\" in body or not body.isascii():
            return None
        try:
            decoded: Any = self._decode(body)
        except msgspec.MsgspecError:
            return None
        event = self._events.get(type(decoded))
        return event.read(decoded, body) if event is not None else None


@lru_cache(maxsize=256)
def _is_right_type(header: str | None) -> bool:
    return content_type_error(header) is None


@dataclass(frozen=True, slots=True)
class _Form:
    """What belongs to a message with certain of its texts.

    Attributes:
        quotes: how many quotation marks its JSON holds.
        stated: picks the texts that are there.
        template: the canonical text, with a `%s` for each of them.
        paths: the paths of those texts and of the type, sorted.
        texts: picks them, of the texts with the type behind.
    """

    quotes: int
    stated: Callable[[Sequence[str]], tuple[str, ...]]
    template: str
    paths: tuple[str, ...]
    texts: Callable[[Sequence[str]], tuple[str, ...]]


class _Event:
    """One event: its type for msgspec, and the check of what that decoded."""

    def __init__(self, name: str, leaves: tuple[Leaf, ...], fact_key: tuple[str, ...]) -> None:
        self._name = name
        self._leaves = leaves
        self.struct, places = _struct(name, leaves)
        self._values: Callable[[Any], tuple[Any, ...]] = attrgetter(*places)
        self._matches = re.compile("\n".join(_part(leaf) for leaf in leaves), re.ASCII).fullmatch
        index = {leaf.path: number for number, leaf in enumerate(leaves)}
        self._fact = tuple((key, index["data", key]) for key in fact_key)
        self._marker = index[("id",)]
        self._forms: dict[tuple[bool, ...], _Form] = {}

    def read(self, decoded: Any, body: bytes) -> RightMessage | None:
        """Return what the message states where every value is right and no key was given twice."""
        values = [_ABSENT if value is msgspec.UNSET else value for value in self._values(decoded)]
        there = tuple([value is not _ABSENT for value in values])
        form = self._forms.get(there) or self._form(there)
        if body.count(b'"') != form.quotes or self._matches("\n".join(values)) is None:
            return None
        fact = {key: values[number] for key, number in self._fact}
        content = form.template % form.stated(values)
        texts = form.texts([*values, self._name])
        return RightMessage(self._name, fact, values[self._marker], content, form.paths, texts)

    def _form(self, there: tuple[bool, ...]) -> _Form:
        whole: dict[str, Any] = {"type": self._name}
        for leaf, is_there in zip(self._leaves, there, strict=True):
            if is_there:
                node = whole
                for step in leaf.path[:-1]:
                    node = node.setdefault(step, {})
                node[leaf.path[-1]] = _ABSENT
        text = json.dumps(whole, sort_keys=True, separators=(",", ":")).replace("%", "%%")
        stated = [number for number, is_there in enumerate(there) if is_there]
        places = {f"$.{'.'.join(self._leaves[number].path)}": number for number in stated} | {"$.type": len(there)}
        paths = tuple(sorted(places))
        self._forms[there] = _Form(
            # The data has a key, and no text of its own.
            quotes=len(places) * (_KEY_QUOTES + _VALUE_QUOTES) + _KEY_QUOTES,
            stated=itemgetter(*stated),
            template=text.replace(json.dumps(_ABSENT), '"%s"'),
            paths=paths,
            texts=itemgetter(*map(places.__getitem__, paths)),
        )
        return self._forms[there]


def _part(leaf: Leaf) -> str:
    return f"(?:{leaf.regex})" if leaf.required else f"(?:{_ABSENT}|{leaf.regex})"


def _struct(name: str, leaves: tuple[Leaf, ...]) -> tuple[Any, list[str]]:
    """Return a closed type that holds these leaves, and where each of them stands in it.

    The leaves are in the order of the canonical text: sorted by their paths.
    """
    names: dict[str, str] = {}
    top: list[Any] = []
    inner: list[Any] = []
    places = []
    for number, leaf in enumerate(leaves):
        field = f"f{number}"
        names[field] = leaf.path[-1]
        entry = (field, str) if leaf.required else (field, str | msgspec.UnsetType, msgspec.UNSET)
        (inner if len(leaf.path) == 2 else top).append(entry)
        places.append(f"data.{field}" if len(leaf.path) == 2 else field)
    data = msgspec.defstruct("Data", _required_first(inner), rename=names.get, forbid_unknown_fields=True)
    fields = [("data", data), *_required_first(top)]
    struct = msgspec.defstruct(
        "Message", fields, tag=name, tag_field="type", rename=names.get, forbid_unknown_fields=True
    )
    return struct, places


def _required_first(fields: list[Any]) -> list[Any]:
    return sorted(fields, key=len)
