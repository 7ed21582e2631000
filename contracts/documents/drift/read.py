"""Reading a document: its headings, items, rows and sentences become statements, or are told as unread."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field, replace

from contracts.documents.drift.clauses import (
    ALL,
    Sentence,
    not_understood,
    read_sentence,
    sentences,
    status_of,
    unread,
)
from contracts.documents.drift.markdown import LABEL_LEVEL, TreeNode, parse_markdown
from contracts.documents.drift.statements import DocumentReading, Kind, Said, Statement, Unread, merge
from contracts.documents.drift.tables import read_table
from contracts.documents.drift.words import CONSUMER_NAME, EMITTER, EVENT, NAME, SAID, Token, Vocabulary, folded

_LABELS = ("status", "emitter", "emits", "event", "consumer", "other", SAID)
_SIGNALS = {SAID, "not", "hedge", "emits", "will"}


@dataclass(frozen=True, slots=True)
class Context:
    """What the headings, labels and items above a text say of it.

    Attributes:
        emitters, events: whose section this is.
        said: the status that they give to what stands under them.
        doubt: the heading above, where it isn't understood and may say a status of what stands under it.
        grave: the doubt is about a word for a status, and holds under deeper headings too.
        region: names that follow are those of emitters.
        silent: nothing here is a statement: examples, history, the consumer's own section.
    """

    emitters: tuple[str, ...] = ()
    events: tuple[str, ...] = ()
    said: Said | None = None
    doubt: Unread | None = None
    grave: bool = False
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
    reader.children(parse_markdown(text), Context())
    return DocumentReading(
        tuple(sorted(dict.fromkeys(reader.statements), key=lambda one: one.line)),
        tuple(sorted(dict.fromkeys(reader.unread), key=lambda one: one.line)),
    )


def _concerns(tokens: Sequence[Token], context: Context) -> bool:
    """Does a sentence speak of an event or an emitter, by its name, by a blanket word, or by where it stands?"""
    kinds = {token.kind for token in tokens}
    if kinds & {EVENT, EMITTER}:
        return True
    if SAID in kinds and (context.events or context.emitters):
        return True
    blanket = " ".join(token.text.lower() for token in tokens if token.kind in ("rest", "all", "event", "emitter"))
    return bool(kinds & {"rest", "all"}) and ("event" in blanket or "emit" in blanket or "событ" in blanket)


@dataclass
class Reader:
    """Walks the tree; each node is read in the context that its headings and labels make."""

    words: Vocabulary
    statements: list[Statement] = field(default_factory=list)
    unread: list[Unread] = field(default_factory=list)

    def children(self, node: TreeNode, context: Context) -> None:
        """Read what stands under a node."""
        for child in node.children:
            tokens = self.words.tokens(child.text, child.line) if child.kind != "table" else []
            match child.kind:
                case "heading":
                    self.children(child, self._inside(child, tokens, context))
                case "item":
                    context = self._item(child, tokens, context)
                case "table":
                    read_table(child, context, self)
                case "html":
                    self._html(tokens)
                case _ if child.level == LABEL_LEVEL:
                    *before, last = list(sentences(tokens)) or [[]]
                    if before or any(token.kind == EVENT for token in last):
                        self.text(tokens, context)
                    self.children(child, self._inside(child, last, context))
                case _:
                    context = self.text(tokens, context)

    def text(self, tokens: Sequence[Token], context: Context, *, leading: bool = False) -> Context:
        """Read a paragraph or an item; return the context of what stands beside it."""
        about = context
        for sentence in sentences(tokens):
            kinds = {token.kind for token in sentence}
            if context.silent:
                why = "it stands under a heading that announces no statements"
                self.unread += [unread(sentence, why, unclear=False)] if kinds & {EVENT, EMITTER} else []
            elif (beside := self.labelled(sentence, about)) is not None:
                about = context = beside
            elif _concerns(sentence, about):
                # Nothing but names, in the section of an emitter, is a list of them.
                lists = leading or (bool(about.emitters) and kinds <= {EVENT, ",", "and", "-", "(", ")", SAID})
                read = read_sentence(sentence, self.words, leading=lists)
                self.sentence(read, sentence, about, leading=lists)
                if lists and read.claims:
                    # "- `a`: sent when the visit ends. Planned." still speaks of `a`.
                    about = replace(about, events=tuple(claim.event for claim in read.claims if claim.event))
            leading = False
        return context

    def sentence(self, read: Sentence, tokens: Sequence[Token], context: Context, *, leading: bool) -> None:
        """Take what a sentence says."""
        kinds, line = {token.kind for token in tokens}, tokens[0].line
        named = bool(kinds & {EVENT, EMITTER})
        if read.trouble and (named or read.unclear):
            self.unread.append(unread(tokens, read.trouble, unclear=read.unclear))
        stated = True
        if read.claims:
            taken = [
                self.pair(claim.event, claim.emitters, claim.said, context, tokens, line=claim.line, listed=leading)
                for claim in read.claims
                if leading or claim.said or claim.linked or context.said
            ]
            stated = any(taken) or not named
        elif context.events and (read.said or (read.emitters and kinds & {"emits", "emitter"})):
            self.events(read.emitters, read.said, context, tokens)
        elif read.said or "emitter" in kinds:
            beside = context if read.emitters else replace(context, region=False)
            self.emitters(read.emitters or context.emitters, read.said, line, beside)
        else:
            stated = not read.emitters
        if not stated and not read.trouble:
            self.unread.append(unread(tokens, "it names no emitter with an event, and no status", unclear=False))

    def events(
        self, emitters: Sequence[str], said: Said | None, context: Context, tokens: Sequence[Token]
    ) -> None:  # fmt: skip
        """Take what a line such as "Status: planned" says of the events above it."""
        for event in context.events:
            self.pair(event, emitters, said, replace(context, said=None), tokens, listed=False)

    def emitters(self, names: Sequence[str], said: Said | None, line: int, context: Context) -> None:
        """Take names that are presented as emitters."""
        self.statements += [Statement(Kind.EMITTER, line, name, None, said, listed=context.region) for name in names]

    def pair(
        self, event: str | None, emitters: Sequence[str], said: Said | None, context: Context,
        tokens: Sequence[Token], *, listed: bool, line: int | None = None,
    ) -> bool:  # fmt: skip
        """Take one statement about an event, or about the rest; return whether anything was stated."""
        joined = merge(context.said, said)
        if joined is Said.UNCLEAR or (joined is Said.NO_EMITTER and emitters):
            why = "it says one status, and what stands above or beside it another"
            self.unread.append(unread(tokens, why, unclear=True, next_step="say one of the two"))
            return True
        sources = (None,) if joined is Said.NO_EMITTER else (tuple(emitters) or context.emitters or (None,))
        kind = Kind.REST if event in (None, ALL) else Kind.PAIR
        stated = [
            Statement(kind, line or tokens[0].line, emitter, event, joined, listed=listed, own=said is not None)
            for emitter in sources
            if joined or (emitter and kind is Kind.PAIR)
        ]
        self.statements += stated
        if context.doubt and joined is None and (context.grave or (stated and listed)):
            self.unread.append(context.doubt)
        return bool(stated)

    def labelled(self, tokens: Sequence[Token], context: Context) -> Context | None:
        """Read a line such as "Status: planned" or "Emitter: `x`"; None where it is none."""
        colon = next((i for i, token in enumerate(tokens[:6]) if token.kind == ":"), None)
        if colon is None or any(token.kind not in _LABELS for token in tokens[:colon]):
            return None
        label, value = {token.kind for token in tokens[:colon]}, tokens[colon + 1 :]
        if "consumer" in label:
            return context
        if any(token.kind in (EVENT, "rest") for token in value) or not value:
            return None
        if "emitter" in label or ("emits" in label and context.events):
            return self._source(tokens, value, context)
        if "status" not in label or not (context.events or context.emitters):
            return None
        said = status_of(value)
        if said is Said.UNCLEAR or (said is None and any(token.kind != "-" for token in value)):
            self.unread.append(unread(tokens, "the status isn't understood", unclear=True))
        elif said:
            self.events((), said, context, tokens)
            if not context.events:
                self.emitters(context.emitters, said, tokens[0].line, replace(context, region=False))
        return context

    def _source(self, tokens: Sequence[Token], value: Sequence[Token], context: Context) -> Context | None:
        # "source" is too common a word to make an emitter of any name that follows it.
        called = context.events or any("emit" in token.text.lower() or "эмит" in token.text.lower() for token in tokens)
        names, said, understood = self.source(value)
        if not called and not any(token.kind == EMITTER for token in value):
            return None
        if not understood:
            why, advice = "the emitter isn't understood", "name it as the registry does, or say that there is none"
            self.unread.append(unread(tokens, why, unclear=True, next_step=advice))
            return context
        self.events(names, said, context, tokens)
        if not context.events:
            self.emitters(names, said, tokens[0].line, replace(context, region=False))
        return replace(context, emitters=names) if names else context

    def source(self, tokens: Sequence[Token]) -> tuple[tuple[str, ...], Said | None, bool]:
        """Read the cell or value that names an emitter: its names, its status, and whether it is understood."""
        if self.words.says_nobody(tokens) or all(token.kind in ("-", ".") for token in tokens):
            return (), Said.NO_EMITTER if tokens else None, True
        names = [t for t in tokens if t.kind in (EMITTER, CONSUMER_NAME) or (t.kind == NAME and self._may_emit(t))]
        said = status_of([token for token in tokens if token not in names])
        understood = said is not Said.UNCLEAR and bool(names or said is Said.NO_EMITTER)
        return tuple(dict.fromkeys(token.text for token in names)), said, understood

    def _may_emit(self, token: Token) -> bool:
        return token.code or self.words.may_be_emitter(token)

    def _html(self, tokens: Sequence[Token]) -> None:
        named = [token for token in tokens if token.kind in (EVENT, EMITTER)]
        if named:
            around = [token for token in tokens if token.line == named[0].line]
            why, advice = "HTML, link definitions and deep nesting aren't read", "write it as a Markdown table or list"
            events = any(token.kind == EVENT for token in named)
            self.unread.append(unread(around, why, unclear=events, next_step=advice))

    def _item(self, node: TreeNode, tokens: list[Token], context: Context) -> Context:
        inner = context
        if tokens and tokens[0].text.lower() in ("[x]", "[ ]"):
            inner = replace(context, said=merge(context.said, tokens[0].said))
            tokens = tokens[1:]
        names = [token for token in tokens if token.kind in (EMITTER, NAME)]
        events = tuple(dict.fromkeys(token.text for token in tokens if token.kind == EVENT))
        presents = context.region and bool(names) and names[0] is tokens[0]
        if not events and (node.children or presents) and not {"rest", "all"} & {token.kind for token in tokens}:
            self.children(node, self._inside(node, tokens, inner))
            return context
        beside = self.text(tokens, inner, leading=True)
        if node.children:
            said = None
            read = read_sentence(next(sentences(tokens), []), self.words, leading=True)
            self.children(node, replace(inner, events=events, said=said, emitters=read.emitters or inner.emitters))
        return replace(context, emitters=beside.emitters)

    def _inside(self, node: TreeNode, tokens: Sequence[Token], context: Context) -> Context:
        """Return the context of what stands under a heading, a label or an item, and take what it states itself."""
        kinds = {token.kind for token in tokens}
        title = node.kind == "heading" and node.level == 1
        emitters = self._emitters_in(node, tokens, context)
        events = tuple(dict.fromkeys(token.text for token in tokens if token.kind == EVENT))
        others = bool(kinds & {"aside", "consumer", CONSUMER_NAME}) and not emitters and "emitter" not in kinds
        if context.silent or (others and not title):
            return replace(context, silent=True)
        odd = not_understood([token for token in tokens if token.text not in emitters])
        grave = bool(odd and kinds & _SIGNALS)
        doubt = context.doubt if context.grave else None
        if odd and not (title and not grave):
            doubt = unread(tokens, f"“{odd}” isn't understood, and stands over events without a status", unclear=True)
        named = [token for token in tokens if token.kind in (EVENT, EMITTER, NAME)]
        beside = ("consumer", CONSUMER_NAME, "aside", "?")
        said = None if odd else status_of([t for t in tokens if t not in named and t.kind not in beside])
        if said is Said.UNCLEAR:
            doubt = unread(tokens, "it says one status and another, over events without one", unclear=True)
            said = None
        inner = replace(
            context, doubt=doubt, grave=grave or context.grave, emitters=emitters or context.emitters,
            events=events or (() if emitters else context.events),
            region="emitter" in kinds and not odd and not named and said is None,
        )  # fmt: skip
        if said is Said.NO_EMITTER and not emitters:
            inner = replace(inner, emitters=())
        self.emitters(emitters, said, node.line, context)
        read = read_sentence(tokens, self.words, leading=True) if events else Sentence()
        for claim in read.claims:
            said = claim.said or said
            self.pair(claim.event, emitters, claim.said, inner, tokens, listed=True)
        return replace(inner, said=said or context.said)

    def _emitters_in(self, node: TreeNode, tokens: Sequence[Token], context: Context) -> tuple[str, ...]:
        """Return the emitters that a heading or an item names: known ones, or a name that is presented as one."""
        kinds = {token.kind for token in tokens}
        known = tuple(dict.fromkeys(token.text for token in tokens if token.kind == EMITTER))
        names = [token for token in tokens if token.kind == NAME and self._may_emit(token)]
        if known or not names or kinds & {"consumer", CONSUMER_NAME, EVENT}:
            return known
        dashed = self.words.may_be_emitter(names[0])
        presented = dashed and (context.region or self._lists_events(node))
        return (names[0].text,) if presented or ("emitter" in kinds and self._lists_events(node)) else ()

    def _lists_events(self, node: TreeNode) -> bool:
        """Do list items, table rows or headings below lead with an event?"""
        for child in node.children:
            tokens = self.words.tokens(child.text)
            before = ("other", "event", "-", "emits", "status", ":", SAID)
            first = next((token for token in tokens if token.kind not in before), None)
            if (first and first.kind == EVENT) or self._lists_events(child):
                return True
        return False
