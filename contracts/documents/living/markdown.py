"""The pieces of Markdown that the document is made of."""

from __future__ import annotations

from collections.abc import Iterable, Sequence


def code(text: str) -> str:
    """Return `text` formatted as code."""
    return f"`{text}`"


def bullets(items: Iterable[str]) -> str:
    """Return a list with one item a line."""
    return "\n".join(f"- {one_line(item)}" for item in items)


def numbered(items: Iterable[str]) -> str:
    """Return a numbered list."""
    return "\n".join(f"{number}. {one_line(item)}" for number, item in enumerate(items, start=1))


def table(header: Sequence[str], rows: Iterable[Sequence[str]]) -> str:
    """Return a table; a bar inside a cell is escaped, and columns that are empty in each row are left out."""
    filled = [list(row) for row in rows]
    kept = [index for index in range(len(header)) if any(row[index] for row in filled)]
    lines = [[header[index] for index in kept], ["---"] * len(kept)]
    lines += [[row[index] for index in kept] for row in filled]
    return "\n".join(f"| {' | '.join(_cell(cell) for cell in line)} |" for line in lines)


def one_line(text: str) -> str:
    """Return `text` with each run of white space as one space."""
    return " ".join(text.split())


def _cell(text: str) -> str:
    return one_line(text).replace("|", "\\|")
