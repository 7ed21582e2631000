"""Verifications in Markdown, for a pull request or a job summary."""

from __future__ import annotations

import re
from collections.abc import Sequence

from contracts.report.text import one_line

# Always a mark; "_" beside no letter; what starts a list; the dot of "www.", which GitHub makes a link.
_MARKS = re.compile(r"[\\`*{}\[\]()#!|~<>&@:$=^]|(?<![^\W_])_|_(?![^\W_])|^[-+]|(?<=^\d)\.|(?<=\bwww)\.")


def escape(text: str) -> str:
    """Return `text` on one line so that Markdown shows it and does nothing with it.

    Marks become character references, which Markdown shows and doesn't read: no emphasis, no HTML, no table
    border, no link, no mention, no issue reference.
    """
    return _MARKS.sub(lambda match: f"&#{ord(match[0])};", one_line(text))


def code(text: str) -> str:
    """Return `text` as a piece of code; HTML's element, because a table's cell can't hold every backtick span."""
    return f"<code>{escape(text)}</code>"


def markdown_table(rows: Sequence[Sequence[str]]) -> str:
    """Return a table whose first row is its heading; the cells are escaped."""
    heading, *body = ([escape(cell) for cell in row] for row in rows)
    lines = [heading, ["---"] * len(heading), *body]
    return "\n".join(f"| {' | '.join(cells)} |" for cells in lines)
