"""A text of the document as tokens: the domain's names, and the words and signs of words.toml with their senses."""

from __future__ import annotations

import difflib
import re
import tomllib
import unicodedata
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from importlib.resources import files

from contracts.documents.drift.statements import Said
from contracts.model.domain import Domain

# Kinds of tokens beside the senses of words.toml, whose keys are kinds too.
EVENT, EMITTER, CONSUMER_NAME, NAME, WORD = "EVENT", "EMITTER", "CONSUMER", "NAME", "WORD"
SAID = "SAID"
_SAID = {
    "implemented": Said.IMPLEMENTED,
    "planned": Said.PLANNED,
    "not-implemented": Said.NOT_IMPLEMENTED,
    "not-permitted": Said.EXCLUDED,
    "without-emitter": Said.NO_EMITTER,
    "half": Said.UNCLEAR,
}
# ruff: noqa: RUF001 - dashes, colons and letters that are easily mistaken are the matter here
_SIGNS = {
    ",": ",", ";": ";", ":": ":", "：": ":", "(": "(", ")": ")", "—": "-", "–": "-", "-": "-", "/": "-", "|": "-",
    "→": ">", "⇒": ">", "⟶": ">", "->": ">", "-->": ">", "=>": ">", "➜": ">", "➔": ">", "↦": ">",
    ".": "other", "!": "other", "…": "other", "«": "other", "»": "other", "“": "other", "”": "other", '"': "other",
    "←": "<", "⟵": "<", "<-": "<", "<--": "<", "\x1e": ".",
}  # fmt: skip
_TOKEN = re.compile(
    r"`(?P<code>[^`]*)`"
    r"|(?P<check>\[[ xX]\])"
    r"|(?P<arrow>-{1,2}>|=>|<-{1,2})"
    r"|(?P<number>v?\d+(?:[.:/-]\w+)*\b)"
    r"|(?P<name>[A-Za-z0-9]\w*(?:[-._]\w+)+)"
    r"|(?P<word>[^\W\d_]+(?:['’][^\W\d_]+)*(?:\(s\))?)"
    r"|(?P<stop>[.!?…]+(?=\s|$|[\"»”]))"
    r"|(?P<sign>\S|\x1e)"
)
_CODE_NAME = re.compile(r"[A-Za-z0-9][A-Za-z0-9._-]{1,127}")
_EMITTER_LIKE = re.compile(r"[a-z0-9]+(?:-[a-z0-9]+)+", re.IGNORECASE)
_FOLD = str.maketrans({"ё": "е", "Ё": "Е", "‑": "-", "’": "'", "\u00a0": " ", "\u202f": " ", "\u2009": " "})
_INVISIBLE = re.compile("[\u00ad\u200b-\u200d\u2060\ufeff\ufe0f]")
_NEAR = 0.88


@dataclass(frozen=True, slots=True)
class Token:
    """A name, a phrase or a sign.

    Attributes:
        kind: EVENT, EMITTER, CONSUMER, another NAME, SAID, a sense of words.toml, a sign, or WORD for the rest.
        text: a name as the registry spells it; else as it was written.
        said: the status, of a SAID.
        code: it was formatted as code.
    """

    kind: str
    text: str
    line: int
    said: Said | None = None
    code: bool = False


def folded(text: str) -> str:
    """Return `text` with one spelling for what looks the same, and without what can't be seen."""
    return _INVISIBLE.sub("", unicodedata.normalize("NFC", text).translate(_FOLD))


def _spelled(name: str) -> str:
    """Return a name in the one spelling in which `ClientEntered`, `client.entered` and `client-entered` are equal."""
    return re.sub(r"[-.]", "_", re.sub(r"(?<=[a-z0-9])(?=[A-Z])", "_", name)).lower()


class Vocabulary:
    """The names of a domain and the words for a status, a column and a heading.

    Args:
        domain: whose names are known.
        more: further words by the keys of words.toml, from the project's settings; they come first.
    """

    def __init__(self, domain: Domain, more: Mapping[str, Sequence[str]] | None = None) -> None:
        self.events = frozenset(domain.catalogue)
        self.emitters = frozenset(domain.registry.emitters)
        consumer = domain.registry.consumer.name
        self._known = {_spelled(consumer): (CONSUMER_NAME, consumer)}
        self._known |= {_spelled(name): (EVENT, name) for name in self.events}
        self._known |= {_spelled(name): (EMITTER, name) for name in self.emitters}
        self._consumer = consumer
        names = sorted({*self.events, *self.emitters, consumer}, key=len, reverse=True)
        self._exact = re.compile(rf"(?<![\w.-])(?:{'|'.join(map(re.escape, names))})(?![\w-]|\.\w)", re.IGNORECASE)
        # Names such as client_webinar_finished look like an event of this domain though it has none of that name.
        first, last = min(self.events, default=""), max(self.events, default="")
        shared = next((i for i, (one, other) in enumerate(zip(first, last, strict=False)) if one != other), 0)
        self._prefix = first[: first.rfind("_", 0, shared) + 1] if first != last else ""
        self._phrases: dict[str, dict[tuple[str, ...], str]] = {}
        table = _table()
        self.nobody = frozenset(_words(folded(phrase)) for phrase in table["nobody"])
        for source in (more or {}, table):
            for kind, phrases in source.items():
                for phrase in phrases if kind != "nobody" else ():
                    words = _words(folded(phrase).lower())
                    self._phrases.setdefault(words[0][:2] if words else "", {}).setdefault(words, kind)
        for first_letters, found in self._phrases.items():
            ordered = sorted(found.items(), key=lambda item: (-len(item[0]), -len("".join(item[0]))))
            self._phrases[first_letters] = dict(ordered)
        self._kind_of = cache(self._find)

    def names_in(self, text: str) -> bool:
        """Does an event's or an emitter's exact name stand in `text`?"""
        return any(found[0].lower() != self._consumer.lower() for found in self._exact.finditer(text))

    def may_be_emitter(self, token: Token) -> bool:
        """Could a name be a source: words joined by dashes, and not the consumer?"""
        return token.kind == NAME and bool(_EMITTER_LIKE.fullmatch(token.text))

    def says_nobody(self, tokens: Sequence[Token]) -> bool:
        """Do the words of an emitter's cell say that there is none?"""
        words = tuple(word for token in tokens for word in _words(token.text.lower()))
        return bool(words) and any(_fits(phrase, words) and len(phrase) == len(words) for phrase in self.nobody)

    def _find(self, name: str) -> tuple[str, str]:
        known = self._known.get(_spelled(name))
        if known:
            return known
        if self._prefix and name.startswith(self._prefix) and len(name) > len(self._prefix):
            return EVENT, name
        for kind, names in ((EVENT, self.events), (EMITTER, self.emitters)):
            near = [one for one in names if abs(len(one) - len(name)) <= 4]
            if difflib.get_close_matches(name, near, n=1, cutoff=_NEAR):
                return kind, name
        return NAME, name

    def tokens(self, text: str, line: int = 1) -> list[Token]:
        """Split a text into tokens; code stands between backticks, and a line feed begins the next line."""
        return list(self._phrased(list(self._raw(text, line))))

    def _raw(self, text: str, line: int) -> Iterator[Token]:
        place = 0
        for found in _TOKEN.finditer(text):
            line += text.count("\n", place, found.start())
            place = found.start()
            yield from self._one(str(found.lastgroup), found[found.lastgroup or 0], line)

    def _one(self, group: str, text: str, line: int) -> Iterator[Token]:
        match group:
            case "code" if _CODE_NAME.fullmatch(text.strip().removesuffix("()")) and not self._is_phrase(text):
                kind, name = self._kind_of(text.strip())
                yield Token(kind, name, line, code=True)
            case "code":
                yield from self._raw(text.replace("`", ""), line)
            case "name":
                kind, name = self._kind_of(text)
                parts = [Token(WORD, part, line) for part in re.split(r"[-._]", text)]
                yield from parts if kind == NAME and self._is_status(parts) else [Token(kind, name, line)]
            case "word" if text != text.lower() and _spelled(text) in self._known:
                kind, name = self._known[_spelled(text)]
                yield Token(kind, name, line)
            case "word" if text.lower() in self._known:
                kind, name = self._known[text.lower()]
                yield Token(kind, name, line)
            case "number":
                known = self._known.get(_spelled(text))
                yield Token(*known, line) if known else Token("other", text, line)
            case "stop":
                yield Token("?" if "?" in text else "other" if text in ("…", "...") else ".", text, line)
            case _:
                yield Token(_SIGNS.get(text, WORD), text, line)

    def _is_status(self, parts: list[Token]) -> bool:
        # "in-progress" speaks of a status, "webinar-service" is a name though both of its words are known.
        joined = "-".join(part.text for part in parts)
        kinds = {token.kind for token in self._phrased(parts)}
        return self._is_phrase(joined) or (SAID in kinds and WORD not in kinds)

    def _is_phrase(self, text: str) -> bool:
        words = _words(folded(text).lower())
        return any(_fits(phrase, words) and len(phrase) == len(words) for phrase in self._beginning(words))

    def _beginning(self, words: Sequence[str]) -> Iterable[tuple[str, ...]]:
        return self._phrases.get(words[0][:2], {}) if words else ()

    def _phrased(self, raw: list[Token]) -> Iterator[Token]:
        # A hyphen between two words joins them: "in-progress" is "in progress".
        words = [token.text.lower() for token in raw]
        index = 0
        while index < len(raw):
            token = raw[index]
            if token.kind not in (WORD, "-"):
                yield token
                index += 1
                continue
            beginning = self._beginning(words[index : index + 1])
            phrase = next((one for one in beginning if _fits(one, words[index : index + len(one)])), ())
            if phrase and all(part.kind in (WORD, "-") for part in raw[index : index + len(phrase)]):
                kind = self._phrases[words[index][:2]][phrase]
                said = _SAID.get(kind)
                text = " ".join(part.text for part in raw[index : index + len(phrase)])
                yield Token(SAID if said else kind, text, token.line, said)
                index += len(phrase)
            else:
                yield token
                index += 1


def _words(text: str) -> tuple[str, ...]:
    return tuple(re.findall(r"\[[ x]\]|\w+(?:'\w+)*(?:\(s\))?\*?|[^\w\s-]", text))


def _fits(phrase: Sequence[str], words: Sequence[str]) -> bool:
    if len(words) < len(phrase):
        return False
    return all(
        word.startswith(part[:-1]) if part.endswith("*") else word == part
        for part, word in zip(phrase, words, strict=False)
    )


@cache
def _table() -> dict[str, list[str]]:
    text = files("contracts.documents.drift").joinpath("words.toml").read_text(encoding="utf-8")
    table: dict[str, list[str]] = tomllib.loads(text)
    return table
