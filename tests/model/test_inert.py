"""Text from outside is shown and does nothing: to a terminal, or to a CI that reads commands out of what is printed."""

from __future__ import annotations

import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from contracts.model.printable import acts, inert

PARTS = st.sampled_from(
    [
        "::",
        ":",
        "#",
        "##[",
        "##vso[",
        "##teamcity[",
        "[",
        "\n",
        "\r\n",
        "\r",
        " ",
        "\t",
        "\x1b[31m",
        "\u202e",
        "\u2028",
        "é",
    ]
)
TEXTS = st.lists(PARTS | st.text(max_size=3), max_size=12).map("".join)


@given(TEXTS)
def test_no_text_commands(text: str) -> None:
    """Not at a line's start, not after blanks, not in a line; and saying it twice changes nothing more."""
    said = inert(text)
    assert not any(acts(character) for character in said)
    assert not any(line.lstrip().startswith("::") for line in said.splitlines())
    assert not re.search(r"##\w*\[", said)
    assert inert(said) == said


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("p2\n::error title=x::boom", "p2\n\\x3a:error title=x::boom"),
        ("  ::add-mask::x", "  \\x3a:add-mask::x"),
        ("a ##[error]b", "a #\\x23[error]b"),
        ("##vso[task.complete]", "#\\x23vso[task.complete]"),
        ("\x1b[31mred", "\\x1b[31mred"),
        ("a\u202eb", "a\\u202eb"),
    ],
)
def test_what_acts_is_shown(text: str, said: str) -> None:
    """As an escape that a reader recognises."""
    assert inert(text) == said


@pytest.mark.parametrize(
    "text", ["a::b", "a :: b", "## Heading", "# [link](x)", "1.2.3:", "tests/test_a.py::test_b", "é → ß\n  next: x"]
)
def test_what_doesnt_act_stays(text: str) -> None:
    """Near misses: a node id of pytest, headings, links."""
    assert inert(text) == text
