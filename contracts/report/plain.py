"""Blocks as plain text, aligned and never cut, for pipes and logs."""

from __future__ import annotations

import unicodedata
from collections.abc import Iterable, Iterator, Sequence

from contracts.model.printable import without_commands
from contracts.report.blocks import Block, Entry, Gap, Grid, Group, Line, Title


def columns(text: str) -> int:
    """Return how many columns of a terminal `text` takes; East Asian wide characters take two."""
    return sum(
        0 if unicodedata.combining(character) else 2 if unicodedata.east_asian_width(character) in "WF" else 1
        for character in text
    )


def table(rows: Sequence[Sequence[str]], *, indent: str = "") -> list[str]:
    """Return the rows as aligned lines, two spaces between columns and none at a line's end."""
    if not rows:
        return []
    widths = [max(columns(row[index]) for row in rows) for index in range(len(rows[0]))]
    return [
        (
            indent + "  ".join(cell + " " * (width - columns(cell)) for cell, width in zip(row, widths, strict=True))
        ).rstrip()
        for row in rows
    ]


def plain_text(blocks: Iterable[Block]) -> str:
    """Return the blocks as lines, without the last line end."""
    text = "\n".join(line for block in blocks for line in _lines(block))
    return without_commands(text)


def _lines(block: Block) -> Iterable[str]:
    match block:
        case Title(text):
            return (text,)
        case Group(name):
            return ("", name)
        case Grid():
            return table([block.headings, *block.rows], indent="  " if block.indented else "")
        case Entry():
            return _entry(block)
        case Line(text):
            return (f"  {text}",)
        case Gap():
            return ("",)


def _entry(entry: Entry) -> Iterator[str]:
    yield from _hanging(f"  {entry.head}: ", entry.message)
    width = max((len(label) for label, _ in entry.fields), default=0)
    for label, value in entry.fields:
        yield from _hanging(f"    {label:<{width}}  ", value)


def _hanging(head: str, text: str) -> Iterable[str]:
    """Return `text` after `head`, its further lines below the first.

    A line from outside never starts a line of ours: a CI would read "::add-mask::" there as a command.
    """
    first, *rest = text.split("\n")
    return (head + first).rstrip(), *(f"      | {line}".rstrip() for line in rest)
