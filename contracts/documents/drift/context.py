"""What the headings, labels and list items above a sentence say of it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

from contracts.documents.drift.clauses import blocks, read_clause, sentences
from contracts.documents.drift.markdown import TreeNode
from contracts.documents.drift.senses import Sense
from contracts.documents.drift.tokens import Token
from contracts.documents.drift.values import Said


@dataclass(frozen=True, slots=True)
class Context:
    """The context of a node.

    Attributes:
        emitters: whose section or list item this is.
        events: whose section or list item this is.
        said: the status that a heading or label gives to what stands under it.
        said_at: the line of that heading or label.
        region: the heading or label directly above announces a list of emitters.
        silent: nothing here is a statement: examples, history, the consumer's own section.
        section: the line of the nearest heading, label or emitter.
    """

    emitters: tuple[str, ...] = ()
    events: tuple[str, ...] = ()
    said: Said | None = None
    said_at: int = 0
    region: bool = False
    silent: bool = False
    section: int = 0


def enter(context: Context, tokens: Sequence[Token], emitters: tuple[str, ...], node: TreeNode) -> Context:
    """Return the context of what stands under a heading, a label or an item.

    Args:
        context: of the node itself.
        tokens: the node's own text.
        emitters: the emitters that it names.
        node: it.
    """
    events = tuple(dict.fromkeys(token.text for token in tokens if token.kind == "event"))
    said = status_of(tokens)
    title = node.kind == "heading" and node.level == 1
    speaks = bool(emitters or events or said or any(token.means(Sense.EMITTER_WORD) for token in tokens))
    aside = any(token.means(Sense.ASIDE, Sense.CONSUMER) for token in tokens)
    inner = replace(
        context,
        section=node.line,
        region=announces_emitters(tokens),
        silent=False if speaks else context.silent or (aside and not title and node.kind != "item"),
    )
    if said is not None and not (events and not emitters and node.kind == "item"):
        inner = replace(inner, said=said, said_at=node.line)
    if emitters:
        inner = replace(inner, emitters=emitters, events=())
    if said is Said.NO_EMITTER and not emitters:
        inner = replace(inner, emitters=())
    return replace(inner, events=events) if events else inner


def status_of(tokens: Sequence[Token]) -> Said | None:
    """Return the status that a heading or label gives, to a name in it or to what stands under it."""
    found: list[Said] = []
    for sentence in sentences(tokens):
        clause = read_clause(sentence, leading=True)
        found += [part.said for part in clause.assigned if part.said]
        found += [clause.orphan.said] if clause.orphan and clause.orphan.said else []
    if len(set(found)) > 1:
        # "implemented / planned" in a heading is a legend; "no emitter" and "not permitted" say one thing.
        return Said.NO_EMITTER if set(found) == {Said.NO_EMITTER, Said.EXCLUDED} else None
    said = found[0] if found else None
    return None if said is Said.UNCLEAR else said


def announces_emitters(tokens: Sequence[Token]) -> bool:
    """Is this a heading such as "Approved emitters", which names of emitters follow?"""
    return any(token.means(Sense.EMITTER_WORD) for token in tokens) and not any(blocks(token) for token in tokens)
