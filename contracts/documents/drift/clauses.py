"""One sentence at a time: which names it gives which status to, and which it only mentions.

A name gets a status where nothing but linking words and punctuation stands between the two ("`a`, `b` are
planned", "planned: `a`"), or where the name leads a list item or a table row. Other sentences mention a name
in passing.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field

from contracts.documents.drift.senses import Sense
from contracts.documents.drift.tidying import tidy
from contracts.documents.drift.tokens import Token
from contracts.documents.drift.values import Said

_LINKING = (
    Sense.FILLER, Sense.STATUS_WORD, Sense.EVENT_WORD, Sense.EMITTER_WORD, Sense.EMITS, Sense.ONLY, Sense.EXCEPT,
    Sense.ABBREVIATION,
)  # fmt: skip
_PUNCTUATION = (Sense.COLON, Sense.ARROW, Sense.MARK, Sense.STOP)
_LONGEST = 250
_BLANKET = (Sense.REST, Sense.NOTHING_ELSE)
# "implemented" may be an attribute of what follows ("implemented handlers"); these endings never are.
_PREDICATES = ("о", "а", "ы", "н", "ся", "ет", ".")  # noqa: RUF001 - Russian endings
_PARTING = frozenset(",;()—–-|/")  # noqa: RUF001 - dashes of all lengths


@dataclass(frozen=True, slots=True)
class Assigned:
    """A name or a blanket word, and the status that the sentence gives it."""

    target: Token
    said: Said | None
    line: int


@dataclass(slots=True)
class Clause:
    """What a sentence says.

    Attributes:
        assigned: names with a status; without one, names that the sentence states as an emitter's events.
        orphan: a status that belongs to no name of the sentence: a label, or a line such as "Status: planned".
        plain: the sentence holds nothing but names, statuses and linking words.
    """

    assigned: list[Assigned] = field(default_factory=list)
    orphan: Assigned | None = None
    plain: bool = True


def sentences(tokens: Sequence[Token]) -> Iterator[list[Token]]:
    """Split a block's tokens at full stops and forced line breaks; questions are left out.

    What nobody would call a sentence any more is split after 250 tokens, which bounds the work that it takes.
    """
    current: list[Token] = []
    for token in tokens:
        if not token.means(Sense.STOP):
            current.append(token)
            if len(current) == _LONGEST:
                yield tidy(current)
                current = []
        elif token.text == "\n" and current and current[-1].means(Sense.COLON):
            continue
        else:
            if current and token.text != "?":
                yield tidy(current)
            current = []
    if current:
        yield tidy(current)


def is_target(token: Token) -> bool:
    """Is it something that a status can be given to?"""
    return token.kind == "event" or token.means(*_BLANKET)


def blocks(token: Token) -> bool:
    """Does the token part a name from a status: a word that links nothing?"""
    if token.kind != "word":
        return token.kind == "code"
    return token.said is None and token.sense not in (*_LINKING, *_PUNCTUATION, *_BLANKET)


def read_clause(tokens: Sequence[Token], *, leading: bool) -> Clause:
    """Read one sentence.

    Args:
        tokens: the sentence.
        leading: the names at its start are what its list item or table cell is about.
    """
    reader = _Reader(tokens, _lead(tokens) if leading else 0)
    for index in range(len(tokens)):
        reader.take(index)
    return reader.finish()


def _lead(tokens: Sequence[Token]) -> int:
    """Count the tokens at the start that are names and what links them; 0 where no name leads."""
    seen = False
    for index, token in enumerate(tokens):
        if is_target(token):
            seen = True
        elif blocks(token) or token.said:
            return index if seen else 0
    return len(tokens) if seen else 0


def led_by(tokens: Sequence[Token]) -> tuple[str, ...]:
    """Return the events that lead a sentence."""
    return tuple(dict.fromkeys(token.text for token in tokens[: _lead(tokens)] if token.kind == "event"))


def merge(old: Said, new: Said) -> Said:
    """Join two statuses of one name: "planned, not implemented" is planned; a contradiction is unclear."""
    return old if old is new else _MERGED.get(frozenset((old, new)), Said.UNCLEAR)


_MERGED = {
    frozenset((Said.PLANNED, Said.NOT_IMPLEMENTED)): Said.PLANNED,
    frozenset((Said.PLANNED, Said.EXCLUDED)): Said.PLANNED,
    frozenset((Said.EXCLUDED, Said.NOT_IMPLEMENTED)): Said.EXCLUDED,
    frozenset((Said.EXCLUDED, Said.IMPLEMENTED)): Said.IMPLEMENTED,
    frozenset((Said.NO_EMITTER, Said.PLANNED)): Said.NO_EMITTER,
    frozenset((Said.NO_EMITTER, Said.NOT_IMPLEMENTED)): Said.NO_EMITTER,
    frozenset((Said.NO_EMITTER, Said.EXCLUDED)): Said.NO_EMITTER,
}


class _Reader:
    """Goes through a sentence once and joins names and statuses as they come."""

    def __init__(self, tokens: Sequence[Token], lead: int) -> None:
        self.tokens, self.lead = tokens, lead
        self.clause = Clause()
        self.pending: list[Token] = []
        self.group: list[int] = []
        self.label: Assigned | None = None
        self.label_holds = False
        self.recent: list[int] = []

    def take(self, index: int) -> None:
        token = self.tokens[index]
        if is_target(token):
            self._target(token, index)
        elif token.said and is_predicated(self.tokens, index):
            self._status(token, token.said, index)
        elif token.means(Sense.COLON) and self.label and not self.group:
            self.label_holds = True
        elif token.means(Sense.MARK) and token.text == ";":
            self.recent = []
        elif blocks(token) or token.said:
            self.clause.plain = False
            self.label_holds = False
            self.pending = self.pending if index >= self.lead > 0 else []

    def _target(self, token: Token, index: int) -> None:
        if self._excepted(index):
            # "all events except `a` are planned" says that `a` is another matter, and not what.
            self.clause.assigned.append(Assigned(token, Said.UNCLEAR, token.line))
            return
        if token.means(*_BLANKET) and index and not self.tokens[index - 1].means(Sense.FILLER):
            # "`a`, the rest is planned" says nothing of `a`; "`a` and the rest" does.
            self.pending = []
            self.label_holds = self.label_holds and not self.recent
        if self.label and self.label_holds:
            self.recent.append(len(self.clause.assigned))
            self.clause.assigned.append(Assigned(token, self.label.said, token.line))
            self.clause.orphan = None
        elif index < self.lead or not self.pending or not self.lead:
            self.pending.append(token)
        self.group = []

    def _excepted(self, index: int) -> bool:
        for token in reversed(self.tokens[:index]):
            if token.means(Sense.EXCEPT):
                return True
            if not (token.kind == "event" or token.means(Sense.FILLER, Sense.EVENT_WORD, Sense.MARK)):
                return False
        return False

    def _status(self, token: Token, said: Said, index: int) -> None:
        if self.pending:
            self.group = []
            for target in self.pending:
                self.group.append(len(self.clause.assigned))
                self.clause.assigned.append(Assigned(target, said, token.line))
            self.pending, self.label = [], None
        elif self.recent and self.tokens[index - 1].text not in (",", ";"):
            # "implemented: `a`; `b` — planned": the label yields to the status beside the name.
            self.group, self.recent = self.recent, []
            for place in self.group:
                self.clause.assigned[place] = Assigned(self.clause.assigned[place].target, said, token.line)
        elif self.group:
            self._again(token, said, index)
        else:
            old = self.clause.orphan
            self._open(Assigned(token, merge(old.said, said) if old and old.said else said, token.line))

    def _again(self, token: Token, said: Said, index: int) -> None:
        old = self.clause.assigned[self.group[0]].said or said
        merged = merge(old, said)
        before, after = self.tokens[index - 1], self.tokens[index + 1 : index + 2]
        if merged is Said.UNCLEAR and old is not Said.UNCLEAR and any(is_target(t) for t in self.tokens[index:]):
            self.group = []
            self._open(Assigned(token, said, token.line))
            self.clause.orphan = None
            self.label_holds = not (after and blocks(after[0]))
            return
        merged = said if before.means(Sense.ARROW) else merged
        for place in self.group:
            self.clause.assigned[place] = Assigned(self.clause.assigned[place].target, merged, token.line)

    def _open(self, label: Assigned) -> None:
        self.label, self.label_holds, self.recent = label, True, []
        self.clause.orphan = label

    def finish(self) -> Clause:
        return self.clause


def is_predicated(tokens: Sequence[Token], index: int) -> bool:
    """Does the status at `index` say something of a name, and not describe another noun or a condition?"""
    return _fits_before(tokens, index) and _fits_after(tokens, index) and not _of_the_consumer(tokens, index)


def _fits_before(tokens: Sequence[Token], index: int) -> bool:
    clause = tokens[_clause_start(tokens, index) : index]
    if any(token.means(Sense.CONDITION) for token in clause):
        return False
    for token in reversed(tokens[:index]):
        if is_target(token) or token.kind == "emitter" or token.means(*_PUNCTUATION):
            return True
        if blocks(token):
            return False
    return True


def _fits_after(tokens: Sequence[Token], index: int) -> bool:
    if index + 1 == len(tokens):
        return True
    following, status = tokens[index + 1], tokens[index]
    if not blocks(following) or following.means(Sense.CONDITION):
        return True
    if status.said in (Said.NO_EMITTER, Said.EXCLUDED):
        return True
    return following.means(Sense.WORD) and status.text.endswith(_PREDICATES)


def _of_the_consumer(tokens: Sequence[Token], index: int) -> bool:
    start = _clause_start(tokens, index)
    end = next((i for i in range(index, len(tokens)) if _parts(tokens[i])), len(tokens))
    return any(token.means(Sense.CONSUMER) for token in tokens[start:end])


def _clause_start(tokens: Sequence[Token], index: int) -> int:
    return next((i + 1 for i in range(index - 1, -1, -1) if _parts(tokens[i])), 0)


def _parts(token: Token) -> bool:
    return token.means(Sense.COLON, Sense.ARROW, Sense.STOP) or (token.means(Sense.MARK) and token.text in _PARTING)
