"""Words of keys, and the keys that no fact has."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from contracts.model.events import EventData
from contracts.model.schemas import shape_of
from contracts.model.vocabulary import FactVocabulary, named_keys, words_of
from contracts.project.domain import load_domain
from contracts.project.settings import load_settings

WEBINAR = load_domain(load_settings(Path(__file__).parent)).registry.vocabulary
WORDS = [word for words in WEBINAR.groups.values() for word in words]


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
        found = WEBINAR.refused_word(key)
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
    assert (WEBINAR.refused_word(key) or ("",))[0] == word


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
    assert WEBINAR.refused_word(key) is None


def test_keys_are_found_at_any_depth_with_their_path() -> None:
    """In objects within arrays within objects; values and array positions are no keys."""
    value = {"data": [{"a": 1}, {"page": {"x": {"next_step": "ui"}}}], "ok": ["ui", "screen"], "timer": None}
    assert [(path, word) for path, word, _ in WEBINAR.keys_that_are_no_facts(value)] == [
        ("$.data[1].page", "page"),
        ("$.data[1].page.x.next_step", "next"),
        ("$.timer", "timer"),
    ]


@pytest.mark.parametrize("value", [None, 1, "page", [], ["page"], [[["ui"]]]])
def test_what_has_no_keys_has_no_refused_ones(value: Any) -> None:
    """Only an object has keys."""
    assert list(WEBINAR.keys_that_are_no_facts(value)) == []


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
    assert list(WEBINAR.keys_that_are_no_facts(value)) == []


class Leg(EventData):
    """One leg of a way, which a word is in."""

    route_id: str


class Way(EventData):
    """Keys that hold refused words, at several depths."""

    delivery_channel: str
    next_legs: list[Leg]
    last_leg: Leg | None
    pages: dict[str, int]
    either: Leg | int


def test_what_the_canonical_event_names_is_no_finding() -> None:
    """Each key that the model asks for is left alone where it stands, and refused where it doesn't."""
    leg = {"route_id": "a", "timer": 1}
    value = {
        "delivery_channel": "a", "next_legs": [leg, leg], "last_leg": leg, "pages": {"page": 1}, "either": leg,
        "route_id": "a",
    }  # fmt: skip
    found = [path for path, _, _ in WEBINAR.keys_that_are_no_facts(value, named_keys(shape_of(Way)))]
    assert found == ["$.next_legs[0].timer", "$.next_legs[1].timer", "$.last_leg.timer", "$.route_id"]


def test_without_groups_every_key_is_a_fact() -> None:
    """A domain that says no words refuses none."""
    assert list(FactVocabulary().keys_that_are_no_facts({"page": {"timer": 1}})) == []


def test_a_domain_has_words_of_its_own() -> None:
    """They are refused for what the domain says that they describe, and no others are."""
    own = FactVocabulary(groups={"a way": ("route", "next_stop"), "a price": ("prix", "цена")})
    value = {"route": 1, "nextStop": 2, "next": 3, "pagePrix": 4, "цена": 5}
    assert list(own.keys_that_are_no_facts(value)) == [
        ("$.route", "route", "a way"),
        ("$.nextStop", "next_stop", "a way"),
        ("$.pagePrix", "prix", "a price"),
        ("$.цена", "цена", "a price"),
    ]
