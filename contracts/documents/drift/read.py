"""Reading a document: headings, labels and items say what stands under them; what isn't understood is told."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from itertools import pairwise

from contracts.documents.drift.cells import SENTENCE, Role, Row, matrix_of, read_cell, role_of, roles_of
from contracts.documents.drift.markdown import LABEL, TEXT, Block, blocks
from contracts.documents.drift.phrases import Claim, Phrase, fold, names, read_phrase, split, unread
from contracts.documents.drift.statements import ALL, DENIED, REST, DocumentReading, Said, Statement, Unread, merge
from contracts.documents.drift.words import CONSUMER, EMITTER, EVENT, NAME, SAID, Token, Vocabulary, folded

_LABELS = {"status", "emitter", "emits", "event", "consumer", "other", SAID}
_WHOSE = "it says a status, and not of which event"
_ASIDE = "it stands under a heading that announces no statements"


@dataclass(frozen=True, slots=True)
class Context:
    """What the headings, labels and items above a text say of it.

    Attributes:
        level, line: of the last of them; the line, of the one that names the emitters.
        emitters, events: whose section this is.
        said: the status that they give to what stands under them.
        doubt: the heading above, where it isn't understood and may say a status of what stands under it.
        region: names that follow are those of emitters.
        silent: nothing here is a statement: examples, history, the consumer's own section.
    """

    level: int = 0
    line: int = 1
    emitters: tuple[str, ...] = ()
    events: tuple[str, ...] = ()
    said: Said | None = None
    doubt: Unread | None = None
    region: bool = False
    silent: bool = False


def read_document(text: str, words: Vocabulary) -> DocumentReading:
    """Read what a document says of emitters and events.

    Args:
        text: the Markdown document.
        words: the names and words that it may use.

    Returns:
        Its statements and what of it wasn't understood, in the order of its lines.
    """
    reader = Reader(words)
    text = folded(text.removeprefix("\ufeff").replace("\r\n", "\n").replace("\r", "\n"))
    for block, following in pairwise([*blocks(text), Block("text", 1, 0)]):
        reader.block(block, holds=following.level > block.level)
    told = dict.fromkeys([*reader.unread, *reader.owed.values()])
    return DocumentReading(
        tuple(sorted(dict.fromkeys(reader.statements), key=lambda one: one.line)),
        tuple(sorted(told, key=lambda one: one.line)),
    )


@dataclass
class Reader:
    """Goes through the blocks; each is read in the context that the open headings, labels and items make."""

    words: Vocabulary
    statements: list[Statement] = field(default_factory=list)
    unread: list[Unread] = field(default_factory=list)
    open: list[Context] = field(default_factory=lambda: [Context()])
    owed: dict[int, Unread] = field(default_factory=dict)
    """Emitters' headings with a status, by line, until an event stands under them."""

    def block(self, block: Block, *, holds: bool) -> None:
        """Read a block; it holds others, or doesn't."""
        # A table belongs to the label above it, a paragraph ends what a label announces.
        level = LABEL + block.level - TEXT if block.kind == "text" and block.level % TEXT == 0 else block.level
        while len(self.open) > 1 and self.open[-1].level >= level:
            self.open.pop()
        context, tokens = self.open[-1], self.words.tokens(block.text, block.line)
        heads = block.kind == "heading" or block.level % TEXT == LABEL
        if block.kind == "table":
            rows = [(line, [self.words.tokens(cell, line) for cell in cells]) for line, cells in block.rows]
            for _, row in rows if context.silent else ():
                self._silent([token for cell in row for token in cell])
            if not context.silent:
                self._table(rows, context)
        elif block.kind == "html":
            self._html(tokens)
        elif context.silent:
            self._silent(tokens)
            self.open += [replace(context, level=level)] if heads else []
        elif heads and holds:
            *before, last = [*split(tokens, ".", "?")] or [[]]
            self.text([token for sentence in before for token in sentence], context)
            self.open.append(replace(self._inside(last, context, title=level == 1), level=level))
        elif block.kind == "item":
            self._item(tokens, context, level, holds=holds)
        else:
            self.text(tokens, context)

    def text(self, tokens: Sequence[Token], context: Context, *, listed: bool = False) -> tuple[str, ...]:
        """Read a paragraph or an item; return the events that its first sentence lists."""
        about: tuple[str, ...] = ()
        for sentence in split(tokens, ".", "?"):
            within = replace(context, events=about or context.events, emitters=self.open[-1].emitters)
            label = self._labelled(sentence, within)
            # Nothing but names, in the section of an emitter, is a list of them.
            enumerates = {token.kind for token in sentence} <= {EVENT, ",", "and", "-", "(", ")", SAID}
            lists = listed or bool(context.emitters and enumerates)
            found = self._line([label or (SENTENCE, sentence)], sentence, within, listed=lists)
            about, listed = about or (found if lists else ()), False
        return about

    def _labelled(self, tokens: Sequence[Token], context: Context) -> tuple[Role, Sequence[Token]] | None:
        """Return the role and the value of a line such as "Status: planned" or "Emitter: `x`"; None for another."""
        colon = next((i for i, token in enumerate(tokens[:6]) if token.kind == ":"), 0)
        value = tokens[colon + 1 :]
        if any(token.kind not in _LABELS for token in tokens[:colon]) or not colon or not value or names(value, EVENT):
            return None
        role = role_of(tokens[:colon])
        if role.name in ("emitter", "emits") and (context.events or names(value, EMITTER)):
            emitters = read_cell(role, value).emitters
            self.open[-1] = replace(self.open[-1], emitters=emitters or self.open[-1].emitters)
            return role, value
        return (replace(role, header="status"), value) if role.name == "status" and context.events else None

    def _line(
        self, cells: Sequence[tuple[Role, Sequence[Token]]], tokens: Sequence[Token], context: Context, *, listed: bool
    ) -> tuple[str, ...]:
        """Take what a sentence, a value or a row says; tell what isn't understood. Return its events."""
        kinds, named = {token.kind for token in tokens}, names(tokens, EVENT, EMITTER)
        blanket = " ".join(token.text.lower() for token in tokens if token.kind in ("rest", "all", "event", "emitter"))
        covers = bool(kinds & {"rest", "all"} and re.search("event|emit|событ|эмит", blanket))
        section = bool(context.events or self.words.emitters.intersection(context.emitters))
        if not named and not section and not covers:
            return ()
        read = [read_cell(role, cell) for role, cell in cells]
        troubles = [
            one for (role, _), one in zip(cells, read, strict=True)
            if one.trouble and (named or covers or (one.unclear and (SAID in kinds or role is not SENTENCE)))
        ]  # fmt: skip
        for one in troubles:
            self.tell(tokens, one.trouble or "", unclear=one.unclear)
        emitters = next((one.emitters for one in read if one.emitters), ())
        said, claims, row = merge(*(one.said for one in read)), [c for one in read for c in one.claims], len(cells) > 1
        if row and emitters and said is Said.NOT_EMITTED:
            # A row that names an emitter says that it is the event's, whatever the answer.
            said = Said.NOT_IMPLEMENTED
        joined = row or (any(one.linked for one in read) and not troubles)
        stated = bool(troubles) or row
        self.statements += [Statement(tokens[0].line, name) for name in emitters if row and claims]
        for claim in claims:
            if listed or joined or claim.said or said or context.said:
                stated |= self.pair(claim, claim.emitters or emitters, said, context, tokens, listed=listed)
        if not troubles and not claims:
            phrase = Phrase(emitters=emitters, said=said, linked=joined)
            stated = self._unattached(phrase, tokens, context, listed=listed) or stated
        if not stated and (named or covers):
            self.tell(tokens, "it names no emitter with an event, and no status", unclear=False)
        return tuple(claim.event for claim in claims)

    def _unattached(self, phrase: Phrase, tokens: Sequence[Token], context: Context, *, listed: bool) -> bool:
        """Take a status or an emitter that stands beside no event: that of the events above, or of nothing plain."""
        kinds, line = {token.kind for token in tokens}, tokens[0].line
        if context.events and (phrase.said or (phrase.emitters and phrase.linked)):
            within = replace(context, said=None)
            for event in context.events:
                self.pair(Claim(event, None, line), phrase.emitters, phrase.said, within, tokens, listed=False)
            return True
        if SAID in kinds or (phrase.emitters and phrase.said not in (None, *DENIED)):
            self.tell(tokens, _WHOSE, next_step="say it of each event")
        elif context.events and "emits" in kinds:
            self.tell(tokens, "it says neither by whom nor whether that is implemented")
        elif phrase.emitters and (phrase.said or context.region or listed or kinds & {"emitter", "emits"}):
            self.statements += [Statement(line, name, said=phrase.said) for name in phrase.emitters]
        else:
            return False
        return True

    def _table(self, table: Sequence[tuple[int, Row]], context: Context) -> None:
        rows = [row for _, row in table]
        roles = roles_of(rows)
        given = {role.name for role in roles}
        labels = len(roles) == 2 and not any(names(row[0], EVENT, EMITTER, CONSUMER, NAME) for row in rows)
        if labels and (context.events or (context.emitters and "matrix" not in given)) and "event" not in given:
            for line, (label, value) in table:
                self.text([*label, Token(":", ":", line), *value] if label and value else [], context)
            return
        before, above, flat = len(self.statements) + len(self.unread), rows[0][0][:0], list[list[Token]]()
        for line, row in table[1:]:
            # An empty first cell repeats the one above it.
            above = row[0] or above
            cells = list(zip(roles, [above, *row[1:]], strict=False))
            flat.append([token for _, cell in cells for token in cell] or [Token("other", "", line)])
            if names(flat[-1], EVENT, EMITTER) or any(role.name == "unclear" and role.of for role in roles):
                self._line(cells, flat[-1], replace(context, events=()), listed="emitter" not in given)
        for i, emitter, said in matrix_of(roles, rows[1:]):
            known = said not in (Said.EXCLUDED, Said.NOT_EMITTED) or emitter in self.words.emitters
            if said is Said.UNCLEAR:
                self.tell(flat[i], f"what stands under `{emitter}` isn't understood")
            for event in names(flat[i], EVENT) if known and said is not Said.UNCLEAR else ():
                self.pair(Claim(event, said, flat[i][0].line), (emitter,), None, context, flat[i], listed=False)
        named = [tokens for tokens in flat if names(tokens, EVENT)]
        if named and len(self.statements) + len(self.unread) == before:
            self.tell(named[0], "its table says neither an emitter nor a status", unclear=False)

    def tell(self, tokens: Sequence[Token], why: str, *, unclear: bool = True, next_step: str = "") -> None:
        """Tell that something isn't read."""
        self.unread.append(unread(tokens, why, unclear=unclear, next_step=next_step))

    def pair(
        self, claim: Claim, emitters: Sequence[str], said: Said | None, context: Context, tokens: Sequence[Token], *,
        listed: bool,
    ) -> bool:  # fmt: skip
        """Take one statement about an event, or about the rest; return whether anything was stated or told."""
        own, blanket = merge(claim.said, said), claim.event in (REST, ALL)
        joined = merge(context.said, own)
        if joined is Said.UNCLEAR or (joined is Said.NO_EMITTER and emitters):
            why = "it says one status, and what stands above or beside it another"
            self.tell(tokens, why, next_step="say one of the two")
            return True
        sources = (None,) if joined is Said.NO_EMITTER else (tuple(emitters) or context.emitters or (None,))
        stated = [
            Statement(claim.line, emitter, claim.event, joined, listed=listed and not blanket, own=own is not None)
            for emitter in sources if joined or (emitter and not blanket)
        ]  # fmt: skip
        self.statements += stated
        self.owed.pop(context.line, None)
        if not emitters and joined not in DENIED:
            # A heading is an emitter's once an event is listed under it.
            self.statements += [Statement(context.line, name) for name in sources if name]
        if context.doubt and joined is None:
            self.unread.append(context.doubt)
        return bool(stated)

    def _silent(self, tokens: Sequence[Token]) -> None:
        for sentence in split(tokens, ".", "?"):
            if names(sentence, EVENT, EMITTER):
                self.tell(sentence, _ASIDE, unclear=False)

    def _html(self, tokens: Sequence[Token]) -> None:
        named = [token for token in tokens if token.kind in (EVENT, EMITTER)]
        if named:
            around = [token for token in tokens if token.line == named[0].line]
            why, advice = "HTML, link definitions and deep nesting aren't read", "write it as a Markdown table or list"
            self.tell(around, why, unclear=bool(names(named, EVENT)), next_step=advice)

    def _item(self, tokens: list[Token], context: Context, level: int, *, holds: bool) -> None:
        inner = context
        if tokens and tokens[0].said and tokens[0].text.lower() in ("[x]", "[ ]"):
            inner, tokens = replace(context, said=merge(context.said, tokens[0].said)), tokens[1:]
        if holds and not names(tokens, EVENT):
            self.open.append(replace(self._inside(tokens, inner), level=level))
            return
        if context.region and tokens and tokens[0].kind == NAME and tokens[0].source:
            tokens = [replace(tokens[0], kind=EMITTER), *tokens[1:]]
        events = self.text(tokens, inner, listed=True) or names(tokens, EVENT)
        emitters = names(tokens, EMITTER) or self.open[-1].emitters
        self.open.append(replace(inner, level=level, events=events or inner.events, said=None, emitters=emitters))

    def _inside(self, tokens: Sequence[Token], context: Context, *, title: bool = False) -> Context:
        """Return the context of what stands under a heading, a label or an item, and take what it states itself."""
        kinds = {token.kind for token in tokens}
        emitters, events = names(tokens, EMITTER), names(tokens, EVENT)
        named = names([token for token in tokens if token.source], NAME)
        if not emitters and not events and len(named) == 1 and not kinds & {"consumer", CONSUMER, "aside"}:
            emitters, tokens = named, [replace(t, kind=EMITTER) if t.text in named else t for t in tokens]
        if kinds & {"aside", "consumer", CONSUMER} and not emitters and "emitter" not in kinds:
            return context if title else replace(context, silent=True)
        known = [token for token in fold(tokens) if token.kind not in ("aside", "consumer", CONSUMER, "?")]
        phrase = read_phrase(known)
        doubt = context.doubt
        if phrase.trouble and not (title and not phrase.unclear and not kinds & {SAID, "not", "hedge"}):
            doubt = unread(tokens, f"{phrase.trouble}, and it stands over events without a status")
        for claim in phrase.claims:
            self.pair(claim, emitters, None, replace(context, doubt=doubt), tokens, listed=True)
        said = merge(phrase.said, *(claim.said for claim in phrase.claims)) or context.said
        if emitters and not events and phrase.said not in (None, *DENIED):
            self.owed[tokens[0].line] = unread(tokens, _WHOSE, next_step="say it of each event")
        orphans = said is Said.NO_EMITTER and not emitters
        region = "emitter" in kinds and not phrase.trouble and not emitters and not events and said is None
        return replace(
            context, doubt=doubt, said=None if said is Said.UNCLEAR else said, region=region,
            emitters=() if orphans else emitters or context.emitters, line=tokens[0].line if emitters else context.line,
            events=events or (() if emitters else context.events),
        )  # fmt: skip
