"""Words of keys, and the keys that no fact has."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from contracts.model.vocabulary import NOT_A_FACT, keys_that_are_no_facts, refused_word, words_of

WORDS = [word for words in NOT_A_FACT.values() for word in words]


@pytest.mark.parametrize(
    ("key", "words"),
    [
        ("client_id", ["client", "id"]),
        ("clientId", ["client", "id"]),
        ("client-id", ["client", "id"]),
        ("ClientID", ["client", "id"]),
        ("CLIENT_ID", ["client", "id"]),
        ("client.id", ["client", "id"]),
        ("__client  id__", ["client", "id"]),
        ("uiHTMLPage", ["ui", "html", "page"]),
        ("HTMLPage", ["html", "page"]),
        ("html5", ["html", "5"]),
        ("Page2Of10", ["page", "2", "of", "10"]),
        ("aB", ["a", "b"]),
        ("étapeUne", ["étape", "une"]),
        ("stépage", ["stépage"]),
        ("кнопка", ["кнопка"]),
        ("", []),
        ("---", []),
    ],
)
def test_words_of_a_key(key: str, words: list[str]) -> None:
    """Snake, camel and kebab case, acronyms and digits; a letter with an accent ends no word."""
    assert words_of(key) == words


@pytest.mark.parametrize("word", WORDS)
def test_every_refused_word_is_refused_in_every_case(word: str) -> None:
    """Alone, beside another word, in snake, camel, kebab and upper case."""
    camel = "".join(part.capitalize() for part in word.split("_"))
    kebab = word.replace("_", "-")
    for key in (word, word.upper(), f"client_{word}", f"{word}_id", f"client{camel}", f"my-{kebab}-x", f"{word}2"):
        found = refused_word(key)
        assert found is not None
        assert found[0] == word


@pytest.mark.parametrize(
    ("key", "word"),
    [
        ("uiHTMLPage", "ui"),
        ("retryAt", "retry_at"),
        ("retry-at", "retry_at"),
        ("emailTemplate", "email_template"),
        ("email_template_id", "email_template"),
        ("templateEmail", "template"),
        ("html5", "html"),
        ("nextVisitAt", "next"),
    ],
)
def test_the_word_that_is_named(key: str, word: str) -> None:
    """A word of two parts is named before its parts."""
    assert (refused_word(key) or ("",))[0] == word


@pytest.mark.parametrize(
    "key",
    [
        "form", "submission", "form_submitted", "submission_id", "stepson", "contextual", "homepage", "pages",
        "retry", "at", "retries_at", "retry_the_at", "email", "scheduler", "actionable", "uid", "guid", "suite",
        "colour", "expired", "nextel", "delayed", "routes", "channels", "recipients", "client_id", "visit_id",
        "stépage", "kui", "",
    ],
)  # fmt: skip
def test_near_misses_are_facts(key: str) -> None:
    """What only holds a refused word inside another one is none: the closed schema judges it."""
    assert refused_word(key) is None


def test_keys_are_found_at_any_depth_with_their_path() -> None:
    """In objects within arrays within objects; values and array positions are no keys."""
    value = {"data": [{"a": 1}, {"page": {"x": {"next_step": "ui"}}}], "ok": ["ui", "screen"], "timer": None}
    assert [(path, word) for path, word, _ in keys_that_are_no_facts(value)] == [
        ("$.data[1].page", "page"),
        ("$.data[1].page.x.next_step", "next"),
        ("$.timer", "timer"),
    ]


@pytest.mark.parametrize("value", [None, 1, "page", [], ["page"], [[["ui"]]]])
def test_what_has_no_keys_has_no_refused_ones(value: Any) -> None:
    """Only an object has keys."""
    assert list(keys_that_are_no_facts(value)) == []


@given(st.text())
def test_no_key_breaks_the_split(key: str) -> None:
    """Words are lower-case, not empty, and nothing of a key's letters and digits is lost."""
    words = words_of(key)
    assert all(words)
    letters = "".join(character for character in key if character.isalnum())
    # Folded on both sides: a Greek sigma's lower case depends on where it stands.
    assert "".join(words).casefold() == letters.casefold()


def test_a_long_key_above_many_values_costs_one_look() -> None:
    """Paths are written for what is found, so that a hostile body can't make the search slow."""
    value = {"k" * 500_000: [0] * 200_000 + [{"a": 1}] * 50_000}
    assert list(keys_that_are_no_facts(value)) == []
