"""How the pacts stand to what the consumer tests expect, and whether they were written."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import Literal


@dataclass(frozen=True, slots=True)
class PactFileChange:
    """What differs between a pact file and what the expectations say.

    Attributes:
        file: its path in the folder of pacts.
        how: the file is missing (`added`), has another content (`changed`) or follows from nothing (`removed`).
        details: one line for each interaction or attribute that differs.
    """

    file: str
    how: Literal["added", "changed", "removed"]
    details: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class OptionalRead:
    """A field that an expectation reads and no pact holds, since it may be absent or null."""

    event: str
    title: str
    path: str


@dataclass(frozen=True, slots=True)
class WrittenPacts:
    """What writing the pacts, or comparing them, came to.

    Attributes:
        folder: the folder of the pacts.
        expectations: how many were recorded.
        pacts: the paths of the pacts in the folder.
        unassigned: expected events that no emitter may state; they are in no pact.
        changes: what differed from the folder.
        written: the changes have been made.
        optional: what is read and is in no pact, each once.
    """

    folder: Path
    expectations: int
    pacts: tuple[str, ...]
    unassigned: tuple[str, ...]
    changes: tuple[PactFileChange, ...]
    written: bool
    optional: tuple[OptionalRead, ...] = ()
