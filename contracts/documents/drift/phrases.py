"""One sentence, cell or item: which of its events have which status and which emitter, or why that isn't plain.

It is read by its form: semicolons and "but" part it into clauses; commas, colons, dashes, parentheses and "and" part a
clause into segments. A status in front of an event holds for those that follow; one behind it for those before it that
have none yet; one in a parenthesis for the event before it alone. Words that aren't known make it unclear, unless they
stand in segments of their own that describe and say nothing of a status.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace

from contracts.documents.drift.statements import ALL, REST, Said, Unread, merge
from contracts.documents.drift.words import CONSUMER, EMITTER, EVENT, NAME, SAID, WORD, Token

_PARTS = (",", ":", "-", "(", ")", "and")
_SIGNALS = {SAID, "not", "hedge", "will", "emits", ">", "<"}
_OTHERS = {"condition", "consumer", CONSUMER, "?"}
_BLANKET = {"rest": REST, "all": ALL}
_TARGETS = {EVENT, *_BLANKET}
_KNOWN = {*_TARGETS, EMITTER, SAID, "emits", "emitter", "event", "status", "other", ">", "<", ".", *_PARTS}
_NEGATED = {Said.IMPLEMENTED: Said.NOT_IMPLEMENTED, Said.PLANNED: Said.EXCLUDED}
# So few words beside a name may be its status; more are a description.
_SHORT = 3
# What nobody would call a sentence any more isn't read.
_LONGEST = 300


@dataclass(frozen=True, slots=True)
class Claim:
    """An event with what a sentence says of it."""

    event: str
    said: Said | None
    line: int
    emitters: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Phrase:
    """What a sentence, a cell or an item says.

    Attributes:
        said: its status, where it names no event.
        linked: a verb, an arrow or a sign joins what it names.
        trouble: why it isn't read; None where it is.
        unclear: the trouble is with a status or an emitter; otherwise with a mention.
    """

    claims: tuple[Claim, ...] = ()
    emitters: tuple[str, ...] = ()
    said: Said | None = None
    linked: bool = False
    trouble: str | None = None
    unclear: bool = False


def unread(tokens: Sequence[Token], why: str, *, unclear: bool = True, next_step: str = "") -> Unread:
    """Return a text that isn't read, with the reason."""
    text = re.sub(r" (?=[,;:.)?])|(?<=\() ", "", " ".join(token.text for token in tokens if token.text.strip()))
    short = text if len(text) <= 80 else f"{text[:79]}…"
    advice = next_step or "use a known word, or add yours to [tool.contracts.documents]"
    return Unread(tokens[0].line, short, why, advice, unclear, names(tokens, EVENT))


def names(tokens: Sequence[Token], *kinds: str) -> tuple[str, ...]:
    """Return the names of some kinds, each once."""
    return tuple(dict.fromkeys(token.text for token in tokens if token.kind in kinds))


def split(tokens: Sequence[Token], *kinds: str) -> Iterator[list[Token]]:
    """Split tokens at those of some kinds; a question keeps its mark."""
    current: list[Token] = []
    for token in tokens:
        current += [token] if token.kind not in kinds or token.kind == "?" else []
        if token.kind in kinds and current:
            yield current
            current = []
    if current:
        yield current


def fold(tokens: Sequence[Token]) -> list[Token]:
    """Join "not … implemented", "will be implemented" and "implemented: no" to one status each."""
    kept: list[Token] = []
    for token in tokens:
        last = next((i for i in range(len(kept) - 1, max(-1, len(kept) - 6), -1) if kept[i].kind != "other"), -1)
        mark, before = (kept[last].kind, kept[last - 1].said if last else None) if last >= 0 else ("", None)
        if mark in ("not", "will") and token.kind in (SAID, "emits"):
            said = _NEGATED.get(token.said or Said.UNCLEAR, Said.UNCLEAR) if token.said else Said.EXCLUDED
            if mark == "will":
                said = Said.PLANNED if token.said in (Said.IMPLEMENTED, None) else Said.UNCLEAR
            kept[last:] = [replace(token, kind=SAID, said=said)]
        elif token.kind in ("yes", "no") and mark == ":" and before:
            denied = Said.NOT_IMPLEMENTED if before is Said.IMPLEMENTED else Said.UNCLEAR
            kept[last - 1 :] = [replace(kept[last - 1], said=before if token.kind == "yes" else denied)]
        else:
            kept.append(token)
    return kept


def read_phrase(tokens: Sequence[Token]) -> Phrase:
    """Read a sentence, a cell or the text of an item."""
    if len(tokens) > _LONGEST:
        return Phrase(trouble="it is too long for a sentence", unclear=True)
    read: list[Phrase] = []
    for clause in split(fold(tokens), ";", "but"):
        before = next((phrase.emitters for phrase in reversed(read) if phrase.emitters), ())
        read.append(_clause(clause, before, stated=any(one.claims or one.said for one in read)))
    troubles = sorted((one for one in read if one.trouble), key=lambda one: not one.unclear)
    emitters = tuple(dict.fromkeys(name for one in read for name in one.emitters))
    claims = tuple(claim for one in read for claim in one.claims)
    trouble, unclear = (troubles[0].trouble, troubles[0].unclear) if troubles else (None, False)
    said = merge(*(one.said for one in read))
    return Phrase(claims, emitters, said, any(one.linked for one in read), trouble, unclear)


@dataclass(slots=True)
class _Segment:
    tokens: list[Token]
    inside: bool
    closes: str = ""

    @property
    def kinds(self) -> set[str]:
        return {token.kind for token in self.tokens}

    @property
    def speaks(self) -> bool:
        """Does it name something, or say yes, no or a status of it?"""
        bare = not self.kinds & {WORD, NAME} and self.kinds & {"yes", "no", "nobody"}
        return bool(bare or self.kinds & {*_TARGETS, EMITTER, SAID, "not", "hedge"})


def _segments(tokens: Sequence[Token], *, stated: bool) -> list[_Segment]:
    """Part a clause, and leave out what only describes."""
    parts = [_Segment([], inside=False)]
    for token in tokens:
        if token.kind in _PARTS:
            parts[-1].closes = token.kind
            parts.append(_Segment([], inside=token.kind == "(" or (parts[-1].inside and token.kind != ")")))
        else:
            parts[-1].tokens.append(token)
    words = sum(token.kind in (WORD, NAME) for part in parts if not part.speaks for token in part.tokens)
    kept: list[_Segment] = []
    for part in (part for part in parts if part.tokens):
        mentions = part.kinds & {"will", "emits", "consumer", CONSUMER, "?"}
        describes = (part.inside and "condition" in part.kinds) or (not mentions and (stated or words > _SHORT))
        if part.speaks or part.kinds <= _KNOWN or not describes or not (kept or stated):
            kept.append(part)
        stated = stated or SAID in part.kinds
    return kept


def _clause(tokens: Sequence[Token], before: tuple[str, ...], *, stated: bool) -> Phrase:
    ends = [token.kind for token in tokens[-2:]] == [">", CONSUMER]
    tokens = _with_source(tokens[:-2] if ends else tokens)
    segments = _segments(tokens, stated=stated)
    kept = [token for segment in segments for token in segment.tokens]
    kinds = {token.kind for token in kept}
    linked = not {"emits", "emitter", ">", "<", ":", "-", "("}.isdisjoint(token.kind for token in tokens)
    emitters = names(kept, EMITTER)
    odd = next((token.text for token in kept if token.kind not in _KNOWN), None)
    if odd:
        return _odd(kept, odd, tokens)
    found, problem = _joined(segments, "emits" in kinds)
    problem = _misplaced(kept, segments) or problem
    label = merge(*(token.said for token in kept)) if not found else None
    if label is Said.UNCLEAR or Said.UNCLEAR in found.values():
        problem = problem or "it says one status and another, or none in full"
    if problem:
        return Phrase(emitters=emitters, trouble=problem, unclear=True)
    sources = emitters or before
    claims = tuple(Claim(_BLANKET.get(t.kind, t.text), said, t.line, sources) for t, said in found.items())
    return Phrase(claims, emitters, label, linked)


def _odd(kept: Sequence[Token], odd: str, tokens: Sequence[Token]) -> Phrase:
    """Return what a clause with words that aren't known comes to: unclear, or what an item lists, or a mention."""
    kinds = {token.kind for token in kept}
    lead = next((t for t in tokens if t.kind not in ("other", "event", "emitter", *_PARTS)), tokens[0])
    if kinds & _OTHERS:
        order = [token.kind for token in tokens]
        # The consumer emits nothing.
        behind = order[order.index(CONSUMER) :] if CONSUMER in order and "consumer" not in order else []
        unclear = EVENT in behind and not {"emits", ">"}.isdisjoint(behind)
        unclear |= "?" in kinds and kinds <= {EVENT, EMITTER, "?", "other", "status", "emitter"}
    else:
        few = sum(token.kind in (WORD, NAME) for token in kept) <= _SHORT
        beside = lead.kind in (EVENT, EMITTER) or any(token.kind in (":", "-") for token in tokens)
        terse = few and EVENT in kinds and beside
        unclear = bool(kinds & _SIGNALS) or terse
    # What an item is about stands in its list, whatever else the item tells of it.
    claims = () if unclear or lead.kind != EVENT else (Claim(lead.text, None, lead.line),)
    return Phrase(claims, trouble=f"“{odd}” isn't understood", unclear=unclear)


def _joined(segments: Sequence[_Segment], verb: bool) -> tuple[dict[Token, Said | None], str | None]:
    """Join events and statuses; return also what isn't plain about it."""
    marks = [(t, segment) for segment in segments for t in segment.tokens if t.said or t.kind in _TARGETS]
    found: dict[Token, Said | None] = {}
    open_, last, label, behind, parted = list[Token](), list[Token](), None, False, False
    for i, (token, segment) in enumerate(marks):
        if not token.said:
            found[token], behind = merge(found.get(token), label), True
            last = [token]
            open_ += [] if label else [token]
            continue
        ahead = [later for later, other in marks[i + 1 :] if other is segment and not later.said]
        opens = ahead and not any(t in found for t in segment.tokens)
        if not found or opens or (segment.closes == ":" and any(not later.said for later, _ in marks[i + 1 :])):
            label, open_, behind = (token.said if behind else merge(label, token.said)), [], False
            continue
        alone = segment.inside and _TARGETS.isdisjoint(segment.kinds)
        if not alone and len(open_) > 1 and (verb or parted):
            return found, "it isn't plain which of the events have the status"
        last, parted = (last[-1:] if alone else open_ or last), parted or alone
        for event in last:
            found[event] = merge(found[event], token.said)
        open_ = [event for event in open_ if event not in last]
    return found, None


def _misplaced(tokens: Sequence[Token], segments: Sequence[_Segment]) -> str | None:
    """Say what isn't plain about the emitters of a clause."""
    order = [token.kind for token in tokens if token.kind in (*_TARGETS, EMITTER, ">", "<", "emits")]
    events = [i for i, kind in enumerate(order) if kind in _TARGETS]
    sources = [i for i, kind in enumerate(order) if kind == EMITTER]
    several = len(names(tokens, EMITTER)) > 1 and events and sources[0] < events[-1] and events[0] < sources[-1]
    beside = len(events) > 1 and any(EMITTER in part.kinds and part.inside for part in segments)
    if several or beside:
        return "it names several emitters and events, and not which is whose"
    if "emits" not in order and (order[:3] == [EVENT, ">", EMITTER] or order[:3] == [EMITTER, "<", EVENT]):
        return "the arrow leads from the event to the emitter"
    if "emits" in order and not sources and events and events[0] < order.index("emits"):
        return "it says that it is emitted, and neither by whom nor whether that is implemented"
    return None


def _with_source(tokens: Sequence[Token]) -> Sequence[Token]:
    """Take an unknown name for an emitter where a verb, an arrow or a colon joins it to an event."""
    kinds = [token.kind for token in tokens]
    found = [i for i, token in enumerate(tokens) if token.kind == NAME and token.source]
    if len(found) != 1 or EVENT not in kinds or EMITTER in kinds or "consumer" in kinds:
        return tokens
    place = found[0]
    if {"emits", ">", "<", "emitter"}.isdisjoint(kinds) and kinds[place + 1 : place + 2] not in ([":"], ["-"]):
        return tokens
    return [*tokens[:place], replace(tokens[place], kind=EMITTER), *tokens[place + 1 :]]
