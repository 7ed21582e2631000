"""The cells of a table, and the values of labels: what a header or a label makes of what stands under or behind it."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace

from contracts.documents.drift.phrases import Phrase, fold, names, read_phrase
from contracts.documents.drift.statements import Said, merge
from contracts.documents.drift.words import CONSUMER, EMITTER, EVENT, NAME, Token

Row = Sequence[Sequence[Token]]


@dataclass(frozen=True, slots=True)
class Role:
    """What stands under a header or behind a label.

    Attributes:
        name: event, emitter, emits, consumer, status, answer, matrix (an emitter's column), unclear or other.
        header: its words.
        of: the emitter or event that they name.
        said: what a "yes" in an answer's column says.
        told: another column says the status or the emitter, so that this one needn't be understood.
    """

    name: str
    header: str = ""
    of: str = ""
    said: Said | None = None
    told: frozenset[str] = frozenset()


SENTENCE = Role("event")


def role_of(tokens: Sequence[Token]) -> Role:
    """Return the role that a header or a label gives."""
    header = " ".join(token.text for token in tokens)
    tokens = fold(tokens)
    kinds = {token.kind for token in tokens}
    said = merge(*(token.said for token in tokens))
    if kinds & {"not", "hedge", EVENT}:
        return Role("unclear", header, "".join(names(tokens, EVENT)[:1]))
    if EMITTER in kinds:
        return Role("matrix", header, names(tokens, EMITTER)[0])
    if kinds & {"consumer", CONSUMER}:
        return Role("consumer", header)
    role = next((role for role in ("status", "emitter", "emits") if role in kinds), None)
    if role is None and said and said is not Said.UNCLEAR:
        return Role("answer", header, said=said)
    return Role(role or ("event" if "event" in kinds else "other"), header)


def roles_of(rows: Sequence[Row]) -> list[Role]:
    """Return the roles of a table's columns, by its first row and what stands under it."""
    roles = [role_of(cell) for cell in rows[0]]
    columns = [[row[i] for row in rows[1:] if row[i]] for i in range(len(roles))]
    leads = [i for i, role in enumerate(roles) if role.name == "other" and _led(columns[i], EVENT)]
    if not any(role.name == "event" for role in roles):
        roles = [replace(role, name="event") if i in leads[:1] else role for i, role in enumerate(roles)]
    given = {role.name for role in roles}
    for i, role in enumerate(roles):
        bare = given & {"emits", "answer", "event"} and all(len(cell) == 1 for cell in columns[i])
        if role.name == "emits":
            roles[i] = replace(role, name="emitter" if "event" in given else "event")
        elif role.name == "other" and bare and (_led(columns[i], EMITTER) or (i == 0 and _led(columns[i], NAME))):
            roles[i] = replace(role, name="emitter")
        elif role.name == "other" and "matrix" in given and len(rows[0][i]) == 1 and rows[0][i][0].source:
            roles[i] = replace(role, name="matrix", of=rows[0][i][0].text)
    told = frozenset(role.name for role in roles)
    return [replace(role, told=told) for role in roles]


def _led(column: Sequence[Sequence[Token]], kind: str) -> bool:
    return any(cell[0].kind == kind for cell in column)


def _answer(cell: Sequence[Token]) -> bool | None:
    """Return whether a cell is a bare yes or a bare no, as a word or a sign; None where it says something else."""
    if _empty(cell):
        return False
    if len(cell) != 1:
        return None
    kind, sign = cell[0].kind, None if cell[0].text[0].isalpha() else cell[0].said
    signs = {Said.IMPLEMENTED: True, Said.NOT_IMPLEMENTED: False}
    return kind != "no" if kind in ("yes", "no", "emits") else signs.get(sign) if sign else None


def read_cell(role: Role, cell: Sequence[Token]) -> Phrase:
    """Read a cell in its column's role; what is unclear of it is told as its trouble."""
    phrase = read_phrase(cell)
    if role.name == "answer" and phrase.claims:
        return replace(phrase, claims=tuple(replace(c, said=merge(c.said, role.said)) for c in phrase.claims))
    if role.name in ("emitter", "emits"):
        return _source(cell)
    if role.name in ("status", "answer"):
        return _status(role, cell, phrase)
    if role.name == "unclear":
        return Phrase(trouble=f"“{role.header}” isn't understood at the head of a column", unclear=True)
    if role.name == "other":
        named = len(cell) == 1 and cell[0].source and "emitter" not in role.told
        status = phrase.said or (_answer(cell) is not None and not _empty(cell))
        if named or (status and not role.told & {"status", "answer", "matrix"}):
            return Phrase(
                trouble=f"“{role.header}” isn't understood, and has a name or a status under it", unclear=True
            )
    return phrase if role.name == "event" else Phrase()


def _empty(cell: Sequence[Token]) -> bool:
    return all(token.kind in ("-", ".") for token in cell)


def _status(role: Role, cell: Sequence[Token], phrase: Phrase) -> Phrase:
    answer = _answer(cell)
    if role.name == "answer" and answer is not None:
        return Phrase(said=role.said if answer else Said.NOT_EMITTED if role.said is Said.IMPLEMENTED else None)
    if answer is not None:
        return Phrase(said=None if _empty(cell) else Said.IMPLEMENTED if answer else Said.NOT_EMITTED)
    if phrase.trouble or phrase.claims or phrase.said in (None, Said.UNCLEAR):
        return Phrase(trouble=f"its “{role.header}” isn't understood", unclear=True)
    return Phrase(said=phrase.said)


def _source(cell: Sequence[Token]) -> Phrase:
    if all(token.kind in ("-", ".", "no", "nobody") or token.said is Said.NO_EMITTER for token in cell):
        return Phrase(said=Said.NO_EMITTER if cell else None)
    emitters = names([t for t in cell if t.source or t.kind in (EMITTER, CONSUMER)], EMITTER, CONSUMER, NAME)
    beside = read_phrase([token for token in cell if token.text not in emitters])
    if not emitters or beside.trouble or beside.said is Said.UNCLEAR:
        return Phrase(trouble="its emitter isn't understood", unclear=True)
    return Phrase(emitters=emitters, said=beside.said, linked=True)


def matrix_of(roles: Sequence[Role], rows: Sequence[Row]) -> Iterator[tuple[int, str, Said | None]]:
    """Yield what stands under each emitter's name, by row; where words are used, nothing said means not permitted."""
    cells = [(i, role, row[j]) for i, row in enumerate(rows) for j, role in enumerate(roles) if role.name == "matrix"]
    worded = any(token.said and token.text[0].isalpha() for _, _, cell in cells for token in cell)
    for i, role, cell in cells:
        phrase, answer = read_phrase(cell), _answer(cell)
        said: Said | None = Said.UNCLEAR if phrase.trouble else phrase.said or Said.UNCLEAR
        if answer is False:
            said = Said.EXCLUDED if worded else Said.NOT_EMITTED
        elif answer and not phrase.said:
            said = Said.IMPLEMENTED if worded else None
        yield i, role.of, said
