"""The page of an audit: charts without a script, and nothing from outside that acts."""

from __future__ import annotations

import re
from pathlib import Path
from xml.etree import ElementTree

from hypothesis import given, settings
from hypothesis import strategies as st

from contracts.model.timeline import Timeline
from contracts.report.audit_page import render_audit_html
from contracts.report.chart import ABOVE, BELOW, MOST_COLUMNS, WIDTH, chart_of
from tests.audit.support import audited, event, lines
from tests.verification.support import ENTERED

MADE = "2026-03-03 00:00 UTC"


def page(folder: Path) -> str:
    """Return the page of a few days with everything on it."""
    log = [event(number, time=f"2026-03-0{1 + number % 5}T0{number % 7}:00:00Z") for number in range(30)]
    log += [event(40, ENTERED), event(1, id="other"), event(41, **{"<script>alert(1)</script>": "<b>"})]
    return render_audit_html(audited(folder, lines(*log, b"<i>no JSON</i>")), MADE)


def test_each_pair_has_a_chart_and_each_rule_its_places(tmp_path: Path) -> None:
    """The pictures are XML, and say in words what they show."""
    html = page(tmp_path)
    pictures = re.findall(r"<svg.*?</svg>", html, re.DOTALL)
    assert len(pictures) == 2
    for picture in pictures:
        drawn = ElementTree.fromstring(picture)  # noqa: S314 - our own page
        assert "Events and findings from 2026-03-01" in drawn.attrib["aria-label"]
        assert list(drawn.iter("rect"))
    for said in ("repeat-changes-id", "event-schema", "unreadable-capture", "planned-but-live", "0.log:33"):
        assert said in html
    assert html.count('class="findings"') >= 1


def test_the_page_acts_in_no_way(tmp_path: Path) -> None:
    """No script, nothing from elsewhere, and nothing that was sent is markup."""
    html = page(tmp_path)
    assert "default-src 'none'" in html
    assert not re.search(r"<script|<b>|<i>|url\(|https?://|@import| on[a-z]+=", html)


HOURS = st.dictionaries(st.integers(-1000, 10**6), st.integers(1, 10**6), max_size=40)


@settings(max_examples=60, deadline=None)
@given(HOURS, HOURS)
def test_a_chart_shows_all_that_was_counted(events: dict[int, int], findings: dict[int, int]) -> None:
    """In columns that lie side by side within the picture, none of them too small to be seen."""
    timeline = Timeline()
    for hour, count in events.items():
        timeline.add(hour, events=count)
    for hour, count in findings.items():
        timeline.add(hour, findings=count)
    chart = chart_of(timeline)
    if chart is None:
        assert not events | findings
        return
    assert len(chart.columns) <= MOST_COLUMNS
    assert sum(column.events for column in chart.columns) == sum(events.values())
    assert sum(column.findings for column in chart.columns) == sum(findings.values())
    for column in chart.columns:
        assert 0 <= column.x <= column.x + column.width <= WIDTH + 0.1
        assert (1 <= column.rises <= ABOVE) if column.events else column.rises == 0
        assert (1 <= column.falls <= BELOW) if column.findings else column.falls == 0
