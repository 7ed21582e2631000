"""Plain tables: aligned columns, nothing cut, for pipes and logs."""

from __future__ import annotations

import unicodedata
from collections.abc import Sequence


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
