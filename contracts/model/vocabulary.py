"""Words that no fact has: an emitter states what happened, never what should be shown, when or by whom.

Which words those are is a domain's own matter, and stands in its registry.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping
from functools import cached_property
from itertools import pairwise
from typing import TYPE_CHECKING, Annotated, Any

from pydantic import BaseModel, ConfigDict, Field, StringConstraints

if TYPE_CHECKING:
    from contracts.model.shapes import Shape

# A letter that isn't A to Z belongs to the word it stands in: "étape" is one word.
_WORD = re.compile(r"[A-Z]+(?![^\W\d_A-Z])|[A-Z]?[^\W\d_A-Z]+|\d+")

Step = str | int
Reason = Annotated[str, StringConstraints(min_length=1, strip_whitespace=True)]
Word = Annotated[str, StringConstraints(pattern=r"^[^\W_A-Z]+(_[^\W_A-Z]+)?$")]


class FactVocabulary(BaseModel):
    """What a domain's registry says of the keys that a fact may have."""

    model_config = ConfigDict(extra="forbid", strict=True, frozen=True, defer_build=True)

    groups: dict[Reason, Annotated[tuple[Word, ...], Field(min_length=1)]] = Field(
        default_factory=dict,
        description="Refused words by what they describe: lower-case words, or two joined by an underscore.",
    )
    allow: dict[str, Reason] = Field(
        default_factory=dict, description="Keys of canonical events that hold a refused word all the same, and why."
    )
    free_text: dict[str, Reason] = Field(
        default_factory=dict, description="Keys of canonical events that hold free text all the same, and why."
    )

    @cached_property
    def _meanings(self) -> Mapping[tuple[str, ...], tuple[str, str]]:
        return {tuple(word.split("_")): (word, group) for group, words in self.groups.items() for word in words}

    def refused_word(self, key: str) -> tuple[str, str] | None:
        """Return the word for which `key` is no fact and what that word describes, or None.

        A word of two parts (`retry_at`) is refused where its parts stand next to each other, and is named before
        a word of one part.
        """
        words = words_of(key)
        parts = (*pairwise(words), *((word,) for word in words))
        return next((self._meanings[part] for part in parts if part in self._meanings), None)

    def keys_that_are_no_facts(self, value: Any, named: Named = None) -> Iterator[tuple[str, str, str]]:
        """Find the refused keys of a JSON value, at any depth.

        Args:
            value: a message.
            named: the keys that its canonical event names, from `named_keys`: those are asked for, and not refused.

        Returns:
            For each: its JSON path, the refused word, and what that word describes.
        """
        if self.groups:
            for steps, word, meaning in self._refused_keys(value, named, ()):
                yield json_path(steps), word, meaning

    def _refused_keys(
        self, value: Any, named: Named, above: tuple[Step, ...]
    ) -> Iterator[tuple[tuple[Step, ...], str, str]]:
        # Paths are written for what is found alone: a long key above many values costs nothing.
        if isinstance(value, dict):
            for key, child in value.items():
                known = named is not None and key in named
                refused = None if known else self.refused_word(key)
                if refused:
                    yield (*above, key), *refused
                if isinstance(child, dict | list):
                    yield from self._refused_keys(child, named[key] if named and known else None, (*above, key))
        elif isinstance(value, list):
            for index, child in enumerate(value):
                if isinstance(child, dict | list):
                    yield from self._refused_keys(child, named, (*above, index))


class _EveryKey(Mapping[str, "Named"]):
    """Stands where a model's keys are data, or one of several objects: each key is named, at any depth."""

    def __getitem__(self, key: str) -> Named:
        return self

    def __contains__(self, key: object) -> bool:
        return True

    def __iter__(self) -> Iterator[str]:
        return iter(())

    def __len__(self) -> int:
        return 1


Named = Mapping[str, "Named"] | None
"""The keys of an object, each with those of its value; None where nothing is named."""

_EVERY_KEY = _EveryKey()


def named_keys(shape: Shape) -> Named:
    """Return the keys that a shape names, at any depth; a list's are those of its items."""
    from contracts.model.shapes import Boolean, Choice, Constant, ListOf, Nullable, Number, Object, Text

    match shape:
        case Object(fields):
            return {one.name: named_keys(one.shape) for one in fields}
        case Nullable(inner) | ListOf(inner):
            return named_keys(inner)
        case Constant() | Choice() | Text() | Number() | Boolean():
            return None
    return _EVERY_KEY


def words_of(key: str) -> list[str]:
    """Split a key into lower-case words: snake_case, camelCase, kebab-case, and any other punctuation.

    An acronym is a word (`uiHTMLPage`: ui, html, page), and so is a number (`html5`: html, 5). What has no
    boundary is one word, so that `stepson` and `contextual` are no steps and no texts; nor is a plural split.
    """
    return [word.lower() for word in _WORD.findall(key)]


def json_path(steps: Iterable[Step]) -> str:
    """Return the JSON path that leads through object keys (text) and array positions (numbers)."""
    return "$" + "".join(f"[{step}]" if isinstance(step, int) else f".{step}" for step in steps)
