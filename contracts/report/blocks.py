"""What a page of text is made of, before anybody has decided how it looks.

Plain text and a terminal's drawing are two readings of these blocks, so that both say the same.
"""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Title:
    """What the page speaks of; or its last word."""

    text: str


@dataclass(frozen=True, slots=True)
class Group:
    """The name of what follows, set off from what came before."""

    name: str


@dataclass(frozen=True, slots=True)
class Grid:
    """Rows under headings.

    Attributes:
        right: the headings of columns of numbers.
        indented: it stands below a title.
    """

    headings: tuple[str, ...]
    rows: tuple[tuple[str, ...], ...]
    right: tuple[str, ...] = ()
    indented: bool = False


@dataclass(frozen=True, slots=True)
class Entry:
    """One thing of a group: its head, its message, and labelled values."""

    head: str
    message: str
    fields: tuple[tuple[str, str], ...] = ()


@dataclass(frozen=True, slots=True)
class Line:
    """One line of a group."""

    text: str


@dataclass(frozen=True, slots=True)
class Gap:
    """An empty line."""


Block = Title | Group | Grid | Entry | Line | Gap
