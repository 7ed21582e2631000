"""What a document can say: statements, as values."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum


class Said(StrEnum):
    """What a document says of how far a pair is, in its own words' sense."""

    IMPLEMENTED = "implemented"
    PLANNED = "planned"
    NOT_IMPLEMENTED = "not implemented"
    """Without a word of a plan: true of a planned pair and of an event that nobody states."""
    EXCLUDED = "not permitted"
    """Said not to be planned, permitted or emitted."""
    NO_EMITTER = "no emitter"
    UNCLEAR = "unclear"
    """Words such as "partially implemented": a status is spoken of, and none is stated."""


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
        section: the heading, label or list that it stands under; equal for statements of one listing.
        listed: it stands in a listing, so that what the listing leaves out is left out on purpose.
        own: the status stands beside the name; otherwise a heading or label above gave it.
    """

    kind: Kind
    line: int
    emitter: str | None = None
    event: str | None = None
    said: Said | None = None
    section: int = 0
    listed: bool = False
    own: bool = True
