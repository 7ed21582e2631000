"""How output looks: plain text for a pipe and a log, tables and colours where a terminal looks."""

from __future__ import annotations

import os
import shutil
from collections.abc import Mapping
from dataclasses import dataclass
from typing import TextIO

PIPED_WIDTH = 160
"""Columns that a grid may take where no terminal says how wide it is; what is wider becomes a list."""


@dataclass(frozen=True, slots=True)
class Look:
    """How to render text.

    Attributes:
        terminal: a person looks at a terminal that can draw.
        color: colours are wanted.
        width: columns; text is never cut to it when no terminal looks.
        encoding: what the stream can take.
    """

    terminal: bool = False
    color: bool = False
    width: int = PIPED_WIDTH
    encoding: str = "utf-8"

    def fits(self, text: str) -> str:
        """Return `text` with the characters that the stream can't take written as escapes."""
        return text.encode(self.encoding, "backslashreplace").decode(self.encoding)


PLAIN = Look()
"""Plain text, for files and tests."""


def look_at(stream: TextIO, environ: Mapping[str, str] | None = None) -> Look:
    """Return how to render for `stream`.

    A terminal gets tables, unless it calls itself dumb; `NO_COLOR` (https://no-color.org) takes the colours
    away whatever its value, unless it is empty.
    """
    environ = os.environ if environ is None else environ
    encoding = getattr(stream, "encoding", None) or "utf-8"
    if not stream.isatty() or environ.get("TERM") == "dumb":
        return Look(encoding=encoding)
    width = shutil.get_terminal_size(fallback=(80, 24)).columns
    return Look(terminal=True, color=not environ.get("NO_COLOR"), width=width, encoding=encoding)
