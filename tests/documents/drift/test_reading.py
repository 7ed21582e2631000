"""Reading documents: no text breaks the reader, and a status is read wherever its sentence stands."""

from __future__ import annotations

from pathlib import Path

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from contracts.documents.drift.read import read_statements
from contracts.documents.drift.values import Kind, Said
from contracts.project.domain import load_domain
from contracts.project.settings import load_settings

DOMAIN = load_domain(load_settings(Path(__file__).parent))
TRACKER = "client-webinar-tracker-v2"
_WORDS = (
    "`client_webinar_completed`", "client_webinar_left", f"`{TRACKER}`", "implemented", "not", "planned", "не", "запл.",
    "реализовано", "остальные", "only", "нет эмиттера", "no emitter", "emits", "если", ":", ";", ",", "—", "→", "(",
    ")",
    "**", "~~", "`", "|", "\n", "\n\n", "- ", "  - ", "# ", "## ", "> ", "---\n", "| --- |\n", "<br>", "[x] ",
    "\r\n", ".",
    "?", "\ufeff", "\u00ad", "Эмиттеры", "emitter", "`crm-sync`", "scenario service", "&nbsp;", "<!--", "-->", "<code>",
)  # fmt: skip
IMPLEMENTED = ("implemented", "is now implemented", "реализовано", "реально реализовано", "реализ.", "уже реализовано",
               "**реализованный**", "fully implemented", "implemented, not planned")  # fmt: skip
PLANNED = ("planned", "planned, not implemented", "not yet implemented", "unimplemented", "will be implemented",
           "запл.",
           "isn't implemented", "запланировано", "запланировано / не реализовано", "не реализовано", "нереализовано",
           "пока не реализовано", "будет реализовано", "планируется", "в планах", "не реализ.", "to be implemented",
           "has not been implemented", "in development", "в разработке", "был запланирован, не реализован")  # fmt: skip


@settings(max_examples=300, deadline=None)
@given(st.lists(st.sampled_from(_WORDS), max_size=40))
@example(["# ", "`client_webinar_completed`", "`client-webinar-tracker-v2`"])
def test_no_text_breaks_the_reader(words: list[str]) -> None:
    """Whatever words and signs follow each other, statements come out, each on a line of the text."""
    text = " ".join(words)
    lines = text.replace("\r\n", "\n").replace("\r", "\n").count("\n") + 1
    for statement in read_statements(text, DOMAIN):
        assert 1 <= statement.line <= lines


@settings(max_examples=100, deadline=None)
@given(st.text(max_size=400))
def test_arbitrary_text_says_nothing(text: str) -> None:
    """A text without a name of the domain makes no statement about a pair."""
    assert [s for s in read_statements(text, DOMAIN) if s.kind is Kind.PAIR] == []


@pytest.mark.parametrize(
    "frame",
    [
        "`{event}` — {status}",
        "- `{event}`: {status}",
        "- **{event}** ({status})",
        "1. `{event}` → {status}",
        "### `{event}`\n\nStatus: {status}",
        "### `{event}`\n\n- Статус: {status}",
        "| Событие | Статус |\n|---|---|\n| `{event}` | {status} |",
        "> - `{event}`, {status}",
        "- `{event}`\n  - {status}",
        "Intro text.\n\n* `{event}` (sent when it happens) — {status}",
    ],
)
@pytest.mark.parametrize(("statuses", "done"), [(IMPLEMENTED, True), (PLANNED, False)])
def test_status_in_every_frame(frame: str, statuses: tuple[str, ...], done: bool) -> None:
    """Each wording of a status is understood in each place that documents put it."""
    for status in statuses:
        text = frame.format(event="client_webinar_entered", status=status)
        said = [s.said for s in read_statements(text, DOMAIN) if s.event == "client_webinar_entered" and s.said]
        assert said, text
        assert all((one is Said.IMPLEMENTED) is done and one is not Said.UNCLEAR for one in said), text


@pytest.mark.parametrize("status", ["not planned", "не запланировано", "unplanned", "не планируется", "no plans"])
def test_not_planned_is_no_plan(status: str) -> None:
    """A denied plan isn't a plan."""
    (statement,) = read_statements(f"`client_webinar_left` — {status}", DOMAIN)
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
        "- `client_webinar_completed` — the scenario service sends a planned notification",
        "Everything planned is implemented.",
        "`wp_remote_post` is implemented.",
        "- `tracker.php` — implemented",
        "~~`client_webinar_completed` is planned.~~",
        "    client_webinar_completed: planned",
    ],
)
def test_in_passing(text: str) -> None:
    """A sentence that mentions an event, or gives a status to something else, makes no statement."""
    assert read_statements(text, DOMAIN) == ()


def test_large_document_is_read_whole() -> None:
    """A document of 2,000 long lines is read to its end."""
    line = f"- `client_webinar_completed` — {'не ' * 50}{'очень ' * 50}реализовано\n"
    statements = read_statements(f"# `{TRACKER}`\n\n" + line * 2000, DOMAIN)
    assert statements[-1].line == 2002


@pytest.mark.parametrize("words", ["there is ", "approved ", "разрешенный ", "not is ", "`client_webinar_left` "])
def test_repeated_words_are_read(words: str) -> None:
    """Words that start a longer phrase, thousands of times, don't make the reader try each way to split them."""
    assert read_statements(words * 10_000, DOMAIN) == ()
