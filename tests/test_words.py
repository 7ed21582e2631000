"""No word of one domain stands in the toolkit, so that no other team reads of somebody else's events."""

from __future__ import annotations

import re
from pathlib import Path

PACKAGE = Path(__file__).parents[1] / "contracts"
WORDS = re.compile(r"webinar|scenario", re.IGNORECASE)
NAMES = re.compile(r"webinar-contracts|contracts[./]webinar")
"""The distribution's own name, and the bundled contract's place."""
EXAMPLE = re.compile(r"\s+contracts [a-z]")
"""A line of help below the word "Example" or "Examples"."""
ELSEWHERE = ("webinar", "documents/drift")
"""The bundled contract itself, and the reader of documents, which knows what people write."""


def strangers(text: str) -> list[tuple[int, str]]:
    """Return the lines of a file that hold a word of the webinar's domain, outside of examples."""
    found, example = [], False
    for number, line in enumerate(text.splitlines(), start=1):
        example = bool(re.fullmatch(r"\s+Examples?:", line)) or (example and EXAMPLE.match(line) is not None)
        if not example and WORDS.search(NAMES.sub("", line)):
            found.append((number, line.strip()))
    return found


def test_no_word_of_the_webinar_stands_outside_of_its_contract() -> None:
    """In code, help, templates and scripts alike."""
    files = [file for file in PACKAGE.rglob("*") if file.suffix in (".py", ".j2", ".sh", ".toml", ".php", ".yml")]
    assert len(files) > 200
    said = {
        f"{file.relative_to(PACKAGE)}:{number}": line
        for file in files
        if not any(file.is_relative_to(PACKAGE / room) for room in ELSEWHERE)
        for number, line in strangers(file.read_text(encoding="utf-8"))
    }
    assert said == {}


def test_a_word_is_found_and_an_example_is_not() -> None:
    """An example ends with the first line that is no command."""
    text = (
        "Promote it.\n\n    Examples:\n      contracts promote a webinar\n      contracts b\n    the scenario service\n"
    )
    assert strangers(text) == [(6, "the scenario service")]
    assert strangers("version of webinar-contracts, in contracts/webinar\n") == []
    assert strangers('"a webinar"') == [(1, '"a webinar"')]
