"""Text from outside made safe to print."""

from __future__ import annotations

import json
import re
import unicodedata
from typing import Any

# A line's first two colons, after blanks; and the second sharp of two before a word and a bracket.
_COMMAND = re.compile(r"(?m)^([^\S\n]*):(?=:)|(#)#(?=\w*\[)")
_LONGEST, _END = 1000, 200
"""Characters of a readable line, and of its end that stay where it is longer."""
_KEPT = frozenset({"\n", "\t"})
# Cc controls a terminal (ESC), Cf turns the reading direction or hides, Cs can't be encoded, Zl and Zp break lines.
_ACTING = frozenset({"Cc", "Cf", "Cs", "Zl", "Zp"})


def printable(text: str) -> str:
    r"""Return `text` with every character that would act rather than show written as its escape.

    A message quotes what an emitter sent: an escape sequence in it must not reach a terminal, and a lone
    surrogate must not break the output. Line ends and tabs stay; "\r\n" counts as one line end.
    """
    text = text.replace("\r\n", "\n")
    if text.isascii() and text.isprintable():
        return text
    return "".join(_shown(character) for character in text)


def acts(character: str) -> bool:
    """Would the character act rather than show: control a terminal, turn the reading direction, hide, break a line?"""
    return character not in _KEPT and unicodedata.category(character) in _ACTING


def _shown(character: str) -> str:
    return character.encode("unicode_escape").decode("ascii") if acts(character) else character


def one_line(text: str) -> str:
    """Return `text` printable and on one line, its line ends written as spaces."""
    return " ".join(printable(text).split())


def inert(text: str) -> str:
    """Return `text` printable, and with nothing in it that a CI takes for a command.

    GitHub's runner takes a line that starts with "::", and its older one, like Azure's and TeamCity's, "##[",
    "##vso[" and their kind anywhere in a line.
    """
    return without_commands(printable(text))


def without_commands(text: str) -> str:
    """Return `text` with what a CI would take for a command written as its escape; see `inert`."""
    return _COMMAND.sub(lambda found: "#\\x23" if found[2] else f"{found[1]}\\x3a", text)


def readable(text: str, *, longest: int = _LONGEST) -> str:
    """Return `text` with the middle of overlong lines left out: what is quoted in a message may have any length.

    Args:
        longest: characters of a line that stays whole.
    """
    return "\n".join(
        line if len(line) <= longest else f"{line[: longest - _END - 1]}…{line[-_END:]}" for line in text.split("\n")
    )


def as_json(value: Any) -> str:
    """Return a JSON value on one line, readable and safe to print."""
    return printable(json.dumps(value, ensure_ascii=False, default=str)).replace("\n", "\\n").replace("\t", "\\t")


def counted(count: int, noun: str) -> str:
    """Return a number with its noun, which takes an `s` unless it is one."""
    return f"{count} {noun}{'' if count == 1 else 's'}"
