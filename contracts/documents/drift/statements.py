"""What a document can say of emitters and events, and what of it wasn't understood, as values."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from typing import Any

from contracts.errors import Where


class Said(StrEnum):
    """What a document says of how far a pair is."""

    IMPLEMENTED = "implemented"
    PLANNED = "planned"
    NOT_IMPLEMENTED = "not implemented"
    """Without a word of a plan: true of a planned pair and of an event that nobody states."""
    NOT_EMITTED = "not emitted"
    """A bare no: true of everything but what is implemented."""
    EXCLUDED = "not permitted"
    NO_EMITTER = "no emitter"
    UNCLEAR = "unclear"
    """Words such as "partially implemented", or two statuses that contradict each other."""


DENIED = (Said.NO_EMITTER, Said.EXCLUDED)
REST, ALL = "the others", "everything"
"""In place of an event: those that nothing else speaks of, and all of them."""


@dataclass(frozen=True, slots=True)
class Statement:
    """An emitter may state an event and is that far; without an event: it is an emitter; without an emitter: some is.

    Attributes:
        line: in the document, counted from 1.
        listed: it stands in a listing, so that what the listing leaves out is left out on purpose.
        own: the status stands beside the name; otherwise a heading or label above gave it.
    """

    line: int
    emitter: str | None = None
    event: str | None = None
    said: Said | None = None
    listed: bool = False
    own: bool = True


@dataclass(frozen=True, slots=True)
class Unread:
    """A place that wasn't understood.

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


# Of two of these the one that says more holds: "planned, not implemented" is planned.
_RANKS = (
    (Said.NOT_EMITTED, Said.NOT_IMPLEMENTED, Said.PLANNED, Said.NO_EMITTER),
    (Said.NOT_EMITTED, Said.NOT_IMPLEMENTED, Said.EXCLUDED, Said.NO_EMITTER),
)


def merge(*statuses: Said | None) -> Said | None:
    """Join the statuses of one name; a contradiction is unclear."""
    joined: Said | None = None
    for one in statuses:
        ranks = next((ranks for ranks in _RANKS if joined in ranks and one in ranks), ())
        if joined is None or one is None or joined is one:
            joined = joined or one
        else:
            joined = max(joined, one, key=ranks.index) if ranks else Said.UNCLEAR
    return joined
