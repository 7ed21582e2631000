"""A sentence's tokens made ready for reading: what says nothing is dropped, what only counts together is joined."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from contracts.documents.drift.senses import Sense
from contracts.documents.drift.tokens import Token
from contracts.documents.drift.values import Said

_NO = frozenset(("no", "none", "нет", "false", "❌", "✗", "✘"))
_YES = frozenset(("yes", "да", "true", "✅", "✓", "✔"))


def tidy(tokens: Sequence[Token]) -> list[Token]:
    """Return a sentence's tokens without history and asides, and with each "implemented: no" as one status."""
    kept = [token for token in tokens if not token.means(Sense.HISTORY)]
    return _without_asides(_with_missing_emitters(_with_answers(kept)))


def _with_answers(tokens: list[Token]) -> list[Token]:
    joined: list[Token] = []
    skipped = 0
    for index, token in enumerate(tokens):
        if skipped:
            skipped -= 1
            continue
        answer = _answer(tokens, index)
        if answer is None:
            joined.append(token)
        else:
            skipped = 2
            joined += [token] if answer else _denied(token)
    return joined


def _answer(tokens: list[Token], index: int) -> bool | None:
    """Return whether the status at `index` is answered by a yes or a no; None where it isn't answered."""
    if tokens[index].said is None or index + 2 >= len(tokens) or not tokens[index + 1].means(Sense.COLON):
        return None
    ends = index + 3 == len(tokens) or tokens[index + 3].means(Sense.MARK)
    word = tokens[index + 2].text
    return word in _YES if ends and word in _YES | _NO else None


def _denied(token: Token) -> list[Token]:
    # "planned: no" may be said of what is implemented and of what nobody wants: it states neither.
    return [replace(token, sense=Sense.NOT_IMPLEMENTED)] if token.said is Said.IMPLEMENTED else []


def _with_missing_emitters(tokens: list[Token]) -> list[Token]:
    """Join "the emitter of `a` is not defined" to one status; without an emitter in front it says something else."""
    spoken = False
    joined = []
    for index, token in enumerate(tokens):
        missing = token.means(Sense.ABSENT) or (token.text == "нет" and index + 1 == len(tokens))
        joined.append(replace(token, sense=Sense.NO_EMITTER) if spoken and missing else token)
        spoken = spoken or token.means(Sense.EMITTER_WORD)
    return joined


def _without_asides(tokens: list[Token]) -> list[Token]:
    # "(when the visit begins)" stands between a name and its status without parting them.
    kept: list[Token] = []
    opened: int | None = None
    for token in tokens:
        kept.append(token)
        if token.text == "(" and token.kind == "word":
            opened = len(kept) - 1
        elif token.text == ")" and opened is not None:
            inside = kept[opened:]
            if not any(part.kind in ("event", "emitter") or part.said for part in inside):
                del kept[opened:]
            opened = None
    return kept
