"""Tables: what a column's header says holds for its cells, and what leads a row holds for the row."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from contracts.documents.drift.clauses import Claim, folded_status, read_sentence, status_of, unread
from contracts.documents.drift.statements import Said, merge
from contracts.documents.drift.words import CONSUMER_NAME, EMITTER, EVENT, NAME, SAID, Token

if TYPE_CHECKING:
    from contracts.documents.drift.markdown import TreeNode
    from contracts.documents.drift.read import Context, Reader

_NAMED = (EVENT, EMITTER)
Row = list[list[Token]]


@dataclass(frozen=True, slots=True)
class _Column:
    """What a header cell makes of its column.

    Attributes:
        role: event, emitter, emits, consumer, status, answer, of-emitter, unclear or other.
        name: of the emitter whose column it is.
        said: what a "yes" in an answer's column says.
        header: its words.
    """

    role: str
    name: str = ""
    said: Said | None = None
    header: tuple[Token, ...] = ()


def read_table(table: TreeNode, context: Context, reader: Reader) -> None:
    """Read a table; its first row is the header."""
    rows = [[reader.words.tokens(cell, row.line) for cell in row.cells] for row in table.children]
    lines = [row.line for row in table.children]
    if not rows:
        return
    if context.silent:
        why = "it stands under a heading that announces no statements"
        for row in rows:
            tokens = [token for cell in row for token in cell]
            if any(token.kind in _NAMED for token in tokens):
                reader.unread.append(unread(tokens, why, unclear=False))
        return
    columns = _columns(rows)
    if not any(column.role == "event" for column in columns) and len(columns) == 2 and _labels(rows, context, reader):
        return
    before = len(reader.statements), len(reader.unread)
    ticked = _ticked(columns, rows)
    above: list[Token] = []
    for line, row in zip(lines[1:], rows[1:], strict=True):
        if row and not row[0]:
            # An empty first cell repeats the one above it.
            row[0] = above
        above = row[0] if row else []
        _Row(line, row, columns, context, reader, ticked).read()
    named = [row for row in rows if any(token.kind == EVENT for cell in row for token in cell)]
    if named and (len(reader.statements), len(reader.unread)) == before:
        tokens = [token for cell in named[0] for token in cell]
        reader.unread.append(unread(tokens, "its table says neither an emitter nor a status", unclear=False))


def _columns(rows: list[Row]) -> list[_Column]:
    columns = [_column(cell) for cell in rows[0]]
    if not any(column.role == "event" for column in columns):
        first = next((i for i, column in enumerate(columns) if column.role == "other"), None)
        if first is not None and any(any(t.kind == EVENT for t in row[first]) for row in rows[1:] if first < len(row)):
            columns[first] = replace(columns[first], role="event")
    if not any(column.role == "event" for column in columns):
        for index, column in enumerate(columns):
            cells = [row[index] for row in rows[1:] if row[index : index + 1] and row[index]]
            if column.role == "other" and cells and all(cell[0].kind == EVENT for cell in cells):
                columns[index] = replace(column, role="event")
                break
    has_event = any(column.role == "event" for column in columns)
    states = any(column.role in ("emits", "answer", "event") for column in columns)
    given = tuple(columns)
    for index, column in enumerate(given):
        cells = [row[index] for row in rows[1:] if index < len(row)]
        names = [cell for cell in cells if cell and cell[0].kind in (EMITTER, CONSUMER_NAME, NAME)]
        known = any(cell[0].kind in (EMITTER, CONSUMER_NAME) for cell in names)
        publishes = index == 0 and not has_event and any(other.role == "emits" for other in given)
        named = states and all(len(cell) == 1 for cell in names) and (known or (index == 0 and names))
        if column.role == "emits":
            columns[index] = replace(column, role="emitter" if has_event else "event")
        elif column.role == "other" and (named or publishes):
            columns[index] = replace(column, role="emitter")
    if any(column.role == "of-emitter" for column in columns):
        # Beside an emitter's column, another name at the head of one is an emitter's too.
        columns = [_named_column(column) for column in columns]
    return columns


def _column(tokens: list[Token]) -> _Column:
    kinds = {token.kind for token in tokens}
    header = tuple(tokens)
    tokens = folded_status(tokens)
    kinds = {token.kind for token in tokens}
    if kinds & {"not", "hedge", EVENT}:
        return _Column("unclear", header=header)
    if EMITTER in kinds:
        return _Column("of-emitter", next(token.text for token in tokens if token.kind == EMITTER), header=header)
    if kinds & {"consumer", CONSUMER_NAME}:
        return _Column("consumer", header=header)
    for role in ("status", "emitter", "emits"):
        if role in kinds:
            return _Column(role, header=header)
    said = status_of([token for token in tokens if token.kind != "?"])
    if said and said is not Said.UNCLEAR:
        return _Column("answer", said=said, header=header)
    return _Column("event" if "event" in kinds else "other", header=header)


def _named_column(column: _Column) -> _Column:
    if column.role == "other" and len(column.header) == 1 and column.header[0].kind == NAME:
        return replace(column, role="of-emitter", name=column.header[0].text)
    return column


def _labels(rows: list[Row], context: Context, reader: Reader) -> bool:
    """Read a table of two columns whose rows are "Status | planned"; return whether it is one."""
    if not (context.events or context.emitters):
        return False
    found = [reader.labelled([*row[0], Token(":", ":", 0), *row[1]], context) for row in rows if row[0] and row[1]]
    return any(one is not None for one in found)


def _ticked(columns: list[_Column], rows: list[Row]) -> bool:
    """Does an emitter's column say no more than yes and no?"""
    places = [i for i, column in enumerate(columns) if column.role == "of-emitter"]
    cells = [row[i] for row in rows[1:] for i in places if i < len(row)]
    return all(_answer(cell) is not None for cell in cells)


def _answer(cell: Sequence[Token]) -> bool | None:
    """Return whether a cell is a bare yes or a bare no; None where it says something else."""
    if all(token.kind in ("-", ".") for token in cell):
        return False
    if len(cell) != 1:
        return None
    (token,) = cell
    if token.kind in ("yes", "no", "emits"):
        return token.kind != "no"
    sign = not token.text.isalpha() and " " not in token.text
    return {Said.IMPLEMENTED: True, Said.NOT_IMPLEMENTED: False}.get(token.said) if token.said and sign else None


def _header(column: _Column) -> str:
    return " ".join(token.text for token in column.header)


@dataclass(frozen=True)
class _Row:
    line: int
    cells: Row
    columns: list[_Column]
    context: Context
    reader: Reader
    ticked: bool

    def read(self) -> None:
        claims = list(self._claims())
        names, beside = self._emitters(claims)
        said = merge(beside, self._status(bool(claims)))
        if names and said is Said.NOT_EMITTED:
            # A row that names an emitter says that it is the event's, whatever the answer.
            said = Said.NOT_IMPLEMENTED
        listed = not any(column.role == "emitter" for column in self.columns)
        matrix = any(column.role == "of-emitter" for column in self.columns)
        if claims and names:
            self.reader.emitters(names, None, self.line, replace(self.context, region=True))
        for claim, own in claims:
            status = merge(own, said)
            if not matrix or status:
                self.reader.pair(
                    claim.event, claim.emitters or names, merge(claim.said, status), self.context, self._tokens(),
                    line=self.line, listed=listed,
                )  # fmt: skip
        if names and said and not claims:
            self.reader.emitters(names, said, self.line, replace(self.context, region=False))
        for column, cell in self._of("unclear"):
            if _answer(cell) is None or any(token.kind in _NAMED for token in (*self._tokens(), *column.header)):
                self._trouble(self._tokens(), f"“{_header(column)}” isn't understood at the head of a column")
        self._matrix([claim.event for claim, _ in claims if claim.event])

    def _tokens(self) -> list[Token]:
        return [token for cell in self.cells for token in cell] or [Token("other", "", self.line)]

    def _of(self, *roles: str) -> Iterator[tuple[_Column, list[Token]]]:
        return ((column, cell) for column, cell in zip(self.columns, self.cells, strict=False) if column.role in roles)

    def _trouble(self, tokens: Sequence[Token], why: str) -> None:
        self.reader.unread.append(unread([*tokens] or self._tokens(), why, unclear=True))

    def _claims(self) -> Iterator[tuple[Claim, Said | None]]:
        """Yield what the cells that name events claim, with what the column's header says of it."""
        for column, cell in self._of("event", "answer"):
            if column.role == "answer" and not any(token.kind == EVENT for token in cell):
                continue
            read = read_sentence(cell, self.reader.words, leading=True)
            if read.trouble and any(token.kind in _NAMED for token in cell):
                self._trouble(cell, read.trouble)
            yield from ((claim, column.said) for claim in read.claims)
            known = any(token.kind == EMITTER for _, other in self._of("emitter") for token in other)
            if not read.claims and not read.trouble and known and cell and _answer(cell) is None:
                names = [token for token in cell if token.kind == NAME and token.code]
                if names:
                    yield from ((Claim(one.text, (), None, one.line, linked=True), column.said) for one in names)
                else:
                    self._trouble(cell, "it names no canonical event")

    def _emitters(self, claims: Sequence[object]) -> tuple[tuple[str, ...], Said | None]:
        for _, cell in self._of("emitter"):
            if not cell:
                continue
            names, said, understood = self.reader.source(cell)
            if not understood and claims:
                self._trouble(self._tokens(), "its emitter isn't understood")
            return names, said if understood else None
        return (), None

    def _status(self, named: bool) -> Said | None:
        said: Said | None = None
        named = named or bool(self.context.emitters and any(True for _ in self._of("emitter")))
        for column, cell in self._of("status", "answer"):
            if not named or any(token.kind in _NAMED for token in cell):
                continue
            one = self._cell_status(column, cell)
            if one is Said.UNCLEAR:
                self._trouble(self._tokens(), f"its “{_header(column)}” isn't understood")
            else:
                said = merge(said, one)
        if named and not any(True for _ in self._of("status", "answer", "of-emitter")):
            for column, cell in self._of("other"):
                name = cell[0] if len(cell) == 1 else None
                source = name and self.reader.words.may_be_emitter(name) and not self.context.emitters
                if source and not any(True for _ in self._of("emitter")):
                    self._trouble(self._tokens(), f"“{_header(column)}” isn't understood, and has a name under it")
                found = status_of(cell) if cell and any(token.said for token in cell) else None
                answered = bool(name and name.kind in ("yes", "no"))
                if answered or (found and all(token.kind in (SAID, "other", "-", "(", ")") for token in cell)):
                    self._trouble(self._tokens(), f"“{_header(column)}” isn't understood, and has a status under it")
        return said

    def _cell_status(self, column: _Column, cell: Sequence[Token]) -> Said | None:
        answer = _answer(cell)
        if column.role == "answer" and answer is not None:
            denied = Said.NOT_EMITTED if column.said is Said.IMPLEMENTED else None
            return column.said if answer else denied
        if all(token.kind in ("-", ".") for token in cell):
            return None
        if answer is not None:
            return Said.IMPLEMENTED if answer else Said.NOT_EMITTED
        said = status_of(cell)
        return said or Said.UNCLEAR

    def _matrix(self, events: list[str]) -> None:
        for column, cell in self._of("of-emitter"):
            answer = _answer(cell)
            said: Said | None = Said.NOT_EMITTED if self.ticked else Said.EXCLUDED
            if answer is True:
                said = None if self.ticked else Said.IMPLEMENTED
            elif answer is None:
                said = status_of(cell) or Said.UNCLEAR
            if said is Said.UNCLEAR:
                self._trouble(self._tokens(), f"what stands under `{column.name}` isn't understood")
                continue
            if answer is not False or column.name in self.reader.words.emitters:
                for event in events:
                    self.reader.pair(
                        event, (column.name,), said, self.context, self._tokens(), line=self.line, listed=False
                    )
