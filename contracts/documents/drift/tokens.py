"""A text of the document as tokens: names that the domain knows, and words with their senses."""

from __future__ import annotations

import difflib
import re
import unicodedata
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from functools import cached_property
from typing import Literal

from contracts.documents.drift.lexicon import PATTERN
from contracts.documents.drift.markdown import Piece
from contracts.documents.drift.senses import Sense
from contracts.documents.drift.values import Said
from contracts.model.domain import Domain

_NAME = re.compile(r"^[A-Za-z0-9][A-Za-z0-9._-]{1,127}$")
_KEBAB = re.compile(r"^[a-z0-9]+(?:[-.][a-z0-9]+)+$", re.IGNORECASE)
_FILE = re.compile(
    r"\.(?:php|py|md|toml|json|ya?ml|js|ts|sql|txt|html?|css|xml|ini|cfg|sh|log|csv|lock)$|[/\\()]", re.IGNORECASE
)
_INVISIBLE = re.compile("[\u00ad\u200b-\u200d\u2060\ufeff]")
_NEAR = 0.88
# ruff: noqa: RUF001 - letters and dashes that are easily mistaken are the matter here
_FOLD = str.maketrans(
    {
        "ё": "е",
        "Ё": "е",
        "‑": "-",
        "’": "'",
        "\u00a0": " ",
        "\u202f": " ",
        "\u2009": " ",
        "\u00ad": None,
        "\u200b": None,
    }
)

SAID = {
    Sense.IMPLEMENTED: Said.IMPLEMENTED,
    Sense.PLANNED: Said.PLANNED,
    Sense.NOT_IMPLEMENTED: Said.NOT_IMPLEMENTED,
    Sense.EXCLUDED: Said.EXCLUDED,
    Sense.UNCLEAR: Said.UNCLEAR,
    Sense.NO_EMITTER: Said.NO_EMITTER,
}


@dataclass(frozen=True, slots=True)
class Token:
    """A name or a word.

    Attributes:
        kind: an event's name, an emitter's, another name formatted as code, or a word.
        text: as it was matched; a name as it was written.
        sense: of a word.
    """

    kind: Literal["event", "emitter", "code", "word"]
    text: str
    line: int
    sense: Sense = Sense.WORD

    @property
    def said(self) -> Said | None:
        """The status that the word states, if it states one."""
        return SAID.get(self.sense) if self.kind == "word" else None

    def means(self, *senses: Sense) -> bool:
        """Is it a word of one of these senses?"""
        return self.kind == "word" and self.sense in senses


def _is_status(text: str) -> bool:
    found = PATTERN.fullmatch(text.lower())
    return found is not None and Sense(str(found.lastgroup)) in SAID


@dataclass(frozen=True)
class Vocabulary:
    """The names that a domain knows."""

    domain: Domain

    @cached_property
    def events(self) -> frozenset[str]:
        """The canonical events."""
        return frozenset(self.domain.catalogue)

    @cached_property
    def emitters(self) -> frozenset[str]:
        """The registered emitters."""
        return frozenset(self.domain.registry.emitters)

    @cached_property
    def _prefix(self) -> str:
        # Names such as client_webinar_finished look like an event of this domain though it has none of that name.
        first, last = min(self.events, default=""), max(self.events, default="")
        shared = 0
        while first != last and shared < len(first) and first[shared] == last[shared]:
            shared += 1
        return first[: first.rfind("_", 0, shared) + 1]

    @cached_property
    def _names_in_text(self) -> re.Pattern[str]:
        consumer = self.domain.registry.consumer.name
        names = sorted({*self.events, *self.emitters, consumer}, key=len, reverse=True)
        return re.compile(rf"(?<![\w.-])(?:{'|'.join(map(re.escape, names))})(?![\w-]|\.\w)", re.IGNORECASE)

    def kind_of(self, name: str) -> Literal["event", "emitter", "code"]:
        """Return what `name` names; a slip of the pen in a known name still names its kind."""
        if name in self.events:
            return "event"
        if name in self.emitters:
            return "emitter"
        if self._prefix and name.startswith(self._prefix) and len(name) > len(self._prefix):
            return "event"
        if difflib.get_close_matches(name, self.events, n=1, cutoff=_NEAR):
            return "event"
        return "emitter" if difflib.get_close_matches(name, self.emitters, n=1, cutoff=_NEAR) else "code"

    def may_name_an_emitter(self, name: str) -> bool:
        """Could `name` be a source: words joined by dashes, and neither a file, a call nor the consumer?"""
        return bool(_KEBAB.match(name)) and not _FILE.search(name) and name != self.domain.registry.consumer.name

    def may_be_called_an_emitter(self, name: str) -> bool:
        """Could `name` be one where the document itself calls it an emitter?"""
        return not _FILE.search(name) and name != self.domain.registry.consumer.name

    def tokens(self, pieces: Iterable[Piece]) -> Iterator[Token]:
        """Split a run of text into tokens."""
        text, lines, codes = "", list[int](), dict[int, str]()
        for piece in pieces:
            content = piece.text.strip()
            if piece.kind == "code" and _NAME.match(content.removesuffix("()")) and not _is_status(content):
                codes[len(text)] = content
                content = "\ue000"
            elif piece.kind == "break":
                content = "\n"
            else:
                content = _INVISIBLE.sub("", unicodedata.normalize("NFC", piece.text))
            text += content
            lines += [piece.line] * len(content)
        yield from self._scan(text, lines, codes)

    def _scan(self, text: str, lines: list[int], codes: dict[int, str]) -> Iterator[Token]:
        known = {found.start(): found for found in self._names_in_text.finditer(text)}
        # Folding keeps the length: what is dropped becomes a blank, so that places stay what they are.
        folded = "".join(char.translate(_FOLD).lower()[:1] for char in text)
        place = 0
        while place < len(text):
            if place in codes:
                yield self._named(codes[place], lines[place])
                place += 1
            elif place in known:
                yield self._named(self._spelling(known[place][0]), lines[place])
                place = known[place].end()
            else:
                found = PATTERN.match(folded, place)
                if found is None or found.lastgroup is None:
                    place += 1
                    continue
                yield Token("word", found[0], lines[place], Sense(found.lastgroup))
                place = found.end()

    def _named(self, name: str, line: int) -> Token:
        if name == self.domain.registry.consumer.name:
            return Token("word", name, line, Sense.CONSUMER)
        return Token(self.kind_of(name), name, line)

    def _spelling(self, name: str) -> str:
        known = {*self.events, *self.emitters, self.domain.registry.consumer.name}
        return next(spelling for spelling in known if spelling.lower() == name.lower())
