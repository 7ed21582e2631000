"""Markdown for pull requests and job summaries, read with a Markdown parser."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st
from markdown_it import MarkdownIt

from contracts.report.markdown import render_markdown
from contracts.report.markdown_text import escape
from contracts.report.pair_matrix import build_matrix
from tests.report.examples import COMPLETED, HOSTILE, domain, green, red

PARSER = MarkdownIt("gfm-like", {"linkify": False})


def _html(markdown: str) -> str:
    return str(PARSER.render(markdown))


def test_pairs_are_a_table_and_findings_are_folded() -> None:
    """Each pair is a row; the findings of a failed pair stand open below, those of a planned one folded."""
    text = render_markdown([red("words"), green()])
    html = _html(text)
    assert html.count("<table>") == 2
    assert f"<td>{COMPLETED}</td>" in html
    assert f"<details open><summary>{COMPLETED}: failed (2)</summary>" in text
    assert "<details><summary>client_webinar_form_submitted: pending (1)</summary>" in text
    assert html.count("<details") == html.count("</details>")
    assert "<code>captures.ndjson:3</code>" in html.replace("&#58;", ":")


def test_the_summary_is_there_with_and_without_a_matrix() -> None:
    """The numbers come first."""
    assert "passed 1, pending 2, failed 0, violations 0" in render_markdown([green()])
    matrix = build_matrix(domain().registry, domain().catalogue, [green()])
    assert "passed 1, pending 2, unassigned 2, failed 0, violations 0" in render_markdown([green()], matrix=matrix)


@pytest.mark.parametrize(
    "hostile",
    [
        HOSTILE, "</details>", "| a | b |", "`a`", "**b**", "[l](http://x)", "![i](http://x)", "<img src=x>",
        "@someone", "#12", "https://example.org", "www.example.org", "&lt;", "~~x~~", "$x$", ":tada:",
        "\n\n# heading", "\\",
    ],
)  # fmt: skip
def test_what_came_from_outside_stays_text(hostile: str) -> None:
    """No HTML, link, mention, reference, emphasis or table comes out of a finding."""
    plain, tried = _html(render_markdown([red("words")])), _html(render_markdown([red(hostile)]))
    for tag in ("<a ", "<img", "<script", "<h1", "<h2", "<em", "<strong", "<s>", "<td", "<tr", "<details", "<code"):
        assert tried.count(tag) == plain.count(tag), tag
    raw = render_markdown([red(hostile)])
    for mark in ("@", "https:", "#12", "www.", "$x$", ":tada:"):
        assert mark not in raw.replace("&#", "")


@given(st.text())
def test_escaped_text_is_shown_as_it_is(text: str) -> None:
    """Whatever is escaped makes one paragraph without any element in it."""
    (paragraph,) = MarkdownIt("gfm-like", {"linkify": False}).parse(f"x {escape(text)}")[1:2]
    assert {child.type for child in paragraph.children or ()} <= {"text", "text_special"}


def test_names_stay_readable_in_the_source() -> None:
    """A canonical name needs no escape."""
    assert escape("client_webinar_completed by client-webinar-tracker-v2") == (
        "client_webinar_completed by client-webinar-tracker-v2"
    )
