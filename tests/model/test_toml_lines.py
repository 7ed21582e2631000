"""Lines of keys, for every key and value that tomlkit writes."""

from __future__ import annotations

import tomllib
from collections.abc import Sequence
from typing import Any

import pytest
import tomlkit
from hypothesis import given
from hypothesis import strategies as st

from contracts.model.toml_lines import (
    MOST_PARTS,
    MOST_TEXT,
    KeyPath,
    TomlTooLargeError,
    bounded,
    line_of,
    lines_of_keys,
)

_PRINTED = st.characters(exclude_categories=["Cs", "Cc"])
_KEYS = st.one_of(
    st.sampled_from(["a", "b-c", "1", "d.e", "", "[x]", "a#b", 'q"', "q'", "two words", "ключ", "\u2028", "\\", "="]),
    st.text(_PRINTED, max_size=4),
)
_TEXTS = st.one_of(
    st.sampled_from(["", "x = 1", "# no", "[t]", '"""', "'''", '"', "\\", "]", "}"]), st.text(_PRINTED, max_size=8)
)
_SCALARS = st.one_of(_TEXTS, st.integers(-9, 9), st.booleans())
_VALUES = st.recursive(
    _SCALARS, lambda inner: st.lists(inner, max_size=3) | st.dictionaries(_KEYS, inner, max_size=3), max_leaves=8
)
_MULTI_LINE = ['"""\nkey = 1\n[table]\n"" "# no\n"""', "'''\nkey = 1\n'' '\n'''", '[\n  "[x]", # ]\n  "y = 1",\n]']
_BETWEEN = st.lists(st.sampled_from(["", "# key = 1", '# """', "  # [x] \u2028 \u0085", "\t"]), max_size=3)


def spelled(path: Sequence[str]) -> str:
    """Return a key as tomlkit writes it."""
    return " . ".join(tomlkit.key([part]).as_string() for part in path)


class Page:
    """A TOML text that is written statement by statement, so that each one's line is known."""

    def __init__(self) -> None:
        self.lines: list[str] = []
        self.known: dict[KeyPath, int] = {}

    def say(self, path: KeyPath, statement: str) -> None:
        """Write a statement."""
        self.known[path] = len(self.lines) + 1
        self.lines += statement.split("\n")


@st.composite
def pages(draw: st.DrawFn) -> Page:
    """Draw a text of tables and keys in every spelling."""
    page = Page()
    tables = draw(st.lists(_KEYS, max_size=3))
    for number, name in enumerate([None, *tables]):
        table: KeyPath = () if name is None else (f"t{number}", name)
        page.lines += draw(_BETWEEN)
        if table:
            page.say(table, f"[ {spelled(table)} ]")
        for index, key in enumerate(draw(st.lists(_KEYS, max_size=3))):
            path = draw(st.sampled_from([(f"k{index}",), (f"k{index}", key), (f"k{index}", key, "x")]))
            value = draw(st.sampled_from(_MULTI_LINE) | _VALUES.map(written))
            page.lines += draw(_BETWEEN)
            page.say((*table, *path), f"{spelled(path)} = {value} # [comment] = ''' ")
    return page


def written(value: Any) -> str:
    """Return a value on one line; keys and texts as tomlkit writes them."""
    if isinstance(value, dict):
        return "{ " + ", ".join(f"{spelled([key])} = {written(child)}" for key, child in value.items()) + " }"
    if isinstance(value, list):
        return "[" + ", ".join(written(child) for child in value) + "]"
    return str(tomlkit.item(value).as_string())


def paths(value: Any, above: KeyPath = ()) -> list[KeyPath]:
    """Return the path of every key of a document."""
    if not isinstance(value, dict):
        return []
    return [each for key, child in value.items() for each in [(*above, key), *paths(child, (*above, key))]]


@given(pages(), st.sampled_from(["\n", "\r\n"]))
def test_every_key_is_found_on_its_line(page: Page, end: str) -> None:
    """What is written is found where it was written; what only it implies is found there as well."""
    text = end.join(page.lines) + end
    document = tomllib.loads(text)
    lines = lines_of_keys(text)
    assert lines == page.known
    for path in paths(document):
        exact = [line for key, line in page.known.items() if key[: len(path)] == path]
        holder = [line for key, line in page.known.items() if path[: len(key)] == key]
        assert line_of(lines, path) == (page.known.get(path) or (min(exact) if exact else max(holder)))


def test_each_table_of_an_array_has_its_number() -> None:
    """So have the tables within it; the array itself stands where its first table does."""
    text = "[[a]]\nb = 1\n[[a]]\nb = 2\n[[a.c]]\n[a.c.d]\ne = 3\n[[a]]\n[[a.c]]\nf = 4\n"
    lines = lines_of_keys(text)
    assert (lines["a",], lines["a", "0"], lines["a", "0", "b"], lines["a", "1", "b"]) == (1, 1, 2, 4)
    assert (lines["a", "1", "c", "0", "d", "e"], lines["a", "2", "c", "0", "f"]) == (7, 10)
    assert line_of(lines, ("a", "1", "x")) == 3


def test_a_path_that_is_written_nowhere_has_no_line() -> None:
    """No place is made up."""
    assert line_of(lines_of_keys("a = 1"), ("b", "c")) is None
    assert line_of({}, ()) is None


@pytest.mark.parametrize(
    "text",
    [
        ".".join("a" * 40) + " = 1",
        "[" + ".".join(["a"] * 40) + "]",
        "x = {b = 1, " + ".".join(["a"] * 40) + " = 1}",
        "x = 1\n" + " . ".join(['"a"'] * 40) + " = 2",
        ".".join(["a"] * 100_000) + " = 1",
        "#" * (MOST_TEXT + 1),
    ],
    ids=["key", "table", "inline", "quoted", "bomb", "long"],
)
def test_what_would_take_gigabytes_is_refused_at_once(text: str) -> None:
    """`tomllib` would keep every prefix of a dotted key."""
    with pytest.raises(TomlTooLargeError):
        bounded(text)


@pytest.mark.parametrize(
    "text",
    [".".join("a" * MOST_PARTS) + " = 1", 'x = "' + "a." * 200 + '"', "x = 1 # " + "a." * 99, 'x = ["a.b", "c"]'],
)
def test_what_has_many_dots_and_no_deep_key_is_read(text: str) -> None:
    """The most parts that a key may have, a sentence in a string, and a comment."""
    assert bounded(text) == text
