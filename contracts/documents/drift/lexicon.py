"""The phrases of both languages as one pattern, and what a bare table cell says.

At each place of a text the senses are tried in the order of `Sense`, so a phrase is found before the shorter
one of another sense that it contains: "not implemented" before "implemented", "не запланировано" before
"запланировано". Texts are in lower case.
"""

from __future__ import annotations

import re

from contracts.documents.drift.english import ENGLISH
from contracts.documents.drift.russian import RUSSIAN
from contracts.documents.drift.senses import Sense

_SIGNS = {
    Sense.COLON: "[:：]",  # noqa: RUF001 - the full-width colon is a colon
    Sense.ARROW: "→|⇒|⟶|-{1,2}>|=>|←|<-|⟵|↦|➜|➔",
    Sense.WORD: r"[^\W_][\w'-]*",
    Sense.STOP: r"[.!?…](?=\s|$|[\"»”)])|\n",
    Sense.MARK: r"\S",
}


def _pattern(sense: Sense) -> str:
    if sense in _SIGNS:
        return f"(?P<{sense}>{_SIGNS[sense]})"
    # Phrases of several words come first, so that "на данный момент" isn't taken for "на".
    both = (*ENGLISH.get(sense, ()), *RUSSIAN.get(sense, ()))
    phrases = "|".join(sorted(both, key=lambda phrase: (-phrase.count(" "), -len(phrase))))
    # The signs of the notation stand outside every character class of the phrases.
    return rf"(?P<{sense}>(?<!\w)(?:{phrases})(?!\w))".replace(" ?", r"\s*").replace(" ", r"\s+").replace("~", r"\w*")


PATTERN = re.compile("|".join(_pattern(sense) for sense in Sense))
"""One token of a text; the group's name is its sense."""

_YES = re.compile(r"^\W*(?:yes|y|x|\+|да|есть|✓|✔|✅|☑|true|v)\W*$|^\W*[✓✔✅☑+]\W*$")
_NO = re.compile(r"^\W*(?:no|none|n/a|нет|не|❌|✗|✘|false)\W*$|^[\s—–❌✗✘-]*$")  # noqa: RUF001 - dashes of all lengths


def is_yes(text: str) -> bool:
    """Is this table cell a bare yes or a mark?"""
    return bool(_YES.match(text))


def is_no(text: str) -> bool:
    """Is this table cell a bare no, a dash or empty?"""
    return bool(_NO.match(text))
