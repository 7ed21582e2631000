"""Reading a printed `next:` line as a person does: what to do, in its order."""

from __future__ import annotations

import re
import shlex
from dataclasses import dataclass

_PROSE = re.compile(r"\s*\([^()]*\)")
_BETWEEN = re.compile(
    r"(?:,|;)?\s+then:?\s+|;\s+|,\s+(?=(?:deploy|record|commit|contracts|verify|publish|run)\b)|\s+and\s+(?=contracts\b)"
)
_ALTERNATIVE = re.compile(r"[;,]\s+or\s+")


@dataclass(frozen=True)
class Act:
    """One thing to do.

    Attributes:
        words: what is typed after `contracts`, or the words of something that is done by hand.
    """

    words: tuple[str, ...]
    typed: bool

    def __str__(self) -> str:
        return " ".join(("contracts", *self.words) if self.typed else self.words)


def next_of(text: str) -> str | None:
    """Return the last `next:` line that was printed."""
    lines = [line.split("next:", 1)[1].strip() for line in text.splitlines() if line.strip().startswith("next:")]
    return lines[-1] if lines else None


def acts_of(line: str, alternative: int = 0) -> tuple[Act, ...]:
    """Return what a line asks for.

    Args:
        alternative: which one, where the line offers several.
    """
    choices = _ALTERNATIVE.split(_PROSE.sub("", line))
    chosen = choices[min(alternative, len(choices) - 1)]
    parts = [part.strip().rstrip(".") for part in _BETWEEN.split(chosen)]
    return tuple(_act(part) for part in parts if part)


def _act(part: str) -> Act:
    found = re.search(r"(?:^|[:\s])contracts (\S.*)$", part)
    if found is None:
        return Act(tuple(part.split()), typed=False)
    try:
        words = shlex.split(re.sub(r"<([^>]*)>", lambda hole: "'<" + hole[1] + ">'", found[1]))
    except ValueError:
        words = found[1].split()
    return Act(tuple(words), typed=True)
