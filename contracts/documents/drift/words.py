"""A text as tokens: the domain's names, and the phrases and signs of words.toml with their senses."""

from __future__ import annotations

import difflib
import re
import tomllib
import unicodedata
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from importlib.resources import files

from contracts.documents.drift.statements import Said
from contracts.model.domain import Domain

# Kinds of tokens beside the senses of words.toml, whose keys are kinds too.
EVENT, EMITTER, CONSUMER, NAME, WORD, SAID = "EVENT", "EMITTER", "CONSUMER", "NAME", "WORD", "SAID"
_SAID = {
    "implemented": Said.IMPLEMENTED, "planned": Said.PLANNED, "not-implemented": Said.NOT_IMPLEMENTED,
    "not-permitted": Said.EXCLUDED, "without-emitter": Said.NO_EMITTER, "half": Said.UNCLEAR,
}  # fmt: skip
# ruff: noqa: RUF001 - dashes, colons and letters that are easily mistaken are the matter here
_SIGNS = {sign: sign for sign in ",;:()"}
_SIGNS |= {"：": ":", "\x1e": "."} | dict.fromkeys("—–-/|=", "-") | dict.fromkeys('.!…«»“”"*', "other")
_TOKEN = re.compile(
    r"(?P<blank>[^\S\x1e]+)|`(?P<code>[^`]*)`"
    r"|(?P<forth>-{1,2}>|=>|[→⇒⟶➜➔↦])|(?P<back><-{1,2}|[←⟵])"
    r"|(?P<number>v?\d+(?:[.:/-]\w+)*\b)"
    r"|(?P<name>[A-Za-z0-9]\w*(?:[-._]\w+)+)"
    r"|(?P<word>[^\W\d_]+(?:'[^\W\d_]+)*)"
    r"|(?P<stop>[.!?]+(?=\s|$|[\"»”]))|(?P<sign>\S|\x1e)"
)
_CODE_NAME = re.compile(r"[A-Za-z0-9][A-Za-z0-9._-]{1,127}")
_EMITTER_LIKE = re.compile(r"[a-z0-9]+(?:-[a-z0-9]+)+", re.IGNORECASE)
_FOLD = str.maketrans({"ё": "е", "Ё": "Е", "‑": "-", "’": "'", "\t": " ", **dict.fromkeys("\u00a0\u202f\u2009", " ")})
_INVISIBLE = re.compile("[\u00ad\u200b-\u200d\u2060\ufeff\ufe0f]")


@dataclass(frozen=True, slots=True)
class Token:
    """A name, a phrase or a sign.

    Attributes:
        kind: EVENT, EMITTER, CONSUMER, another NAME, SAID, a sense of words.toml, a sign, or WORD for the rest.
        text: a name as the registry spells it; else as it was written.
        said: the status, of a SAID.
        source: it could be an emitter's name.
    """

    kind: str
    text: str
    line: int
    said: Said | None = None
    source: bool = False


def folded(text: str) -> str:
    """Return `text` with one spelling for what looks the same, and without what can't be seen."""
    text = _INVISIBLE.sub("", unicodedata.normalize("NFC", text).translate(_FOLD))
    return re.sub(r"(?<=\S) {2,}(?=\S)", " ", text)


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
        self.emitters = frozenset(domain.registry.emitters)
        self._names = {EVENT: list(domain.catalogue), EMITTER: list(domain.registry.emitters)}
        self._names[CONSUMER] = [domain.registry.consumer.name]
        self._known = {_spelled(name): (kind, name) for kind, names in self._names.items() for name in names}
        # A name such as client_webinar_finished looks like an event of this domain, though it is none.
        common = re.match(r"(.*_).*\n\1", f"{min(domain.catalogue, default='')}\n{max(domain.catalogue, default='')}")
        self._prefix = common[1] if common and len(self._names[EVENT]) > 1 else ""
        kinds = {folded(phrase).lower(): kind for kind, phrases in _table().items() for phrase in phrases}
        kinds |= {folded(phrase).lower(): kind for kind, phrases in (more or {}).items() for phrase in phrases}
        self._phrases: dict[str, tuple[re.Pattern[str], list[str]]] = {}
        for first in {phrase[0] for phrase in kinds}:
            phrases = sorted((phrase for phrase in kinds if phrase[0] == first), key=len, reverse=True)
            pattern = re.compile("|".join(f"({_pattern(phrase)})" for phrase in phrases))
            self._phrases[first] = pattern, [kinds[phrase] for phrase in phrases]
        self._name = cache(self._find)

    def tokens(self, text: str, line: int = 1) -> list[Token]:
        """Split a folded text into tokens; code stands between backticks, and a line feed begins the next line."""
        low, place, tokens = text.lower(), 0, list[Token]()
        low = low if len(low) == len(text) else text
        while found := _TOKEN.match(text, place):
            group, value = str(found.lastgroup), found[found.lastgroup or 0]
            phrase = self._phrase(low, place) if group in ("word", "sign") else None
            if group == "code":
                tokens += self._code(value, line)
            elif phrase and value.lower() not in self._known:
                tokens.append(_token(phrase[0], text[place : phrase[1]], line))
                line += text.count("\n", place, phrase[1])
                place = phrase[1]
                continue
            elif group == "blank":
                line += value.count("\n")
            else:
                tokens.append(self._one(group, value, line))
            place = found.end()
        return tokens

    def _phrase(self, text: str, place: int = 0) -> tuple[str, int] | None:
        pattern, kinds = self._phrases.get(text[place : place + 1], (None, []))
        found = pattern.match(text, place) if pattern else None
        return (kinds[found.lastindex - 1], found.end()) if found and found.lastindex else None

    def _code(self, text: str, line: int) -> Iterator[Token]:
        name = text.strip().removesuffix("()")
        phrase = self._phrase(name.lower())
        if _CODE_NAME.fullmatch(name) and not (phrase and phrase[1] == len(name)):
            kind, found = self._name(name)
            yield Token(kind, found, line, source="." not in name and "_" not in name)
        else:
            yield from self.tokens(text.replace("`", ""), line)

    def _one(self, group: str, text: str, line: int) -> Token:
        known = self._known.get(_spelled(text)) if group in ("number", "name", "word") else None
        if known:
            return Token(*known, line)
        if group == "name":
            phrase = self._phrase(text.lower())
            if phrase and phrase[1] == len(text):
                return _token(phrase[0], text, line)
            return Token(*self._name(text), line, source=bool(_EMITTER_LIKE.fullmatch(text)))
        if group == "stop":
            return Token("?" if "?" in text else "other" if text == "..." else ".", text, line)
        signs = {"forth": ">", "back": "<", "number": WORD if text[0] == "v" else "other", "word": WORD}
        return Token(signs.get(group) or _SIGNS.get(text, WORD), text, line)

    def _find(self, name: str) -> tuple[str, str]:
        """Return what a name is: known, nearly known, of this domain by its prefix, or another NAME."""
        if known := self._known.get(_spelled(name)):
            return known
        if self._prefix and name.startswith(self._prefix) and len(name) > len(self._prefix):
            return EVENT, name
        for kind in (EVENT, EMITTER):
            near = [one for one in self._names[kind] if abs(len(one) - len(name)) <= 4]
            if difflib.get_close_matches(name, near, n=1, cutoff=0.88):
                return kind, name
        return NAME, name


def _token(kind: str, text: str, line: int) -> Token:
    return Token(SAID if kind in _SAID else kind, text, line, _SAID.get(kind))


def _pattern(phrase: str) -> str:
    """Return the pattern of a phrase: a blank is any blank or a hyphen, a star any ending of a word."""
    pattern = re.escape(phrase).replace(r"\ ", "[ \n-]").replace(r"\*", r"\w*")
    return pattern + (r"(?!\w|[-_]\w)" if phrase[-1].isalnum() or phrase[-1] == "*" else "")


@cache
def _table() -> dict[str, list[str]]:
    text = files("contracts.documents.drift").joinpath("words.toml").read_text(encoding="utf-8")
    table: dict[str, list[str]] = tomllib.loads(text)
    return table
