"""What records state of facts, in digests and column by column: the values themselves aren't kept."""

from __future__ import annotations

from array import array
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from hashlib import blake2b
from typing import Protocol

from contracts.audit.summary import Summary
from contracts.verification.repeats import StatedFact

SIZE = 16
"""Bytes of a digest."""
NO_HOUR = -(2**31)
"""Stands for an hour that nobody can say."""


class Hash(Protocol):
    """A hash that has taken the begin of a text, as `hashlib` has it."""

    def copy(self) -> Hash:
        """Return one that can go on apart."""

    def update(self, text: bytes, /) -> None:
        """Take more of the text."""

    def digest(self) -> bytes:
        """Return the digest."""


def fact_begun(emitter: str, event: str, context: str | None) -> Hash:
    """Return what a fact is digested with: the values of its key follow, sorted by key, a NUL between them."""
    return _begun("fact", _test(context), emitter, event)


def marker_begun(emitter: str, context: str | None) -> Hash:
    """Return what a marker is digested with, which follows; repeats are compared within one context."""
    return _begun("marker", _test(context), emitter)


def content_begun(event: str | None) -> Hash:
    """Return what a message's content is digested with: its texts in the compiled event's order follow.

    Args:
        event: None where the message isn't of that form: then its canonical JSON follows.
    """
    return _begun("json") if event is None else _begun("texts", event)


def digests_of(emitter: str, stated: StatedFact, text: str | None) -> tuple[bytes, bytes, bytes]:
    """Return the digests of fact, marker and content of one statement.

    Args:
        text: the message's texts in the compiled event's order; None where it isn't of that form.
    """
    context = stated.emission.context
    fact = fact_begun(emitter, stated.event, context)
    fact.update(_bytes("\0".join(stated.fact[key] for key in sorted(stated.fact))))
    marker = marker_begun(emitter, context)
    marker.update(_bytes(stated.marker))
    content = content_begun(None if text is None else stated.event)
    content.update(_bytes(stated.content if text is None else text))
    return fact.digest(), marker.digest(), content.digest()


def _bytes(text: str) -> bytes:
    return text.encode("utf-8", "surrogatepass")


def _test(context: str | None) -> str:
    return "" if context is None else f"in {context}"


def _begun(*parts: str) -> Hash:
    # A NUL is refused where JSON is read: with it behind each, ("ab", "c") and ("a", "bc") differ.
    return blake2b(_bytes("".join(f"{part}\0" for part in parts)), digest_size=SIZE)


@dataclass(slots=True)
class Statements:
    """Statements of facts, a row each.

    Attributes:
        file: the file that they stand in.
        digests: of fact, marker and content one after the other. The first two hold the emitter and the test that ran.
        pairs: the numbers of their pairs.
        offsets, lines, numbers: their places in the file, as `Position` has them.
        hours: when they were made, as they say, or `NO_HOUR`.
        delivered: 1 where a receiver took it, 0 where it was refused, -1 where nobody knows.
    """

    file: int = 0
    digests: bytearray = field(default_factory=bytearray)
    pairs: array[int] = field(default_factory=lambda: array("i"))
    offsets: array[int] = field(default_factory=lambda: array("q"))
    lines: array[int] = field(default_factory=lambda: array("q"))
    numbers: array[int] = field(default_factory=lambda: array("i"))
    hours: array[int] = field(default_factory=lambda: array("i"))
    delivered: array[int] = field(default_factory=lambda: array("b"))

    def __len__(self) -> int:
        return len(self.pairs)

    def add(
        self,
        pairs: Sequence[int],
        digests: Iterable[bytes],
        offsets: Sequence[int],
        lines: Sequence[int],
        hours: Sequence[int],
        *,
        number: int = 0,
        delivered: Sequence[int] = (),
    ) -> None:
        """Take statements.

        Args:
            digests: three a statement.
            number: which event of its batch each is.
            delivered: nobody knows where it is empty.
        """
        self.digests += b"".join(digests)
        self.pairs.extend(pairs)
        self.offsets.extend(offsets)
        self.lines.extend(lines)
        self.hours.extend(hours)
        self.numbers.extend(array("i", [number]) * len(pairs))
        self.delivered.extend(delivered or array("b", [-1]) * len(pairs))


def delivery(delivered: bool | None) -> int:
    """Return how a delivery is written in `Statements.delivered`."""
    return -1 if delivered is None else int(delivered)


@dataclass(slots=True)
class Part:
    """What a partition comes to: by itself, and what is to be compared with other partitions.

    Attributes:
        end: the byte of the file that it ends at.
    """

    summary: Summary
    statements: Statements
    end: int = 0
