"""One line that contradicts the registry, in the middle of a true document; and true documents of many hands.

The kinds come from documents that were taken for agreement, or for a difference, because one word or shape of theirs
wasn't understood.
"""

from __future__ import annotations

import re
import tomllib
from pathlib import Path

import pytest

from contracts.documents.drift.compare import Difference, compare, registry_lines
from contracts.documents.drift.read import read_document
from contracts.documents.drift.statements import DocumentReading
from contracts.documents.drift.words import Vocabulary
from contracts.project.domain import load_domain
from contracts.project.settings import load_settings

DOMAIN = load_domain(load_settings(Path(__file__).parent))
WORDS = Vocabulary(DOMAIN)
KINDS: dict[str, list[str]] = tomllib.loads(Path(__file__).with_name("kinds.toml").read_text(encoding="utf-8"))
NAMES = {
    "T": "client-webinar-tracker-v2", "S": "client-webinar-scenario-service", "C": "client_webinar_completed",
    "E": "client_webinar_entered", "F": "client_webinar_form_submitted", "L": "client_webinar_left",
    "R": "client_webinar_registered",
}  # fmt: skip
BEFORE = """# Emitters

| Event | Emitter | Status |
|---|---|---|
| <C> | <T> | implemented |
| <E> | <T> | planned |
| <F> | <T> | planned |

"""


def _read(text: str) -> tuple[DocumentReading, tuple[Difference, ...]]:
    named = re.sub("<([A-Z])>", lambda found: f"`{NAMES[found[1]]}`", text)
    reading = read_document(named, WORDS)
    return reading, compare(reading, DOMAIN, file="doc.md", registry=registry_lines("", "emitters.toml"))


def _holds(text: str) -> bool:
    reading, differences = _read(text)
    return bool(reading.statements) and not differences and not any(one.unclear for one in reading.unread)


def test_the_document_around_it_holds() -> None:
    """What follows is told by the line that contradicts, and by nothing else."""
    assert _holds(BEFORE)


@pytest.mark.parametrize("words", KINDS["done"])
def test_done_of_a_planned_event_never_holds(words: str) -> None:
    """However it is said that a planned event is there, wherever it stands: a difference, or unclear."""
    assert [
        text for frame in KINDS["frames"] if _holds(BEFORE + (text := frame.format(event="<E>", words=words)))
    ] == []


@pytest.mark.parametrize("words", KINDS["undone"])
def test_undone_of_an_implemented_event_never_holds(words: str) -> None:
    """However it is said that an implemented event isn't there, wherever it stands: a difference, or unclear."""
    assert [
        text for frame in KINDS["frames"] if _holds(BEFORE + (text := frame.format(event="<C>", words=words)))
    ] == []


@pytest.mark.parametrize("text", KINDS["wrong"])
def test_a_contradiction_never_holds(text: str) -> None:
    """A wrong emitter, status or listing in a structure or sentence of its own: a difference, or unclear."""
    assert not _holds(f"{BEFORE}{text}\n")


@pytest.mark.parametrize("text", KINDS["right"])
def test_the_truth_is_never_a_difference(text: str) -> None:
    """A document that says what the registry says may be unclear in a word, and differs in nothing."""
    assert _read(text)[1] == ()
