"""Reading a document: its structure and its sentences become statements."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace

from contracts.documents.drift.clauses import Assigned, Clause, led_by, read_clause, sentences
from contracts.documents.drift.context import Context, enter
from contracts.documents.drift.linking import emitter_near, only_these, stated_here
from contracts.documents.drift.markdown import LABEL_LEVEL, Piece, TreeNode, parse_markdown
from contracts.documents.drift.names import emitter_line, emitters_named, lead_emitter
from contracts.documents.drift.rows import read_table
from contracts.documents.drift.senses import Sense
from contracts.documents.drift.tokens import Token, Vocabulary
from contracts.documents.drift.values import Kind, Said, Statement
from contracts.model.domain import Domain

_CHECKBOX = re.compile(r"^\s*\[([ xX])\]\s+")


def read_statements(text: str, domain: Domain) -> tuple[Statement, ...]:
    """Read what a document says of emitters and events.

    Args:
        text: the Markdown document.
        domain: the names that it may use.

    Returns:
        Its statements, in the order of its lines; empty where it says nothing of emitters.
    """
    reader = _Reader(Vocabulary(domain))
    found = list(reader.children(parse_markdown(text), Context()))
    if all(statement.kind is Kind.REST and not statement.own for statement in found):
        # "The rest is planned" in a document about something else.
        return ()
    return tuple(sorted(dict.fromkeys(found), key=lambda statement: statement.line))


@dataclass(frozen=True)
class _Reader:
    """Walks the tree; each node is read in the context that its headings and labels make."""

    words: Vocabulary

    def children(self, node: TreeNode, context: Context) -> Iterator[Statement]:
        for child in node.children:
            match child.kind:
                case "heading":
                    yield from self._heading(child, context)
                case "item":
                    yield from self._item(child, context)
                case "table":
                    yield from read_table(child, context, self.words, self._sentences)
                case _ if child.level == LABEL_LEVEL:
                    yield from self._label(child, context)
                case _:
                    yield from self._paragraph(child, context)
            named = emitter_line(self._tokens(child), self.words) if child.kind in ("item", "paragraph") else None
            if named and not child.children:
                # "Emitter: `x`" holds for the lines beside it: "Events: …", "Status: …".
                context = replace(context, emitters=(named,))

    def _paragraph(self, node: TreeNode, context: Context) -> Iterator[Statement]:
        tokens = self._tokens(node)
        named = emitter_line(tokens, self.words)
        if named and not context.silent:
            yield Statement(Kind.EMITTER, node.line, named, None, None, context.section)
        yield from self._sentences(tokens, context, leading=False)

    def _tokens(self, node: TreeNode) -> list[Token]:
        return list(self.words.tokens(node.pieces))

    def _heading(self, node: TreeNode, context: Context) -> Iterator[Statement]:
        tokens = self._tokens(node)
        emitters = emitters_named(node, tokens, context, self.words)
        inner = enter(context, tokens, emitters, node)
        if not inner.silent:
            said = inner.said if inner.said_at == node.line else None
            for name in emitters:
                yield Statement(Kind.EMITTER, node.line, name, None, said, inner.section, listed=context.region)
            for event in dict.fromkeys(token.text for token in tokens if token.kind == "event"):
                # A heading that only names events lists them where it stands under an emitter or a status.
                if inner.emitters or inner.said:
                    yield from self._pairs(
                        [Assigned(Token("event", event, node.line), said, node.line)], tokens, inner, listed=True
                    )
        yield from self.children(node, inner)

    def _label(self, node: TreeNode, context: Context) -> Iterator[Statement]:
        parts = list(sentences(self._tokens(node)))
        for part in parts[:-1]:
            yield from self._sentences(part, context, leading=False)
        last = parts[-1] if parts else []
        emitters = emitters_named(node, last, context, self.words)
        statements = list(self._sentences(last, context, leading=False))
        inner = enter(context, [token for part in parts for token in part], emitters, node)
        if not inner.silent:
            for name in emitters:
                yield Statement(Kind.EMITTER, node.line, name, None, None, inner.section)
            yield from (statement for statement in statements if statement.kind is not Kind.EMITTER)
        yield from self.children(node, inner)

    def _item(self, node: TreeNode, context: Context) -> Iterator[Statement]:
        pieces, checked = _without_checkbox(node.pieces)
        tokens = list(self.words.tokens(pieces))
        name = lead_emitter(node, tokens, context, self.words)
        inner = context
        if name is not None:
            inner = replace(context, emitters=(name,), events=(), region=False, section=node.line)
            if not context.silent and context.said is not Said.NO_EMITTER:
                said = checked or self._whole(tokens) or context.said
                yield Statement(Kind.EMITTER, node.line, name, None, said, context.section, listed=context.region)
        if checked and not any(token.said for token in tokens):
            inner = replace(inner, said=checked, said_at=node.line)
        yield from self._sentences(tokens, inner, leading=True)
        yield from self.children(node, self._inside_item(node, tokens, inner))

    def _inside_item(self, node: TreeNode, tokens: Sequence[Token], inner: Context) -> Context:
        if not node.children:
            return inner
        clause = read_clause(tokens, leading=True)
        led = tuple(dict.fromkeys(token.text for token in tokens if token.kind == "event"))
        if led:
            said = clause.assigned[0].said if clause.assigned else inner.said
            return replace(inner, events=led, said=said, said_at=node.line)
        return enter(inner, tokens, (), node)

    def _whole(self, tokens: Sequence[Token]) -> Said | None:
        """Return the status of an item that speaks of one emitter and of no event."""
        if any(token.kind == "event" for token in tokens):
            return None
        return next(
            (c.orphan.said for c in (read_clause(s, leading=True) for s in sentences(tokens)) if c.orphan), None
        )

    def _sentences(self, tokens: Sequence[Token], context: Context, *, leading: bool) -> Iterator[Statement]:
        if context.silent:
            return
        parts: list[list[Token]] = list(sentences(tokens))
        first, others = (parts[0], parts[1:]) if parts else ([], [])
        yield from self._sentence(first, context, leads=leading)
        # "- `a`: sent when the visit ends. Planned." still speaks of `a`.
        led = led_by(first) if leading else ()
        later = replace(context, events=led) if led else context
        for sentence in others:
            yield from self._sentence(sentence, later, leads=False)

    def _sentence(self, sentence: Sequence[Token], context: Context, *, leads: bool) -> Iterator[Statement]:
        clause = read_clause(sentence, leading=leads)
        yield from self._blankets(clause, sentence, context)
        assigned = [part for part in clause.assigned if part.target.kind == "event"]
        named = {id(part.target) for part in assigned}
        assigned += [
            Assigned(token, None, token.line)
            for token in sentence
            if token.kind == "event"
            and id(token) not in named
            and stated_here(sentence, token, context, leads=leads, plain=clause.plain)
        ]
        yield from self._pairs(assigned, sentence, context, listed=leads)
        if clause.orphan and not any(token.kind == "event" for token in sentence):
            yield from self._orphan(clause, sentence, context)

    def _pairs(
        self, assigned: Sequence[Assigned], sentence: Sequence[Token], context: Context, *, listed: bool
    ) -> Iterator[Statement]:
        for part in assigned:
            said = part.said or context.said
            emitters = emitter_near(sentence, part.target) or context.emitters or (None,)
            if said is Said.NO_EMITTER and not emitter_near(sentence, part.target):
                emitters = (None,)
            for emitter in emitters:
                if said is not None or emitter is not None:
                    yield Statement(
                        Kind.PAIR, part.line, emitter, part.target.text, said, context.section,
                        listed=listed, own=part.said is not None,
                    )  # fmt: skip

    def _blankets(self, clause: Clause, sentence: Sequence[Token], context: Context) -> Iterator[Statement]:
        for part in clause.assigned:
            said = part.said
            spoken = any(token.means(Sense.EVENT_WORD) or token.kind == "emitter" for token in sentence)
            if part.target.means(Sense.NOTHING_ELSE):
                # "nothing else is implemented" denies what it says.
                said = {Said.IMPLEMENTED: Said.NOT_IMPLEMENTED, Said.PLANNED: Said.EXCLUDED}.get(said or Said.UNCLEAR)
            everything = part.target.text == "everything" and not context.emitters
            if part.target.kind == "word" and said and not everything:
                for emitter in emitter_near(sentence, part.target) or context.emitters or (None,):
                    yield Statement(Kind.REST, part.line, emitter, None, said, context.section, own=spoken)
        if only_these(sentence) and any(part.said is Said.IMPLEMENTED for part in clause.assigned):
            named = tuple(token.text for token in sentence if token.kind == "emitter")
            for emitter in named[:1] or context.emitters or (None,):
                yield Statement(Kind.REST, sentence[0].line, emitter, None, Said.NOT_IMPLEMENTED, context.section)

    def _orphan(self, clause: Clause, sentence: Sequence[Token], context: Context) -> Iterator[Statement]:
        spoken = any(token.means(Sense.STATUS_WORD) for token in sentence)
        if clause.orphan is None or not (clause.plain or spoken):
            return
        line, said = clause.orphan.line, clause.orphan.said
        named = tuple(dict.fromkeys(token.text for token in sentence if token.kind == "emitter"))
        if context.events and not named:
            for event in context.events:
                for emitter in (None,) if said is Said.NO_EMITTER else context.emitters or (None,):
                    yield Statement(Kind.PAIR, line, emitter, event, said, context.section)
        elif context.events:
            for event in context.events:
                for emitter in named:
                    yield Statement(Kind.PAIR, line, emitter, event, said, context.section)
        elif said is not Said.NO_EMITTER:
            for emitter in named or context.emitters:
                yield Statement(Kind.EMITTER, line, emitter, None, said, context.section)


def _without_checkbox(pieces: tuple[Piece, ...]) -> tuple[tuple[Piece, ...], Said | None]:
    found = _CHECKBOX.match(pieces[0].text) if pieces else None
    if found is None:
        return pieces, None
    first = replace(pieces[0], text=pieces[0].text[found.end() :])
    return (first, *pieces[1:]), Said.NOT_IMPLEMENTED if found[1] == " " else Said.IMPLEMENTED
