"""Words that no fact has: an emitter states what happened, never what should be shown, when or by whom."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from itertools import pairwise
from typing import Any

NOT_A_FACT: dict[str, tuple[str, ...]] = {
    "a user interface": (
        "ui", "screen", "page", "button", "click", "widget", "modal", "color", "css", "html", "template",
        "layout",
    ),
    "a timer or a schedule": (
        "schedule", "scheduled", "timer", "timeout", "delay", "remind", "reminder", "deadline", "cron",
        "retry_at", "expires",
    ),
    "a decision of the scenario": (
        "scenario", "route", "routing", "step", "next", "action", "notify", "notification", "email_template",
        "campaign", "segment", "funnel", "recipient", "channel",
    ),
}  # fmt: skip
"""The refused words, by what they describe. `form` and `submission` are facts and aren't here."""

_MEANINGS = {tuple(word.split("_")): (word, meaning) for meaning, words in NOT_A_FACT.items() for word in words}
# A letter that isn't A to Z belongs to the word it stands in: "étape" is one word.
_WORD = re.compile(r"[A-Z]+(?![^\W\d_A-Z])|[A-Z]?[^\W\d_A-Z]+|\d+")

Step = str | int


def words_of(key: str) -> list[str]:
    """Split a key into lower-case words: snake_case, camelCase, kebab-case, and any other punctuation.

    An acronym is a word (`uiHTMLPage`: ui, html, page), and so is a number (`html5`: html, 5). What has no
    boundary is one word, so that `stepson` and `contextual` are no steps and no texts; nor is a plural split.
    """
    return [word.lower() for word in _WORD.findall(key)]


def refused_word(key: str) -> tuple[str, str] | None:
    """Return the word for which `key` is no fact and what that word describes, or None.

    A word of two parts (`retry_at`) is refused where its parts stand next to each other, and is named before
    a word of one part.
    """
    words = words_of(key)
    pairs = pairwise(words)
    return next((_MEANINGS[part] for part in (*pairs, *((word,) for word in words)) if part in _MEANINGS), None)


def keys_that_are_no_facts(value: Any) -> Iterator[tuple[str, str, str]]:
    """Find the refused keys of a JSON value, at any depth.

    Returns:
        For each: its JSON path, the refused word, and what that word describes.
    """
    for steps, word, meaning in _refused_keys(value, ()):
        yield json_path(steps), word, meaning


def json_path(steps: Iterable[Step]) -> str:
    """Return the JSON path that leads through object keys (text) and array positions (numbers)."""
    return "$" + "".join(f"[{step}]" if isinstance(step, int) else f".{step}" for step in steps)


def _refused_keys(value: Any, above: tuple[Step, ...]) -> Iterator[tuple[tuple[Step, ...], str, str]]:
    # Paths are written for what is found alone: a long key above many values costs nothing.
    if isinstance(value, dict):
        for key, child in value.items():
            refused = refused_word(key)
            if refused:
                yield (*above, key), *refused
            if isinstance(child, dict | list):
                yield from _refused_keys(child, (*above, key))
    elif isinstance(value, list):
        for index, child in enumerate(value):
            if isinstance(child, dict | list):
                yield from _refused_keys(child, (*above, index))
