"""The HTML report as a document: complete, self-contained, and nothing from outside acts in it."""

from __future__ import annotations

import re
from dataclasses import replace
from html.parser import HTMLParser

import pytest

from contracts.model.deployment import KnownVersion
from contracts.report.content import BODY_SHOWN, ReportContent, sample
from contracts.report.html import render_html
from contracts.report.reads import fields_read
from tests.report.examples import COMPLETED, EMITTER, HOSTILE, domain, emission, green, pacts, red
from tests.report.large import large_evidence


class _Document(HTMLParser):
    """Collects what the tests ask for."""

    def __init__(self, html: str) -> None:
        super().__init__()
        self.tags: list[str] = []
        self.ids: list[str] = []
        self.targets: list[str] = []
        self.text = ""
        self.feed(html)
        self.close()

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        """Note the tag, its id and where it leads."""
        values = dict(attrs)
        self.tags.append(tag)
        self.ids += [values["id"] or ""] if "id" in values else []
        self.targets += [values["href"] or ""] if tag == "a" else []

    def handle_data(self, data: str) -> None:
        """Note the text."""
        self.text += data


def _html(*, text: str = "words") -> str:
    versions = (KnownVersion(EMITTER, "2.4.0", "main", ("production",), "success against 1.2.3"),)
    return render_html(ReportContent(domain(), (red(text),), pacts(EMITTER), versions))


@pytest.mark.parametrize(
    "evidence",
    [
        ReportContent(domain()),
        ReportContent(domain(), (green(),), pacts(EMITTER)),
        large_evidence(emitters=12, events=5),
    ],
)
def test_every_link_leads_somewhere_and_every_id_is_there_once(evidence: ReportContent) -> None:
    """Each cell of the matrix leads to its evidence in the same page."""
    document = _Document(render_html(evidence))
    assert len(document.ids) == len(set(document.ids))
    assert {target.removeprefix("#") for target in document.targets} <= set(document.ids)
    assert all(target.startswith("#") for target in document.targets)


def test_each_pair_s_cell_opens_its_evidence() -> None:
    """What a pair's section shows: findings with both sides, emissions, interactions, versions, what is untested."""
    html = _html()
    anchor = re.search(r'href="#(pair-\d+-\d+)">failed', html)
    assert anchor
    section = _Document(html.split(f'<article id="{anchor[1]}"')[1].split("</article>")[0]).text
    for words in (
        "wrong-fact", "captures.ndjson:3", "$.data.client_id", "expected", '"c-1"', "actual", "build the message",
        "Emission 1", "answered 202", '"specversion": "1.0"', "not held", "2.4.0 in production", "lost-fact",
    ):  # fmt: skip
        assert words in section, words


def test_what_is_read_of_an_event_is_shown_once() -> None:
    """An expectation that goes to twelve emitters is one table, and says so."""
    html = render_html(large_evidence(emitters=12, events=5))
    assert html.count("expected of 12 emitters") == 4
    (pact,) = pacts(EMITTER)
    fields = {field.path: field for field in fields_read(next(pact.of_event(COMPLETED)))}
    assert fields["$.type"].rule == "exactly this value"
    assert (fields["$.data.client_id"].rule, fields["$.data.client_id"].example) == ("text in a form", "c-1")


def test_the_page_needs_nothing_but_itself() -> None:
    """No script, no style sheet, no picture, no font and no form; the page's own policy forbids them as well."""
    html = _html()
    tags = set(_Document(html).tags)
    assert not tags & {"script", "img", "iframe", "object", "embed", "form", "input", "base"}
    assert not re.search(r"url\(|@import|https?://(?!127\.0\.0\.1/events)", html)
    assert "default-src 'none'" in html


@pytest.mark.parametrize("hostile", [HOSTILE, '"><img src=x onerror=alert(1)>', "</style></title><b>", "{{ 7 * 7 }}"])
def test_what_came_from_outside_stays_text(hostile: str) -> None:
    """Markup in a finding is shown and does nothing; so are direction marks and lone surrogates."""
    plain, tried = _Document(_html()), _Document(_html(text=hostile))
    assert tried.tags == plain.tags
    assert hostile.split("\r\n", maxsplit=1)[0][:8] in tried.text
    assert not {"\u202e", "\x1b", "\x00", "\ud800"} & set(tried.text)
    _html(text=hostile).encode("utf-8")


def test_without_a_broker_nothing_is_said_of_versions() -> None:
    """No broker isn't the same as a broker that knows no version."""
    assert "Versions of" not in render_html(ReportContent(domain(), (green(),)))
    assert "No environment of the broker has a version of" in render_html(
        ReportContent(domain(), (green(),), versions=())
    )


def test_an_emitter_that_was_not_verified_says_so() -> None:
    """A missing verification isn't shown as a verdict."""
    text = _Document(render_html(ReportContent(domain()))).text
    assert "Not verified in this report" in text
    assert "unverified" in text


def test_the_same_evidence_gives_the_same_page() -> None:
    """Nothing in the page depends on when or where it was made, unless that is given."""
    assert _html() == _html()
    assert "2026-01-31 18:00 UTC" in render_html(ReportContent(domain(), made="2026-01-31 18:00 UTC"))


def test_a_secret_header_stays_out_of_the_report() -> None:
    """A driven emitter sends its key to the sink; the report is shared."""
    headers = {"content-type": "application/cloudevents+json", "authorization": "Bearer k-1"}
    shown = sample(replace(emission(), headers=headers), 1).message
    assert "authorization: (not recorded)" in shown
    assert "k-1" not in shown


@pytest.mark.parametrize(
    ("body", "laid_out", "shown"),
    [
        (b'{"a":1}', True, '{\n  "a": 1\n}'),
        (b'{"a":1,"a":2}', False, '{"a":1,"a":2}'),
        (b"\xff\x00", False, "\\xff\x00"),
        (b"x" * (BODY_SHOWN + 5), False, "x" * BODY_SHOWN + "\n(5 more characters)"),
    ],
)
def test_a_body_is_laid_out_only_where_nothing_is_lost(body: bytes, laid_out: bool, shown: str) -> None:
    """A body with duplicate keys, or that is no JSON, is shown as it was sent; a long one is cut and says so."""
    seen = sample(replace(emission(), body=body), 1)
    assert seen.laid_out is laid_out
    assert seen.message.split("\n\n", 1)[1] == shown
