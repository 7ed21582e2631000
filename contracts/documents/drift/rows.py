"""Tables: what a column's header says holds for its cells, and what leads a row holds for the row."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, replace

from contracts.documents.drift.clauses import blocks, read_clause, sentences
from contracts.documents.drift.context import Context, status_of
from contracts.documents.drift.lexicon import is_no, is_yes
from contracts.documents.drift.markdown import TreeNode
from contracts.documents.drift.senses import Sense
from contracts.documents.drift.tokens import Token, Vocabulary
from contracts.documents.drift.values import Kind, Said, Statement

Sentences = Callable[..., Iterator[Statement]]


@dataclass(frozen=True, slots=True)
class _Column:
    """What a header cell makes of its column."""

    holds: str
    emitter: str | None = None
    event: str | None = None
    said: Said | None = None


@dataclass(frozen=True, slots=True)
class _Cell:
    column: _Column
    tokens: tuple[Token, ...]
    text: str

    def names(self, kind: str) -> tuple[str, ...]:
        return tuple(dict.fromkeys(token.text for token in self.tokens if token.kind == kind))


def read_table(table: TreeNode, context: Context, words: Vocabulary, read: Sentences) -> Iterator[Statement]:
    """Read a table.

    Args:
        table: its first row is the header.
        context: of the table.
        words: the names that the domain knows.
        read: reads the sentences of a cell that says more than a name or a status.
    """
    if context.silent or not table.children:
        return
    columns = [_column(tuple(words.tokens(cell))) for cell in table.children[0].cells]
    above: _Cell | None = None
    for row in table.children[1:]:
        cells = [
            _Cell(column, tuple(words.tokens(pieces)), "".join(piece.text for piece in pieces).strip().lower())
            for column, pieces in zip(columns, row.cells, strict=False)
        ]
        if cells and not cells[0].text and above:
            # An empty first cell repeats the one above it.
            cells[0] = above
        above = cells[0] if cells else None
        yield from _Row(row.line, cells, context, words).statements(read)


def _column(tokens: tuple[Token, ...]) -> _Column:
    emitter = next((token.text for token in tokens if token.kind == "emitter"), None)
    event = next((token.text for token in tokens if token.kind == "event"), None)
    if emitter or event:
        return _Column("pair", emitter, event)
    if any(token.means(Sense.STATUS_WORD) for token in tokens):
        return _Column("status")
    if any(token.means(Sense.EMITTER_WORD) for token in tokens):
        return _Column("emitter")
    if any(token.means(Sense.EVENT_WORD) for token in tokens):
        return _Column("event")
    return _Column("status" if (said := status_of(tokens)) else "text", said=said)


@dataclass(frozen=True)
class _Row:
    line: int
    cells: list[_Cell]
    context: Context
    words: Vocabulary

    def statements(self, read: Sentences) -> Iterator[Statement]:
        emitters = self._emitters()
        inner = replace(self.context, emitters=emitters or self.context.emitters)
        unowned = self._says_no_emitter()
        for name in emitters:
            yield Statement(Kind.EMITTER, self.line, name, section=self.context.section, listed=True)
        yield from self._matrix(inner)
        done = set[str]()
        for cell in self.cells:
            if cell.column.said and cell.names("event"):
                done.update(cell.names("event"))
                yield from self._pairs(cell.names("event"), cell.column.said, inner, own=False)
            elif len(cell.names("event")) > 0 and any(token.said for token in cell.tokens):
                # A cell such as "`a` (planned), `b`" says itself which is which.
                for statement in read(cell.tokens, inner, leading=True):
                    done.add(statement.event or "")
                    yield statement
        events = [event for event in self._events() if event not in done]
        said = Said.NO_EMITTER if unowned else self._said()
        yield from self._pairs(events, said or self.context.said, inner, own=bool(said))
        if not events and not done and said and not unowned:
            yield from self._without_events(said, inner)

    def _pairs(self, events: Sequence[str], said: Said | None, inner: Context, *, own: bool) -> Iterator[Statement]:
        for event in events:
            for emitter in (None,) if said is Said.NO_EMITTER else inner.emitters or (None,):
                if said or emitter:
                    yield Statement(
                        Kind.PAIR, self.line, emitter, event, said, self.context.section, listed=True, own=own
                    )

    def _without_events(self, said: Said, inner: Context) -> Iterator[Statement]:
        rest = any(token.means(Sense.REST) for cell in self.cells for token in cell.tokens)
        if rest:
            for emitter in inner.emitters or (None,):
                yield Statement(Kind.REST, self.line, emitter, None, said, self.context.section)
        elif self._emitters():
            for emitter in self._emitters():
                yield Statement(Kind.EMITTER, self.line, emitter, None, said, self.context.section)

    def _events(self) -> tuple[str, ...]:
        for cell in self.cells:
            if cell.column.holds != "text" and cell.names("event"):
                return cell.names("event")
        first = self.cells[0] if self.cells else None
        if first and first.names("event") and not any(blocks(token) for token in first.tokens):
            return first.names("event")
        return () if self._has_matrix() else self.context.events

    def _emitters(self) -> tuple[str, ...]:
        for cell in self.cells:
            named = cell.names("emitter")
            if named and (cell.column.holds == "emitter" or not any(blocks(token) for token in cell.tokens)):
                return named
            if cell.column.holds == "emitter":
                called = [
                    t.text for t in cell.tokens if t.kind == "code" and self.words.may_be_called_an_emitter(t.text)
                ]
                if called:
                    return tuple(called)
        return ()

    def _says_no_emitter(self) -> bool:
        for cell in self.cells:
            if cell.column.holds == "emitter" and (
                (cell.text and is_no(cell.text)) or _status(cell.tokens) is Said.NO_EMITTER
            ):
                return True
        return any(_status(cell.tokens) is Said.NO_EMITTER for cell in self.cells)

    def _said(self) -> Said | None:
        for cell in self.cells:
            if cell.column.said is None:
                continue
            if is_yes(cell.text):
                return cell.column.said
            if is_no(cell.text) and cell.column.said is Said.IMPLEMENTED and not self._other_yes(cell):
                return Said.NOT_IMPLEMENTED
        ordered = sorted(self.cells, key=lambda cell: cell.column.holds != "status")
        found = (_status(cell.tokens) for cell in ordered if cell.column.holds not in ("pair", "emitter"))
        return next((said for said in found if said), None)

    def _other_yes(self, cell: _Cell) -> bool:
        return any(other.column.said and is_yes(other.text) for other in self.cells if other is not cell)

    def _has_matrix(self) -> bool:
        return any(cell.column.holds == "pair" for cell in self.cells)

    def _matrix(self, inner: Context) -> Iterator[Statement]:
        for cell in self.cells[1:]:
            if cell.column.holds != "pair":
                continue
            said = _status(cell.tokens) or (Said.EXCLUDED if is_no(cell.text) else None)
            events = (cell.column.event,) if cell.column.event else self.cells[0].names("event")
            emitters = (cell.column.emitter,) if cell.column.emitter else inner.emitters
            for event in events:
                for emitter in emitters:
                    if said or is_yes(cell.text):
                        yield Statement(Kind.PAIR, self.line, emitter, event, said, self.context.section, listed=True)


def _status(tokens: Sequence[Token]) -> Said | None:
    for sentence in sentences(tokens):
        clause = read_clause(sentence, leading=True)
        if clause.orphan and clause.orphan.said:
            return clause.orphan.said
        if clause.assigned and clause.assigned[0].said:
            return clause.assigned[0].said
    return None
