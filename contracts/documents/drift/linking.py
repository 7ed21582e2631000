"""Which emitter a sentence joins an event to, and whether it states the event or mentions it."""

from __future__ import annotations

from collections.abc import Sequence

from contracts.documents.drift.clauses import blocks
from contracts.documents.drift.context import Context
from contracts.documents.drift.senses import Sense
from contracts.documents.drift.tokens import Token
from contracts.documents.drift.values import Said

_ARTICLES = ("the", "a", "это", "одно")
_DASHES = ("—", "–", "-", "|", "(")  # noqa: RUF001 - dashes of all lengths


def emitter_near(sentence: Sequence[Token], target: Token) -> tuple[str, ...]:
    """Return the emitter that a sentence joins `target` to: the last one before it, else the first after it."""
    # A heading's event is a token made anew: it is found by what it says, where it isn't the very same.
    same = (i for i, token in enumerate(sentence) if token is target)
    index = next(same, sentence.index(target) if target in sentence else 0)
    before = [token.text for token in sentence[:index] if token.kind == "emitter"]
    after = [token.text for token in sentence[index:] if token.kind == "emitter"]
    return tuple((before[-1:] or after[:1]) if before or after else ())


def stated_here(sentence: Sequence[Token], event: Token, context: Context, *, leads: bool, plain: bool) -> bool:
    """Is an event without a status of its own stated by the sentence, or only mentioned?

    It is stated where it leads a list item, where a label with a status has nothing but names under it, and
    where a verb, an arrow or a colon joins it to an emitter.
    """
    index = next(i for i, token in enumerate(sentence) if token is event)
    if any(token.means(Sense.CONDITION) for token in sentence[:index]):
        return False
    if leads and not any(blocks(token) or token.said for token in sentence[:index]):
        return True
    if context.said and plain and not any(blocks(token) for token in sentence):
        return True
    return _joined_before(sentence, index, context) or _joined_after(sentence, index)


def _joined_before(sentence: Sequence[Token], index: int, context: Context) -> bool:
    linked = False
    owned = bool(context.emitters) or any(part.kind == "emitter" for part in sentence)
    for token in reversed(sentence[:index]):
        if token.means(Sense.EMITS) or (token.means(Sense.EVENT_WORD) and linked):
            return owned
        if token.kind == "emitter":
            return linked
        if blocks(token) or token.said is Said.EXCLUDED:
            return False
        linked = linked or token.means(Sense.ARROW, Sense.COLON) or token.text in _DASHES
    return False


def _joined_after(sentence: Sequence[Token], index: int) -> bool:
    linked = False
    for token in sentence[index + 1 :]:
        if token.kind == "emitter":
            return linked
        if blocks(token):
            return False
        linked = linked or token.means(Sense.ARROW, Sense.COLON, Sense.EMITS, Sense.EMITTER_WORD)
        linked = linked or token.text in _DASHES
    return False


def follows_directly(tokens: Sequence[Token], index: int) -> bool:
    """Does an event follow the name at `index`, joined by a verb, an arrow, a colon or a dash?"""
    linked = False
    for token in tokens[index + 1 :]:
        if token.kind == "event":
            return linked
        if blocks(token):
            return False
        linked = linked or token.means(Sense.ARROW, Sense.COLON, Sense.EMITS) or token.text in _DASHES
    return False


def only_these(sentence: Sequence[Token]) -> bool:
    """Does "only" stand directly before an event, a status or the word "event"?"""
    for index, token in enumerate(sentence[:-1]):
        following = next((other for other in sentence[index + 1 :] if other.text not in _ARTICLES), token)
        if token.means(Sense.ONLY) and (
            following.kind == "event" or following.said or following.means(Sense.EVENT_WORD, Sense.COLON)
        ):
            return True
    return False
