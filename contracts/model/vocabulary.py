"""Words that no fact has: an emitter states what happened, never what should be shown, when or by whom."""

from __future__ import annotations

import re
from collections.abc import Iterator
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

_WORD = re.compile(r"[A-Z]+(?![a-z])|[A-Z]?[a-z]+|\d+|[^\W\d_A-Za-z]+")


def words_of(key: str) -> list[str]:
    """Split a snake_case, camelCase or kebab-case key into lower-case words."""
    return [word.lower() for word in _WORD.findall(key)]


def refused_word(key: str) -> tuple[str, str] | None:
    """Return the word for which `key` is no fact and what that word describes, or None.

    A word of two parts (`retry_at`) is refused where its parts stand next to each other.
    """
    spoken = f"_{'_'.join(words_of(key))}_"
    for meaning, words in NOT_A_FACT.items():
        for word in words:
            if f"_{word}_" in spoken:
                return word, meaning
    return None


def keys_that_are_no_facts(value: Any, path: str = "$") -> Iterator[tuple[str, str, str]]:
    """Find the refused keys of a JSON value, at any depth.

    Returns:
        For each: its JSON path, the refused word, and what that word describes.
    """
    if isinstance(value, dict):
        for key, child in value.items():
            place = f"{path}.{key}"
            refused = refused_word(key)
            if refused:
                yield place, *refused
            yield from keys_that_are_no_facts(child, place)
    elif isinstance(value, list):
        for index, child in enumerate(value):
            yield from keys_that_are_no_facts(child, f"{path}[{index}]")
