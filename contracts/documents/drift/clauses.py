"""One sentence, cell or item: which names it gives which status and which emitter, or why that isn't plain.

Only words of words.toml and names may stand in what is read. A status belongs to the names of its own parenthesis or
its own clause; what a sentence says beside that is either told apart from it plainly, or makes it unclear.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field, replace

from contracts.documents.drift.statements import Said, Unread, merge
from contracts.documents.drift.words import CONSUMER_NAME, EMITTER, EVENT, NAME, SAID, WORD, Token, Vocabulary

_TARGETS = (EVENT, "rest", "all")
ALL = "*"
"""In place of an event: all of them, also those that are spoken of by themselves."""
_NAMES = (EVENT, EMITTER)
_SIGNALS = (SAID, "not", "hedge", "will", "emits")
_ABOUT_OTHERS = ("condition", "consumer", CONSUMER_NAME, "?")
_PLAIN = (*_TARGETS, EMITTER, SAID, "emits", "emitter", "event", "status", "other", "and", ",", ":", "-", "(", ")",
          ">", "<", ".")  # fmt: skip
_LINKS = (":", "-", ">", "<", "(", "emits", "emitter")
_NEGATED = {Said.IMPLEMENTED: Said.NOT_IMPLEMENTED, Said.PLANNED: Said.EXCLUDED}
# What is said in so few words beside a name may be its status; more words are a description.
_SHORT = 3
# What nobody would call a sentence any more isn't read, which bounds the work that it takes.
_LONGEST = 300
_VERSION = re.compile(r"v?\d\S*")
_TEACH = "use a known word, or add yours to [tool.contracts.documents]"


@dataclass(frozen=True, slots=True)
class Claim:
    """An event, or the rest of them, with what a sentence says of it.

    Attributes:
        event: None for a blanket word such as "the others", ALL for one such as "everything".
        linked: the sentence joins it to its emitters by a verb, an arrow, a colon or a dash.
    """

    event: str | None
    emitters: tuple[str, ...]
    said: Said | None
    line: int
    linked: bool


@dataclass(frozen=True, slots=True)
class Sentence:
    """What a sentence says.

    Attributes:
        emitters: those that it names.
        said: a status that belongs to no event of it: a label, or a line such as "Status: planned".
        trouble: why it, or what stands beside its claims, isn't read; None where all is.
        unclear: the trouble is with a status or an emitter; otherwise with a mention.
    """

    claims: tuple[Claim, ...] = ()
    emitters: tuple[str, ...] = ()
    said: Said | None = None
    trouble: str | None = None
    unclear: bool = False


def unread(tokens: Sequence[Token], why: str, *, unclear: bool, next_step: str = _TEACH) -> Unread:
    """Return a text that isn't read, with the reason."""
    text = " ".join(token.text for token in tokens if token.text.strip())
    text = re.sub(r" (?=[,;:.)?])|(?<=\() ", "", text)
    short = text if len(text) <= 80 else f"{text[:79]}…"
    events = tuple(token.text for token in tokens if token.kind == EVENT)
    return Unread(tokens[0].line, short, why, next_step, unclear, events)


def sentences(tokens: Sequence[Token]) -> Iterator[list[Token]]:
    """Split a text's tokens at full stops and forced line breaks; a question keeps its mark."""
    current: list[Token] = []
    for token in tokens:
        if token.kind in (".", "?"):
            current += [token] if token.kind == "?" else []
            if current:
                yield current
            current = []
        else:
            current.append(token)
    if current:
        yield current


def read_sentence(tokens: Sequence[Token], words: Vocabulary, *, leading: bool = False) -> Sentence:
    """Read one sentence, item or cell.

    Args:
        tokens: it.
        words: the names that the domain knows.
        leading: the names at its start are what it is about, as in a list item or a cell.
    """
    if len(tokens) > _LONGEST:
        return Sentence(trouble=f"it is longer than {_LONGEST} words", unclear=True)
    read: list[Sentence] = []
    for part in _parts(_without_asides(folded_status(tokens))):
        before = tuple(name for one in read for name in one.emitters)
        read.append(_read_part(part, words, before, leads=leading and _leads(part), first=not read))
    claims = [claim for one in read for claim in one.claims]
    loose = [one.said for one in read if one.said]
    if loose and claims:
        if not leading or len({claim.event for claim in claims}) > 1:
            return Sentence(trouble="the status belongs to no name of its own clause", unclear=True)
        claims = [replace(claim, said=merge(claim.said, said)) for claim in claims for said in loose[-1:]]
    troubles = [one for one in read if one.trouble]
    worst = next((one for one in troubles if one.unclear), troubles[0] if troubles else Sentence())
    emitters = tuple(dict.fromkeys(name for one in read for name in one.emitters))
    said = None if claims or not loose else _all_of(loose)
    if any(claim.said is Said.UNCLEAR for claim in claims) or said is Said.UNCLEAR:
        return Sentence(emitters=emitters, trouble="it says one status and another, or none in full", unclear=True)
    return Sentence(tuple(claims), emitters, said, worst.trouble, worst.unclear)


def status_of(tokens: Sequence[Token]) -> Said | None:
    """Return the status that words without any name give: UNCLEAR where they can't be read, None for none."""
    if len(tokens) > _LONGEST:
        return Said.UNCLEAR
    kept = _without_asides(folded_status(tokens))
    if any(token.kind not in (*_PLAIN, ";") for token in kept) and not _described(kept):
        return Said.UNCLEAR
    return _all_of([token.said for token in kept if token.said])


def not_understood(tokens: Sequence[Token]) -> str | None:
    """Return the first word of a heading that is neither a name nor known."""
    known = (*_PLAIN, "consumer", CONSUMER_NAME, "?", "aside", ";")
    return next((token.text for token in folded_status(tokens[:_LONGEST]) if token.kind not in known), None)


def _all_of(said: Sequence[Said | None]) -> Said | None:
    joined = None
    for one in said:
        joined = merge(joined, one)
    return joined


def _described(tokens: Sequence[Token]) -> bool:
    """Is a status all that is said before a comma or a parenthesis, and nothing that turns it behind?"""
    place = next((i for i, token in enumerate(tokens) if token.kind in (",", "(", ";", "-")), None)
    if place is None:
        return False
    head, tail = tokens[:place], tokens[place:]
    plain = all(token.kind in _PLAIN for token in head) and any(token.said for token in head)
    return plain and not any(token.kind in (*_SIGNALS, "condition", "but") for token in tail)


def folded_status(tokens: Sequence[Token]) -> list[Token]:
    """Join "not … implemented", "will be implemented" and "implemented: no" to one status each."""
    kept: list[Token] = []
    for each in tokens:
        versioned = each.kind == "other" and _VERSION.fullmatch(each.text) and any(t.kind == EVENT for t in kept[-2:])
        # "`a` v2" may be another event than `a`.
        token = replace(each, kind=WORD) if versioned else each
        before = next((i for i in range(len(kept) - 1, -1, -1) if kept[i].kind != "other"), None)
        mark = kept[before].kind if before is not None else ""
        if before is not None and mark in ("not", "will") and (token.said or token.kind == "emits"):
            said = Said.EXCLUDED if token.kind == "emits" else _NEGATED.get(token.said or Said.UNCLEAR, Said.UNCLEAR)
            if mark == "will":
                said = Said.PLANNED if token.said in (Said.IMPLEMENTED, None) else Said.UNCLEAR
            del kept[before:]
            kept.append(replace(token, kind=SAID, said=said))
        elif token.kind in ("yes", "no") and mark == ":" and before and kept[before - 1].said:
            said = kept[before - 1].said or Said.UNCLEAR
            if token.kind == "no":
                # "planned: no" may be said of what is implemented and of what nobody wants.
                said = Said.NOT_IMPLEMENTED if said is Said.IMPLEMENTED else Said.UNCLEAR
            kept[before - 1 :] = [replace(kept[before - 1], said=said)]
        else:
            kept.append(token)
    return kept


def _without_asides(tokens: list[Token]) -> list[Token]:
    """Drop "(when the visit begins)" where it parts a name from its status without saying anything of either."""
    kept: list[Token] = []
    opened: int | None = None
    for token in tokens:
        kept.append(token)
        if token.kind == "(":
            opened = len(kept) - 1
        elif token.kind == ")" and opened is not None:
            inside = {part.kind for part in kept[opened:]}
            short = sum(part.kind in (WORD, NAME) for part in kept[opened:]) <= _SHORT
            parts_status = "condition" in inside and any(part.said for part in kept[:opened])
            stated = any(part.said or part.kind == "emits" for part in kept[:opened])
            speaks = inside & {*_TARGETS, EMITTER, SAID, "not", "hedge", "will"}
            if not speaks and not parts_status and (stated or not short or "condition" in inside):
                del kept[opened:]
            opened = None
    return kept


def _parts(tokens: list[Token]) -> Iterator[list[Token]]:
    """Split a sentence at `;`, at "but", and at ", and" where what stands before says something by itself."""
    current: list[Token] = []
    for index, token in enumerate(tokens):
        if token.kind == "and" and current and current[-1].kind == ",":
            whole = sum(one.kind in _TARGETS for one in current) == 1 or not any(t.kind == "emits" for t in current)
            says = any(one.said or one.kind == "emits" for one in current)
            following = any(one.kind in _TARGETS for one in tokens[index:])
            if says and whole and following:
                yield current
                current = []
                continue
        behind = next((one.kind for one in tokens[index + 1 :] if one.kind != "other"), "")
        # "`a` is planned, nobody emits `b`" and "implemented: `a`, planned: `b`" begin anew with the second status.
        joined = bool(current) and current[-1].kind in (",", "and") and any(one.said for one in current)
        labels = token.said and (behind == ":" or (joined and behind in _TARGETS))
        if token.kind in (";", "but") or (labels and any(one.kind in _TARGETS for one in current)):
            if current:
                yield current
            current = [token] if labels else []
        else:
            current.append(token)
    if current:
        yield current


def _leads(tokens: Sequence[Token]) -> bool:
    first = next((t for t in tokens if t.kind not in ("other", "event", "emitter", "(", "-", ",", ":", SAID)), None)
    return first is not None and first.kind in (*_TARGETS, EMITTER)


def _read_part(
    tokens: list[Token], words: Vocabulary, before: tuple[str, ...], *, leads: bool, first: bool
) -> Sentence:
    tokens = _with_emitters(tokens, words)
    kinds = [token.kind for token in tokens]
    named = any(kind in _NAMES for kind in kinds)
    tokens, dropped = _trimmed(tokens, leads=leads)
    odd = [token for token in tokens if token.kind not in _PLAIN]
    if odd:
        about_others = any(kind in _ABOUT_OTHERS for kind in kinds)
        if not named:
            status = any(token.said for token in tokens)
            turned = (status or any(kind in ("not", "hedge") for kind in kinds)) and not first
            turned = turned or (status and "hedge" in kinds)
            trouble = f"“{odd[0].text}” isn't understood" if turned else None
            return Sentence(trouble=trouble, unclear=turned and not about_others)
        signal = any(kind in (*_SIGNALS, ">", "<", "rest", "all") for kind in kinds)
        unclear = (signal and not about_others) or _terse(tokens)
        return _troubled(tokens, odd[0], unclear=unclear, leads=leads)
    reader = _Part(before)
    problem = next((said for token in tokens if (said := reader.take(token))), None) or reader.misdirected()
    if problem:
        return Sentence(trouble=problem, unclear=True)
    read = reader.finish()
    if dropped and not any(token.said or token.kind == "emits" for token in tokens):
        short = len(dropped) <= _SHORT
        text = " ".join(token.text for token in dropped[: _SHORT + 3])
        return replace(read, trouble=f"“{text}” isn't understood", unclear=short)
    return read


def _terse(tokens: list[Token]) -> bool:
    """Is so little said beside a name that it may be its status ("`a` is gone", "`a`: ?") or emitter ("Crm: `a`")?"""
    kinds = [token.kind for token in tokens if token.kind != "other"]
    odd = [kind for kind in kinds if kind not in _PLAIN]
    if len(odd) > _SHORT or any(kind in ("condition", "consumer", CONSUMER_NAME) for kind in odd):
        return False
    behind = tokens[0].kind in _NAMES and any(kinds[i : i + 1] == [EVENT] for i in range(kinds.index(odd[0])))
    before = kinds[0] == WORD and any(kinds[i : i + 2] in ([":", EVENT], ["-", EVENT]) for i in range(1, 3))
    return behind or before


def _troubled(tokens: list[Token], odd: Token, *, unclear: bool, leads: bool) -> Sentence:
    trouble = f"“{odd.text}” isn't understood"
    if unclear or not leads:
        return Sentence(trouble=trouble, unclear=unclear)
    # What an item is about stands in its list, whatever else the item tells of it.
    lead = next(i for i, token in enumerate(tokens) if token.kind not in _PLAIN)
    claims = [Claim(t.text, (), None, t.line, linked=False) for t in tokens[:lead] if t.kind == EVENT]
    return Sentence(tuple(claims), trouble=trouble)


def _with_emitters(tokens: list[Token], words: Vocabulary) -> list[Token]:
    """Take an unknown name, or the consumer's, for an emitter where the sentence makes it one."""
    target = next((i for i, token in enumerate(tokens) if token.kind in _TARGETS), len(tokens))
    kinds = [token.kind for token in tokens]
    back = "<" in kinds
    joined = ">" in kinds or back or "emits" in kinds
    if any(kind == "consumer" for kind in kinds):
        return tokens
    made = []
    for index, token in enumerate(tokens):
        before_it = (index > target) if back else (index < target)
        by = "emits" in kinds[:index] and index > target
        labelled = "emitter" in kinds[:index] and (token.code or words.may_be_emitter(token))
        opens = index == 0 and kinds[1:2] in ([":"], ["-"])
        presented = (joined and (before_it or by)) or labelled or opens
        if token.kind == NAME and words.may_be_emitter(token) and target < len(tokens) and presented:
            made.append(replace(token, kind=EMITTER))
        elif token.kind == CONSUMER_NAME and joined and target < len(tokens):
            # An arrow leads to the consumer, and a verb or an arrow behind its name makes it a source.
            if before_it:
                made.append(replace(token, kind=EMITTER))
            elif not (">" in kinds or back):
                made.append(token)
        else:
            made.append(token)
    return made


def _trimmed(tokens: list[Token], *, leads: bool) -> tuple[list[Token], list[Token]]:
    """Drop what stands behind a comma or a dash, names nothing and speaks of no status; return both."""
    kept: list[Token] = []
    dropped: list[Token] = []
    segment: list[Token] = []
    for token in [*tokens, Token(",", "", 0)]:
        if token.kind not in (",", "-", "(", ":") or (token.kind == ":" and not leads):
            segment.append(token)
            continue
        kinds = {one.kind for one in segment}
        silent = not kinds & {*_TARGETS, EMITTER, *_SIGNALS, *_ABOUT_OTHERS, ">", "<"}
        if kept and silent and kinds & {WORD, NAME, "aside"}:
            dropped += [one for one in segment if one.kind in (WORD, NAME, "other", "aside")]
        else:
            kept += segment
        segment = [token] if token.text else []
    return kept, dropped


@dataclass
class _Part:
    """Goes through one clause and joins names and statuses as they come."""

    before: tuple[str, ...]
    emitters: list[str] = field(default_factory=list)
    found: list[tuple[Token, Said | None]] = field(default_factory=list)
    open: list[int] = field(default_factory=list)
    last: list[int] = field(default_factory=list)
    label: Said | None = None
    loose: Said | None = None
    order: list[str] = field(default_factory=list)
    enclosed: bool = False
    parted: bool = False
    links: bool = False
    verb: bool = False

    def take(self, token: Token) -> str | None:
        """Take the next token; return what isn't plain about it."""
        self.links = self.links or token.kind in _LINKS
        if token.kind in ("(", ")"):
            self.enclosed = token.kind == "("
        elif token.kind == EMITTER:
            return self._emitter(token)
        elif token.kind in _TARGETS:
            self.order.append("target")
            self.found.append((token, self.label))
            self.last = [*self.last, len(self.found) - 1] if self.label else [len(self.found) - 1]
            self.open += [] if self.label else [len(self.found) - 1]
        elif token.kind == "emits":
            self.verb = True
            self.order.append("emits")
        elif token.kind in (">", "<"):
            self.order.append(token.kind)
        elif token.said:
            return self._status(token.said)
        return None

    def _emitter(self, token: Token) -> str | None:
        if self.emitters and self.found and token.text not in self.emitters:
            return "it names two emitters, and not which event is whose"
        if self.enclosed and len(self.found) > 1:
            return "it names an emitter in a parenthesis behind several events"
        self.order.append("emitter")
        self.emitters += [] if token.text in self.emitters else [token.text]
        return None

    def _status(self, said: Said) -> str | None:
        if self.enclosed and self.found:
            self.parted = True
            return self._give([len(self.found) - 1], said)
        if self.open:
            if len(self.open) > 1 and (self.verb or self.parted):
                return "it isn't plain which of the events have the status"
            return self._give(list(self.open), said)
        if not self.found:
            self.label = merge(self.label, said)
            return None
        return self._give(self.last, said)

    def _give(self, places: list[int], said: Said) -> str | None:
        for place in places:
            token, old = self.found[place]
            self.found[place] = (token, merge(old, said))
        self.open = [place for place in self.open if place not in places]
        self.last = places
        return None

    def misdirected(self) -> str | None:
        """Say what is wrong with the direction of an arrow."""
        if not {">", "<"} & set(self.order) or "emits" in self.order or not {"emitter", "target"} <= set(self.order):
            return None
        forwards = self.order.index("emitter") < self.order.index("target")
        wrong = "<" if forwards else ">"
        return "the arrow leads from the event to the emitter" if wrong in self.order else None

    def finish(self) -> Sentence:
        emitters = tuple(self.emitters) or self.before
        events = {"rest": None, "all": ALL}
        claims = tuple(Claim(events.get(t.kind, t.text), emitters, said, t.line, self.links) for t, said in self.found)
        return Sentence(claims, tuple(self.emitters), None if claims else self.label)
