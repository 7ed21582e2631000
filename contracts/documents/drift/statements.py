"""What a document can say of emitters and events, and what of it wasn't understood, as values."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from typing import Any

from contracts.errors import Where


class Said(StrEnum):
    """What a document says of how far a pair is, in its own words' sense."""

    IMPLEMENTED = "implemented"
    PLANNED = "planned"
    NOT_IMPLEMENTED = "not implemented"
    """Without a word of a plan: true of a planned pair and of an event that nobody states."""
    NOT_EMITTED = "not emitted"
    """A bare no: true of everything but what is implemented."""
    EXCLUDED = "not permitted"
    """Said not to be planned, permitted or emitted."""
    NO_EMITTER = "no emitter"
    UNCLEAR = "unclear"
    """Words such as "partially implemented", or two statuses that contradict each other: none is stated."""


class Kind(StrEnum):
    """What a statement is about."""

    EMITTER = "emitter"
    """A source is an emitter; with EXCLUDED, it is none."""
    PAIR = "pair"
    """An emitter may state an event; without an emitter: some emitter may."""
    REST = "rest"
    """A blanket sentence about every event that isn't spoken of by itself."""


@dataclass(frozen=True, slots=True)
class Statement:
    """One statement of a document.

    Attributes:
        line: in the document, counted from 1.
        listed: it stands in a listing, so that what the listing leaves out is left out on purpose.
        own: the status stands beside the name; otherwise a heading or label above gave it.
    """

    kind: Kind
    line: int
    emitter: str | None = None
    event: str | None = None
    said: Said | None = None
    listed: bool = False
    own: bool = True


@dataclass(frozen=True, slots=True)
class Unread:
    """A place that names an emitter or an event and made no statement.

    Attributes:
        text: what stands there, shortened.
        why: what about it isn't understood.
        next_step: what to add or change, so that it is.
        unclear: it speaks of a status or an emitter; otherwise it only mentions a name.
        events: those that it names.
    """

    line: int
    text: str
    why: str
    next_step: str
    unclear: bool
    events: tuple[str, ...] = ()

    @property
    def message(self) -> str:
        """What isn't understood, as a sentence."""
        return f"“{self.text}”: {self.why}"

    def to_json(self, file: str) -> dict[str, Any]:
        """Return the place and the reason as JSON values."""
        document = Where(file, self.line).to_json()
        return {"text": self.text, "why": self.why, "next": self.next_step, "document": document}


@dataclass(frozen=True, slots=True)
class DocumentReading:
    """All that was read of a document, and all that wasn't, each by line."""

    statements: tuple[Statement, ...]
    unread: tuple[Unread, ...]


# Of two of these the one that says more holds.
_RANKS = (
    (Said.NOT_EMITTED, Said.NOT_IMPLEMENTED, Said.PLANNED, Said.NO_EMITTER),
    (Said.NOT_EMITTED, Said.NOT_IMPLEMENTED, Said.EXCLUDED, Said.NO_EMITTER),
)


def merge(old: Said | None, new: Said | None) -> Said | None:
    """Join two statuses of one name: "planned, not implemented" is planned; a contradiction is unclear."""
    if old is None or new is None or old is new:
        return new if old is None else old
    ranks = next((ranks for ranks in _RANKS if old in ranks and new in ranks), None)
    return max(old, new, key=ranks.index) if ranks else Said.UNCLEAR
