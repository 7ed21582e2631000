"""Reading documents: no text breaks the reader or makes it slow, and a status is read wherever its word stands."""

from __future__ import annotations

import time
from pathlib import Path

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from contracts.documents.drift.compare import compare, registry_lines
from contracts.documents.drift.read import read_document
from contracts.documents.drift.statements import DocumentReading, Said
from contracts.documents.drift.words import Vocabulary
from contracts.project.domain import load_domain
from contracts.project.settings import load_settings

DOMAIN = load_domain(load_settings(Path(__file__).parent))
WORDS = Vocabulary(DOMAIN)
TRACKER = "client-webinar-tracker-v2"
_PIECES = (
    "`client_webinar_completed`", "client_webinar_left", f"`{TRACKER}`", "implemented", "not", "planned", "не", "запл.",
    "реализовано", "остальные", "only", "нет эмиттера", "no emitter", "emits", "если", ":", ";", ",", "—", "→", "(",
    ")",
    "**", "~~", "`", "|", "\n", "\n\n", "- ", "  - ", "# ", "## ", "> ", "---\n", "| --- |\n", "<br>", "[x] ",
    "\r\n", ".",
    "?", "\ufeff", "\u00ad", "Эмиттеры", "emitter", "`crm-sync`", "scenario service", "&nbsp;", "<!--", "-->", "<code>",
    "Status", "| Event | Status |\n|---|---|\n| ", "<td>", "[", "](x)", "yes", "✅",
)  # fmt: skip
IMPLEMENTED = ("implemented", "is now implemented", "реализовано", "реально реализовано", "реализ.", "уже реализовано",
               "**реализованный**", "fully implemented", "✅", "Active", "Implemented: yes", "went live")  # fmt: skip
PLANNED = ("planned", "planned, not implemented", "not yet implemented", "unimplemented", "will be implemented",
           "запл.", "❌", "Backlog", "Реализовано: нет", "is disabled",
           "isn't implemented", "запланировано", "запланировано / не реализовано", "не реализовано", "нереализовано",
           "пока не реализовано", "будет реализовано", "планируется", "в планах", "не реализ.", "to be implemented",
           "has not been implemented", "in development", "в разработке", "был запланирован, не реализован")  # fmt: skip


def _read(text: str) -> DocumentReading:
    return read_document(text, WORDS)


def _lines(reading: DocumentReading) -> list[int]:
    return [one.line for one in reading.statements] + [one.line for one in reading.unread]


@settings(max_examples=300, deadline=None)
@given(st.lists(st.sampled_from(_PIECES), max_size=40))
@example(["# ", "`client_webinar_completed`", "`client-webinar-tracker-v2`"])
def test_no_text_breaks_the_reader(pieces: list[str]) -> None:
    """Whatever words and signs follow each other, all that is read and all that isn't has a line of the text."""
    text = " ".join(pieces)
    lines = text.replace("\r\n", "\n").replace("\r", "\n").count("\n") + 1
    reading = _read(text)
    for line in _lines(reading):
        assert 1 <= line <= lines


@settings(max_examples=100, deadline=None)
@given(st.text(max_size=400))
def test_arbitrary_text_says_nothing(text: str) -> None:
    """A text without a name of the domain makes no statement about a pair."""
    assert [s for s in _read(text).statements if s.event] == []


@settings(max_examples=300, deadline=None)
@given(st.lists(st.sampled_from(_PIECES), max_size=25).map(" ".join))
def test_every_line_with_an_event_is_accounted_for(text: str) -> None:
    """A sentence that names an event is read, unclear, or told as not read; none is passed over."""
    line = f"Weather at `client_webinar_entered` {text.replace(chr(13), '').split(chr(10))[0]}".replace("~~", "")
    for skipped in ("<!--", "`crm-sync`", "<code>", "<td>"):
        line = line.replace(skipped, "")
    reading = _read(line + "\n")
    assert 1 in _lines(reading), line


@pytest.mark.parametrize(
    "frame",
    [
        "`{event}` — {status}",
        "- `{event}`: {status}",
        "- **{event}** ({status})",
        "1. `{event}` — {status}",
        "### `{event}`\n\nStatus: {status}",
        "### `{event}`\n\n- Статус: {status}",
        "| Событие | Статус |\n|---|---|\n| `{event}` | {status} |",
        "> - `{event}`, {status}",
        "- `{event}`\n  - {status}",
        "Intro text.\n\n* `{event}` (sent when it happens) — {status}",
        "* [`{event}`](events.md#{event}) {status}",
    ],
)
@pytest.mark.parametrize(("statuses", "done"), [(IMPLEMENTED, True), (PLANNED, False)])
def test_status_in_every_frame(frame: str, statuses: tuple[str, ...], done: bool) -> None:
    """Each wording of a status is understood in each place that documents put it."""
    for status in statuses:
        text = frame.format(event="client_webinar_entered", status=status)
        reading = _read(text)
        said = [s.said for s in reading.statements if s.event == "client_webinar_entered" and s.said]
        assert said, text
        assert all((one is Said.IMPLEMENTED) is done for one in said), text
        assert not any(one.unclear for one in reading.unread), text


@pytest.mark.parametrize("status", ["not planned", "не запланировано", "unplanned", "не планируется", "no plans"])
def test_not_planned_is_no_plan(status: str) -> None:
    """A denied plan isn't a plan."""
    (statement,) = _read(f"`client_webinar_left` — {status}").statements
    assert statement.said is Said.EXCLUDED


@pytest.mark.parametrize(
    "text",
    [
        "The notification after `client_webinar_completed` is planned.",
        "Запланированное уведомление приходит после `client_webinar_completed`.",
        "When `client_webinar_entered` is implemented, tell the team.",
        "Is `client_webinar_entered` implemented?",
        "A handler of `client_webinar_entered` is implemented.",
        "`client_webinar_completed` is implemented in the scenario service.",
        "See the page of `client_webinar_completed` in our wiki.",
        "- `client_webinar_completed` — the scenario service sends a planned notification",
    ],
)
def test_in_passing(text: str) -> None:
    """A sentence that mentions an event, or gives a status to something else, is told as not read."""
    reading = _read(text)
    assert reading.statements == ()
    assert [(one.line, one.unclear) for one in reading.unread] == [(1, False)]


@pytest.mark.parametrize(
    "text",
    [
        "Everything planned is implemented.",
        "`wp_remote_post` is implemented.",
        "- `tracker.php` — implemented",
        "~~`client_webinar_completed` is planned.~~",
        "    client_webinar_completed: planned",
        "```\nclient_webinar_completed: planned\n```",
        "<!-- `client_webinar_completed` is planned -->",
        "---\nclient_webinar_completed: planned\n---\n",
    ],
)
def test_nothing_of_it(text: str) -> None:
    """What names no event, and what is code, struck out or a comment, is neither read nor told."""
    assert _read(text) == DocumentReading((), ())


@pytest.mark.parametrize(
    "text",
    [
        "<table><tr><td>client_webinar_completed</td><td>planned</td></tr></table>",
        "<!-- a comment that never ends\n\n- `client_webinar_completed`: planned",
        "- " * 80 + "`client_webinar_completed`: planned",
        f"# `{TRACKER}`\n\n" + ", ".join(["`client_webinar_completed`"] * 400) + " are planned",
    ],
)
def test_what_the_reader_gives_up_on_is_unclear(text: str) -> None:
    """HTML, a comment without an end, what is nested too deeply and what is too long for a sentence are told."""
    assert any(one.unclear for one in _read(text).unread)


def test_large_document_is_read_whole() -> None:
    """A document of 500 long lines is read to its end."""
    line = f"- `client_webinar_completed` — {'уже ' * 100}реализовано\n"
    assert _read(f"# `{TRACKER}`\n\n" + line * 500).statements[-1].line == 502


_EVENT = "`client_webinar_completed` "
BOMBS = {
    "comment": "<!--", "comment in a line": "a <!--", "tag": "<a ", "quote": "> ", "list": "- ", "bracket": "[",
    "image": "![", "link": "[a](", "emphasis": "*a ", "strong": "**", "code": "`a ``b ", "struck": "~~a ",
    "row": "> | a | b |\n> |-|-|\n", "cells": "|", "events": _EVENT, "listed": f"- {_EVENT}planned\n",
    "enumeration": f"{_EVENT}, and ", "negation": "not ", "parenthesis": "(", "colon": ":", "slug": "client-webinar-",
    "headings": f"# {_EVENT}\n", "unknown headings": f"## `x-y`\n- {_EVENT}\n", "html": f"<td>{_EVENT}",
    "listing": f"- `{TRACKER}`: `client_webinar_left`\n", "matrix": f"| `{TRACKER}` ", "clauses": f"{_EVENT}planned; ",
    "setext": "a\n=\n", "definition": "[x]: /y\n", "stem": "не ", "word": "no emitter ",
}  # fmt: skip


@pytest.mark.parametrize("name", BOMBS)
def test_no_text_is_slow(name: str) -> None:
    """50 KB of whatever sign or word, repeated, are read and compared in seconds."""
    text = BOMBS[name] * (50_000 // len(BOMBS[name]))
    begin = time.process_time()
    compare(_read(text + _EVENT), DOMAIN, file="doc.md", registry=registry_lines("", "emitters.toml"))
    assert time.process_time() - begin < 4
