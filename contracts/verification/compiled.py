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
from dataclasses import dataclass, replace
from functools import lru_cache
from operator import attrgetter, itemgetter
from typing import Any, NamedTuple, Union

import msgspec

from contracts.model.emission import Emission
from contracts.model.events import Catalogue
from contracts.verification.message import content_type_error
from contracts.verification.plain_schema import Leaf, leaves_of
from contracts.verification.repeats import MOST_PARTS, Parts, checksums

_ABSENT = "\0"
"""Stands for an optional value that isn't there; no value can hold it."""
_IS_THERE = _ABSENT.__ne__
_KEY_QUOTES = 2
_VALUE_QUOTES = 2


class RightMessage(NamedTuple):
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
        return Parts(self.paths, checksums(self.texts))


class CompiledContract:
    """The events that emitters may state in CloudEvents' structured mode, as far as their schemas are understood.

    Args:
        emitters: the events of each one's pairs.

    Attributes:
        leaves: the texts of each event, as an emitter states it, by emitter and event.
        events: each compiled event, by the type that `decode` makes of its messages.
        decode: reads a body into one of these types.
        decode_lines: likewise bodies that a line feed stands between.
    """

    def __init__(self, catalogue: Catalogue, emitters: Mapping[str, Iterable[str]]) -> None:
        self.leaves: dict[str, dict[str, tuple[Leaf, ...]]] = {emitter: {} for emitter in emitters}
        for emitter, names in emitters.items():
            for name in names:
                leaves = leaves_of(catalogue[name], emitter)
                if leaves is not None and len(leaves) < MOST_PARTS:
                    self.leaves[emitter][name] = leaves
        self.events: dict[type, CompiledEvent] = {}
        for name in catalogue:
            stated = {emitter: leaves[name] for emitter, leaves in self.leaves.items() if name in leaves}
            if stated:
                event = CompiledEvent(name, stated, catalogue.fact_key(name))
                self.events[event.struct] = event
        # A second type makes it a union, of which msgspec demands the tag.
        nobody = msgspec.defstruct("Nobody", [], tag=_ABSENT, tag_field="type", forbid_unknown_fields=True)
        decoder = msgspec.json.Decoder(Union[(nobody, *self.events)])
        self.decode: Callable[[bytes], Any] = decoder.decode
        self.decode_lines: Callable[[bytes], list[Any]] = decoder.decode_lines

    def read(self, emission: Emission) -> RightMessage | None:
        """Return what a message states, or None where that takes the exact way."""
        accepted = self.check(emission)
        return accepted[0].read(accepted[1]) if accepted is not None else None

    def check(self, emission: Emission) -> tuple[CompiledEvent, tuple[str, ...], str] | None:
        """Return the event, the texts and the joined texts of a message, or None where it takes the exact way."""
        body, headers = emission.body, emission.headers
        if not is_right_type(headers.get("content-type")) or "content-encoding" in headers or not is_plain(body):
            return None
        return self.check_plain(body)

    def check_plain(self, body: bytes) -> tuple[CompiledEvent, tuple[str, ...], str] | None:
        """Likewise of a body that `is_plain` holds of, in structured mode."""
        try:
            decoded = self.decode(body)
        except msgspec.MsgspecError:
            return None
        event = self.events.get(type(decoded))
        if event is None:
            return None
        values = event.values(decoded)
        text = "\n".join(values)
        return (event, values, text) if event.is_right(values, text, body) else None


def is_plain(body: bytes) -> bool:
    """Has it no escapes, so that each quotation mark begins or ends a string?"""
    return b"\\" not in body and body.isascii()


@lru_cache(maxsize=256)
def is_right_type(header: str | None) -> bool:
    """Is it the content type of structured mode?"""
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


class CompiledEvent:
    """One event: its type for msgspec, and the check of what that decoded.

    Args:
        stated: its texts, as each emitter states it; they differ in the source.

    Attributes:
        quotes: the quotation marks of a message without any optional member.
        values: picks the texts of a decoded message, in the order of their paths.
        fact_of: picks those of the fact key, sorted by key.
        marker, source, time: which of the texts these are.
    """

    def __init__(self, name: str, stated: Mapping[str, tuple[Leaf, ...]], fact_key: tuple[str, ...]) -> None:
        self.name = name
        self._leaves = leaves = _of_any(stated)
        self._paths = frozenset(leaf.path for leaf in leaves)
        self.struct, places = _struct(name, leaves)
        self.values: Callable[[Any], tuple[str, ...]] = attrgetter(*places)
        self.matches = re.compile("\n".join(_part(leaf) for leaf in leaves), re.ASCII).fullmatch
        index = {leaf.path: number for number, leaf in enumerate(leaves)}
        self._fact = tuple((key, index["data", key]) for key in fact_key)
        self.fact_of = _picker([number for _, number in sorted(self._fact)])
        self.marker, self.source, self.time = (index[(name,)] for name in ("id", "source", "time"))
        self._forms: dict[tuple[bool, ...], _Form] = {}
        self.quotes = self._form(tuple([leaf.required for leaf in leaves])).quotes

    def is_right(self, values: Sequence[str], text: str, body: bytes) -> bool:
        """Is every value right, and no key given twice?

        Args:
            values: the texts of the decoded body, where optional ones that aren't there have a stand-in.
            text: the same, joined by line feeds.
            body: plain, as `is_plain` has it.
        """
        quotes = body.count(b'"')
        # An optional member would add some, as a key given twice does.
        return (quotes == self.quotes or quotes == self._form_of(values).quotes) and self.matches(text) is not None

    def read(self, values: Sequence[str]) -> RightMessage:
        """Return what a right message states."""
        form = self._form_of(values)
        fact = {key: values[number] for key, number in self._fact}
        content = form.template % form.stated(values)
        return RightMessage(self.name, fact, values[self.marker], content, form.paths, form.texts([*values, self.name]))

    def text_of(self, value: Any) -> str | None:
        """Return the joined texts of a message that was read otherwise, as a right one of the same content has them.

        None where it holds anything but the event's members, or a text with control characters.
        """
        if not isinstance(value, dict) or not isinstance(value.get("data"), dict):
            return None
        flat: dict[tuple[str, ...], Any] = {("data", key): inner for key, inner in value["data"].items()}
        flat |= {(key,): inner for key, inner in value.items() if key != "data"}
        if flat.pop(("type",), None) != self.name or not flat.keys() <= self._paths:
            return None
        if not all(isinstance(text, str) and _CONTROL.search(text) is None for text in flat.values()):
            return None
        return "\n".join([flat.get(leaf.path, _ABSENT) for leaf in self._leaves])

    def _form_of(self, values: Sequence[str]) -> _Form:
        there = tuple(map(_IS_THERE, values))
        return self._forms.get(there) or self._form(there)

    def _form(self, there: tuple[bool, ...]) -> _Form:
        whole: dict[str, Any] = {"type": self.name}
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
            stated=_picker(stated),
            template=text.replace(json.dumps(_ABSENT), '"%s"'),
            paths=paths,
            texts=_picker([places[path] for path in paths]),
        )
        return self._forms[there]


_CONTROL = re.compile(r"[\x00-\x1f]")


def _picker(places: Sequence[int]) -> Callable[[Sequence[str]], tuple[str, ...]]:
    if len(places) < 2:
        # For one place it returns the text itself, and none it doesn't take.
        return lambda values: tuple([values[place] for place in places])
    picker: Callable[[Sequence[str]], tuple[str, ...]] = itemgetter(*places)
    return picker


def _of_any(stated: Mapping[str, tuple[Leaf, ...]]) -> tuple[Leaf, ...]:
    """Return the texts of an event that any of its emitters states."""
    source = "|".join(re.escape(emitter) for emitter in stated)
    first = next(iter(stated.values()))
    return tuple([replace(leaf, regex=source) if leaf.path == ("source",) else leaf for leaf in first])


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
        # The stand-in can't be what was sent: a NUL stands in no JSON but as an escape.
        entry = (field, str) if leaf.required else (field, str, _ABSENT)
        (inner if len(leaf.path) == 2 else top).append(entry)
        places.append(f"data.{field}" if len(leaf.path) == 2 else field)
    data = msgspec.defstruct("Data", _required_first(inner), rename=names.get, forbid_unknown_fields=True, gc=False)
    fields = [("data", data), *_required_first(top)]
    struct = msgspec.defstruct(
        "Message", fields, tag=name, tag_field="type", rename=names.get, forbid_unknown_fields=True, gc=False
    )
    return struct, places


def _required_first(fields: list[Any]) -> list[Any]:
    return sorted(fields, key=len)
