"""Which names a document presents as emitters: by their place, and by what stands under them."""

from __future__ import annotations

from collections.abc import Sequence

from contracts.documents.drift.context import Context
from contracts.documents.drift.linking import follows_directly
from contracts.documents.drift.markdown import TreeNode
from contracts.documents.drift.senses import Sense
from contracts.documents.drift.tokens import Token, Vocabulary

_SKIPPED = (Sense.EMITTER_WORD, Sense.MARK, Sense.COLON, Sense.FILLER, Sense.ABBREVIATION)


def emitters_named(node: TreeNode, tokens: Sequence[Token], context: Context, words: Vocabulary) -> tuple[str, ...]:
    """Return the emitters that a heading or a label names.

    A known name is one. Another code-formatted name is one where the heading or the one above calls it an
    emitter, or where events are listed under it.
    """
    known = tuple(dict.fromkeys(token.text for token in tokens if token.kind == "emitter"))
    if known or context.silent:
        return known
    if any(token.means(Sense.CONSUMER) for token in tokens):
        return ()
    for index, token in enumerate(tokens):
        if token.kind != "code":
            continue
        called = _called(tokens[:index])
        named = words.may_name_an_emitter(token.text) and (context.region or lists_events(node, words))
        if named or (called and words.may_be_called_an_emitter(token.text) and lists_events(node, words)):
            return (token.text,)
    return ()


def lead_emitter(node: TreeNode, tokens: Sequence[Token], context: Context, words: Vocabulary) -> str | None:
    """Return the emitter that a list item is about: the name that leads it."""
    index = next((i for i, token in enumerate(tokens) if not token.means(*_SKIPPED)), None)
    if index is None or context.silent:
        return None
    token = tokens[index]
    if token.kind == "emitter":
        return token.text
    if token.kind != "code":
        return None
    if _called(tokens[:index]) and words.may_be_called_an_emitter(token.text):
        return token.text
    if not words.may_name_an_emitter(token.text):
        return None
    presented = context.region or lists_events(node, words) or follows_directly(tokens, index)
    return token.text if presented else None


def emitter_line(tokens: Sequence[Token], words: Vocabulary) -> str | None:
    """Return the emitter of a line such as "Emitter: `x`", which names it and says no more."""
    said = [token for token in tokens if not token.means(Sense.MARK, Sense.FILLER, Sense.ABBREVIATION, Sense.STOP)]
    if len(said) != 3 or not said[0].means(Sense.EMITTER_WORD) or not said[1].means(Sense.COLON):
        return None
    if said[2].kind == "code" and _called(said[:1]):
        return said[2].text if words.may_be_called_an_emitter(said[2].text) else None
    return said[2].text if said[2].kind == "emitter" else None


def _called(before: Sequence[Token]) -> bool:
    # "source" is too common a word to make an emitter of any name that follows it.
    return any(
        token.means(Sense.EMITTER_WORD) and ("emitter" in token.text or "эмит" in token.text) for token in before
    )


def lists_events(node: TreeNode, words: Vocabulary) -> bool:
    """Do list items, table rows or headings below lead with an event?"""
    for child in node.children:
        if child.kind in ("item", "row", "heading"):
            tokens = [token for token in words.tokens(child.pieces) if not token.means(*_SKIPPED, Sense.EVENT_WORD)]
            if tokens and tokens[0].kind == "event":
                return True
        if lists_events(child, words):
            return True
    return False
