"""Text from outside in Markdown: shown, never read as marks."""

from __future__ import annotations

import re
from collections.abc import Sequence

from contracts.model.printable import one_line, printable

# Always a mark; ":" of a link or an emoji; "_" beside no letter; what starts a list; "www.", which GitHub links.
_MARKS = re.compile(r"[\\`*\[\]#|~<>&@$]|:(?=\S)|(?<![^\W_])_|_(?![^\W_])|^[-+]|(?<=^\d)\.|(?<=\bwww)\.")


def escape(text: str) -> str:
    """Return `text` on one line so that Markdown shows it and does nothing with it.

    Marks become character references, which Markdown shows and doesn't read: no emphasis, no HTML, no table
    border, no link, no mention, no issue reference.
    """
    return _MARKS.sub(lambda match: f"&#{ord(match[0])};", one_line(text))


def code(text: str) -> str:
    """Return `text` as a piece of code; HTML's element, because a table's cell can't hold every backtick span."""
    return f"<code>{'<br>'.join(escape(line) for line in printable(text).split(chr(10)))}</code>"


def markdown_table(rows: Sequence[Sequence[str]]) -> str:
    """Return a table whose first row is its heading; the cells are escaped."""
    return raw_table([[escape(cell) for cell in row] for row in rows])


def raw_table(rows: Sequence[Sequence[str]]) -> str:
    """Return a table whose cells are Markdown already."""
    heading, *body = rows
    return "\n".join(f"| {' | '.join(cells)} |" for cells in (heading, ["---"] * len(heading), *body))
