"""What can only be seen across emissions: repeats of a fact, markers used twice, deliveries never made good.

Only digests are remembered, so that memory grows by a bounded number of bytes a distinct fact.
"""

from __future__ import annotations

import hashlib
import struct
from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass
from itertools import chain, islice
from typing import Any, NamedTuple

from contracts.errors import Where
from contracts.model.emission import Emission
from contracts.model.verdict import Finding
from contracts.verification.message import canonical
from contracts.verification.untested import Seen


def _digest(*parts: str) -> bytes:
    # A NUL is refused where JSON is read: with it between them, ("ab", "c") and ("a", "bc") differ.
    return hashlib.blake2b("\0".join(parts).encode("utf-8", "surrogatepass"), digest_size=16).digest()


def _test(context: str | None) -> str:
    return "" if context is None else f"in {context}"


MARKERS_OF_A_FACT = 8
"""Markers remembered of one fact; one is right, and what comes under ever new ones is a finding each time anyway."""


MOST_PARTS = 32
"""Parts of a message that are told apart, so that a repeat which changes one can name it."""


@dataclass(frozen=True, slots=True)
class Parts:
    """The paths of a message's values, and a checksum of each."""

    paths: tuple[str, ...]
    checksums: bytes

    @classmethod
    def of(cls, value: Any) -> Parts:
        """Return the parts of a JSON value."""
        found = dict(islice(_leaves(value, "$"), MOST_PARTS))
        paths = tuple(sorted(found))
        return cls(paths, checksums(found[path] for path in paths))

    def differing(self, other: Parts) -> tuple[str, ...]:
        """Return the paths that only one of them has, or that don't hold the same in both."""
        mine, theirs = self._by_path(), other._by_path()
        return tuple(path for path in sorted(mine.keys() | theirs.keys()) if mine.get(path) != theirs.get(path))

    def _by_path(self) -> dict[str, bytes]:
        return {path: self.checksums[8 * n : 8 * n + 8] for n, path in enumerate(self.paths)}


def checksums(texts: Iterable[str]) -> bytes:
    """Return eight bytes for each value, as `_leaves` tells it: they are the same within this process alone."""
    hashes = [hash(text) for text in texts]
    return struct.pack(f"{len(hashes)}q", *hashes)


class StatedFact(NamedTuple):
    """One statement of a fact.

    Attributes:
        content: one text for all spellings of the message.
        parts: makes the message's parts, where they are asked for.
    """

    emission: Emission
    event: str
    fact: Mapping[str, str]
    marker: str
    content: str
    parts: Callable[[], Parts]


def _leaves(value: Any, path: str) -> Iterator[tuple[str, str]]:
    if isinstance(value, dict) and value:
        for key, child in value.items():
            yield from _leaves(child, f"{path}.{key}")
    elif isinstance(value, list) and value:
        for number, child in enumerate(value):
            yield from _leaves(child, f"{path}[{number}]")
    else:
        # No text holds a NUL, so that "1" and 1 differ.
        yield path, value if isinstance(value, str) else f"\0{canonical(value)}"


class _Stated(NamedTuple):
    event: str
    marker: bytes
    content: bytes
    parts: Parts
    where: Where | None
    delivered: bool | None
    markers: int = 0


class RepeatMemory:
    """Remembers, for each context, which fact was stated under which marker, and whether it arrived."""

    def __init__(self) -> None:
        self._facts: dict[bytes, _Stated] = {}
        self._markers: dict[bytes, bytes] = {}
        self._owed: dict[bytes, str] = {}
        # Most messages have the same parts: their paths are kept once.
        self._paths: dict[tuple[str, ...], tuple[str, ...]] = {}
        self.seen: defaultdict[str, Seen] = defaultdict(Seen)
        """What was seen of each event: a promise of one pair isn't tested by what another one did."""

    def knows(self, event: str, fact: Mapping[str, str]) -> bool:
        """Was this fact stated, outside any context?"""
        return _fact_key(None, event, fact) in self._facts

    def add(self, stated: StatedFact) -> Iterator[Finding]:
        """Remember one statement of a fact and yield what it breaks, `repeated-emission` included."""
        emission, event = stated.emission, stated.event
        key = _fact_key(emission.context, event, stated.fact)
        marked = _digest(_test(emission.context), stated.marker)
        content = _digest(stated.content)
        delivered = emission.delivered
        counted = self.seen[event]
        counted.refusals += delivered is False
        seen = self._facts.get(key)
        other = self._markers.get(marked)
        if other is not None and other != key:
            yield _id_reused(stated.marker, self._facts.get(other), emission, event)
        if seen is None:
            parts = self._kept_once(stated.parts())
            # One marker is remembered of a fact that is new, unless it already names another one.
            self._facts[key] = _Stated(event, marked, content, parts, emission.where, delivered, int(other is None))
            counted.distinct_facts += 1
        else:
            counted.repeats += 1
            yield from _repeat(seen, marked, content, stated)
            delivered = _arrived(seen.delivered, delivered)
            markers = seen.markers + (other is None and seen.markers < MARKERS_OF_A_FACT)
            self._facts[key] = seen._replace(delivered=delivered, markers=markers)
        if other is None and (seen is None or seen.markers < MARKERS_OF_A_FACT):
            self._markers[marked] = key
        if delivered is False:
            self._owed[key] = event
        elif self._owed:
            self._owed.pop(key, None)

    def _kept_once(self, parts: Parts) -> Parts:
        if len(self._paths) >= MOST_PARTS:
            return parts
        kept = self._paths.setdefault(parts.paths, parts.paths)
        return parts if kept is parts.paths else Parts(kept, parts.checksums)

    def lost(self) -> Iterator[tuple[str, Finding]]:
        """Yield, with its event, each fact whose refused delivery was never made good."""
        for key, event in self._owed.items():
            where = self._facts[key].where
            message = "its delivery was refused, and the fact was never delivered afterwards"
            yield event, Finding("lost-fact", message, where=where, expected="a retry until 2xx", actual="none")


def _arrived(before: bool | None, now: bool | None) -> bool | None:
    """Return True where one delivery arrived, None where one may have, else False."""
    if before or now:
        return True
    return None if before is None or now is None else False


def _fact_key(context: str | None, event: str, fact: Mapping[str, str]) -> bytes:
    return _digest(_test(context), event, *chain.from_iterable(sorted(fact.items())))


def _place(where: Where | None) -> str:
    return f" at {where}" if where else ""


def _id_reused(marker: str, other: _Stated | None, emission: Emission, event: str) -> Finding:
    place = _place(other.where) if other else ""
    return Finding(
        "id-reused",
        f"the id {marker!r} already names another fact{place}",
        path="$.id",
        where=emission.where,
        expected=f"an id of its own for this fact of {event}",
        actual=marker,
    )


def _repeat(seen: _Stated, marked: bytes, content: bytes, stated: StatedFact) -> Iterator[Finding]:
    emission, marker = stated.emission, stated.marker
    shown = ", ".join(f"{key}={value}" for key, value in stated.fact.items())
    if seen.marker != marked:
        yield Finding(
            "repeat-changes-id",
            f"the fact ({shown}) was stated{_place(seen.where)} under another id",
            path="$.id",
            where=emission.where,
            expected="the id of the first statement",
            actual=marker,
        )
        return
    if seen.content != content:
        differing = seen.parts.differing(stated.parts())
        named = f": {', '.join(differing[:6])}{' …' if len(differing) > 6 else ''}" if differing else ""
        yield Finding(
            "repeat-changes-content",
            f"the fact ({shown}) was stated{_place(seen.where)} under this id with other content{named}",
            path=differing[0] if len(differing) == 1 else "$",
            where=emission.where,
            expected="the same message, time included",
            actual="another message under the same id",
        )
    if seen.delivered is not False:
        yield Finding(
            "repeated-emission",
            f"the fact ({shown}) was already stated{_place(seen.where)}",
            path="$.id",
            where=emission.where,
            expected="each fact once",
            actual=marker,
        )
