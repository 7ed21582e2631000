"""Whatever documents are written for a registry: a contradiction is never agreement, and the truth never a difference.

Documents are rendered from statements, in both languages, in each structure that is read; then one status is flipped,
or one event is given to another emitter.
"""
# ruff: noqa: RUF001 - Russian words and dashes are the matter here

from __future__ import annotations

import tomllib
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, replace
from itertools import groupby
from pathlib import Path

from hypothesis import given, settings
from hypothesis import strategies as st

from contracts.documents.drift.compare import Difference, compare, registry_lines
from contracts.documents.drift.read import read_document
from contracts.documents.drift.statements import DocumentReading
from contracts.documents.drift.words import Vocabulary
from contracts.model.domain import Domain
from contracts.model.registry import Registry
from contracts.project.domain import load_domain
from contracts.project.settings import load_settings

_OWN = load_domain(load_settings(Path(__file__).parent))
TRACKER, FORMS = "client-webinar-tracker-v2", "landing-forms"
REGISTRY = f"""
[consumer]
name = "client-webinar-scenario-service"
description = "It takes them all."
[emitters.{TRACKER}]
description = "The tracker."
[emitters.{TRACKER}.events]
client_webinar_completed = {{ status = "implemented" }}
client_webinar_entered = {{ status = "planned" }}
client_webinar_left = {{ status = "planned" }}
[emitters.{FORMS}]
description = "The forms."
[emitters.{FORMS}.events]
client_webinar_form_submitted = {{ status = "implemented" }}
client_webinar_left = {{ status = "implemented" }}
"""
DOMAIN = Domain("own", _OWN.catalogue, Registry.model_validate(tomllib.loads(REGISTRY)), _OWN.registry_file)
WORDS = Vocabulary(DOMAIN)
TABLE = tomllib.loads(Path("contracts/documents/drift/words.toml").read_text(encoding="utf-8"))


@dataclass(frozen=True)
class Said:
    """One statement as it is rendered."""

    emitter: str
    event: str
    implemented: bool


TRUTH = tuple(Said(pair.emitter, pair.event, pair.status.value == "implemented") for pair in DOMAIN.registry.pairs())


@dataclass(frozen=True)
class Language:
    """The words that a document is written in."""

    done: str
    planned: str
    event: str
    emitter: str
    status: str
    emits: str
    publishes: str
    note: str

    def word(self, said: Said) -> str:
        """Return the word for a statement's status."""
        return self.done if said.implemented else self.planned


_SINGLE = {key: [word.replace("*", "ы") for word in TABLE[key]] for key in ("implemented", "planned")}
_ENGLISH = st.builds(
    Language,
    done=st.sampled_from([word for word in _SINGLE["implemented"] if word.isascii() or len(word) == 1]),
    planned=st.sampled_from([word for word in _SINGLE["planned"] if word.isascii() or len(word) == 1]),
    event=st.sampled_from(["Event", "Event name", "Name", "Canonical event"]),
    emitter=st.sampled_from(["Emitter", "Producer", "Emitted by", "Source", "Published by", "Owner"]),
    status=st.sampled_from(["Status", "Implementation status", "State", "Stage"]),
    emits=st.sampled_from(["emits", "sends", "publishes", "may emit"]),
    publishes=st.sampled_from(["Publishes", "Emits", "Sends", "Events"]),
    note=st.just("a fact of one client and one visit to the room"),
)
_RUSSIAN = st.builds(
    Language,
    done=st.sampled_from([word for word in _SINGLE["implemented"] if not word.isascii()]),
    planned=st.sampled_from([word for word in _SINGLE["planned"] if not word.isascii()]),
    event=st.sampled_from(["Событие", "События", "Имя"]),
    emitter=st.sampled_from(["Эмиттер", "Источник", "Кто эмитит", "Отправитель", "Владелец"]),
    status=st.sampled_from(["Статус", "Состояние", "Готовность"]),
    emits=st.sampled_from(["эмитит", "отправляет", "публикует"]),
    publishes=st.sampled_from(["Публикует", "Эмитит", "События"]),
    note=st.just("факт об одном клиенте и одном его визите"),
)
Rendering = Callable[[Sequence[Said], Language], str]


def _table(header: Sequence[str], rows: Iterator[Sequence[str]]) -> str:
    lines = [header, ["---"] * len(header), *rows]
    return "\n".join(f"| {' | '.join(line)} |" for line in lines) + "\n"


def _by_emitter(said: Sequence[Said]) -> Iterator[tuple[str, list[Said]]]:
    for emitter, group in groupby(sorted(said, key=lambda one: one.emitter), key=lambda one: one.emitter):
        yield emitter, list(group)


def table_of_pairs(said: Sequence[Said], lang: Language) -> str:
    """A row a pair."""
    rows = ([f"`{s.event}`", f"`{s.emitter}`", lang.note, lang.word(s)] for s in said)
    return _table([lang.event, lang.emitter, "Meaning", lang.status], rows)


def table_emitter_first(said: Sequence[Said], lang: Language) -> str:
    """A row a pair, plain names, the emitter named once."""
    rows = (
        [emitter if i == 0 else "", s.event, f"**{lang.word(s)}**"]
        for emitter, g in _by_emitter(said)
        for i, s in enumerate(g)
    )
    return _table([lang.emitter, lang.event, lang.status], rows)


def table_under_heading(said: Sequence[Said], lang: Language) -> str:
    """A section an emitter, a row an event."""
    return "\n".join(
        f"## `{emitter}`\n\n" + _table([lang.event, lang.status], ([f"`{s.event}`", lang.word(s)] for s in group))
        for emitter, group in _by_emitter(said)
    )


def answers(said: Sequence[Said], lang: Language) -> str:
    """A column that asks whether it is implemented."""
    rows = ([s.event, s.emitter, "yes" if s.implemented else "no"] for s in said)
    return _table([lang.event, lang.emitter, f"{lang.done.capitalize()}?"], rows)


def publishes(said: Sequence[Said], lang: Language) -> str:
    """A row an emitter, its events with their statuses in parentheses."""
    rows = (
        [f"`{emitter}`", ", ".join(f"`{s.event}` ({lang.word(s)})" for s in group), "-"]
        for emitter, group in _by_emitter(said)
    )
    return _table(["Service", lang.publishes, "Consumes"], rows)


def matrix(said: Sequence[Said], lang: Language) -> str:
    """A row an event, a column an emitter."""
    emitters = list(dict.fromkeys(s.emitter for s in said))
    # A cell is never empty for a pair that there is: a dash in a matrix says that the pair isn't permitted.
    cells = {(s.event, s.emitter): lang.word(s) for s in (*TRUTH, *said)}
    rows = ([f"`{e}`", *(cells.get((e, m), "—") for m in emitters)] for e in dict.fromkeys(s.event for s in said))
    return _table([lang.event, *emitters], rows)


def list_under_heading(said: Sequence[Said], lang: Language) -> str:
    """A section an emitter, an item an event."""
    return "\n".join(
        f"### {emitter}\n\n" + "".join(f"- `{s.event}` — {lang.word(s)}\n" for s in group)
        for emitter, group in _by_emitter(said)
    )


def nested(said: Sequence[Said], lang: Language) -> str:
    """An item an emitter, below it an item an event."""
    return "".join(
        f"* `{emitter}`\n" + "".join(f"  * {s.event}: *{lang.word(s)}*\n" for s in group)
        for emitter, group in _by_emitter(said)
    )


def headings_of_status(said: Sequence[Said], lang: Language) -> str:
    """A section an emitter, below it a heading a status."""
    parts = []
    for emitter, group in _by_emitter(said):
        parts.append(f"## `{emitter}`\n")
        for done in (True, False):
            events = [s for s in group if s.implemented is done]
            parts += (
                [f"### {lang.word(events[0]).capitalize()}\n\n" + "".join(f"1. `{s.event}`\n" for s in events)]
                if events
                else []
            )
    return "\n".join(parts)


def labels_of_status(said: Sequence[Said], lang: Language) -> str:
    """A section an emitter, below it a line a status with its events."""
    parts = []
    for emitter, group in _by_emitter(said):
        parts.append(f"## `{emitter}`\n")
        for done in (True, False):
            events = [s for s in group if s.implemented is done]
            parts += (
                [f"**{lang.word(events[0])}:** " + ", ".join(f"`{s.event}`" for s in events) + "\n"] if events else []
            )
    return "\n".join(parts)


def event_headings(said: Sequence[Said], lang: Language) -> str:
    """A section an event, with a line for its emitter and one for its status."""
    return "\n".join(
        f"## {s.event}\n\n{lang.note}\n\n- {lang.emitter}: {s.emitter}\n- **{lang.status}:** {lang.word(s)}\n"
        for s in said
    )


def arrows(said: Sequence[Said], lang: Language) -> str:
    """An item a pair."""
    return "".join(f"- `{s.emitter}` → `{s.event}` ({lang.word(s)})\n" for s in said)


def sentence_of_each(said: Sequence[Said], lang: Language) -> str:
    """A sentence an emitter, its events parted by semicolons."""
    return "\n\n".join(
        f"`{emitter}` {lang.emits} " + "; ".join(f"`{s.event}` ({lang.word(s)})" for s in group) + "."
        for emitter, group in _by_emitter(said)
    )


def clauses(said: Sequence[Said], lang: Language) -> str:
    """An item an emitter, its events with their statuses parted by commas."""
    return "".join(
        f"- `{emitter}`: " + ", ".join(f"`{s.event}` {lang.word(s)}" for s in group) + "\n"
        for emitter, group in _by_emitter(said)
    )


RENDERINGS: tuple[Rendering, ...] = (
    table_of_pairs, table_emitter_first, table_under_heading, answers, publishes, matrix, list_under_heading, nested,
    headings_of_status, labels_of_status, event_headings, arrows, sentence_of_each, clauses,
)  # fmt: skip
DOCUMENTS = st.tuples(
    st.sampled_from(RENDERINGS), st.one_of(_ENGLISH, _RUSSIAN),
    st.lists(st.sampled_from(TRUTH), min_size=1, unique=True),
)  # fmt: skip


def _read(text: str) -> tuple[DocumentReading, tuple[Difference, ...]]:
    reading = read_document(text, WORDS)
    return reading, compare(reading, DOMAIN, file="doc.md", registry=registry_lines(REGISTRY, "emitters.toml"))


def _holds(text: str) -> bool:
    reading, differences = _read(text)
    return bool(reading.statements) and not differences and not any(one.unclear for one in reading.unread)


@settings(max_examples=250, deadline=None)
@given(DOCUMENTS)
def test_the_truth_is_never_a_difference(document: tuple[Rendering, Language, list[Said]]) -> None:
    """What a registry says, rendered in a structure that is read, differs in nothing but what is left out."""
    render, lang, said = document
    reading, differences = _read(render(said, lang))
    assert [one for one in differences if one.kind != "left-out"] == []
    assert [one for one in reading.unread if one.unclear] == []
    assert {(s.emitter, s.event) for s in said} <= {(s.emitter, s.event) for s in reading.statements if s.event}


@settings(max_examples=250, deadline=None)
@given(DOCUMENTS, st.data())
def test_a_flipped_status_never_holds(document: tuple[Rendering, Language, list[Said]], data: st.DataObject) -> None:
    """One status that the registry doesn't say, among true ones, is a difference or unclear."""
    render, lang, said = document
    place = data.draw(st.integers(0, len(said) - 1))
    said[place] = replace(said[place], implemented=not said[place].implemented)
    assert not _holds(render(said, lang))


@settings(max_examples=250, deadline=None)
@given(DOCUMENTS, st.data())
def test_a_wrong_emitter_never_holds(document: tuple[Rendering, Language, list[Said]], data: st.DataObject) -> None:
    """One event given to an emitter that may not state it, registered or not, is a difference or unclear."""
    render, lang, said = document
    event = data.draw(st.sampled_from(list(said)))
    others = [name for name in (TRACKER, FORMS, "billing-sync") if DOMAIN.registry.pair(name, event.event) is None]
    wrong = replace(event, emitter=data.draw(st.sampled_from(others)))
    assert not _holds(render([wrong if one is event else one for one in said], lang))
