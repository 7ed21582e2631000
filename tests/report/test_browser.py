"""The HTML report in a real browser: phone and desktop, light and dark."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from contracts.model.pact import parse_pact
from contracts.report.content import ReportContent
from contracts.report.html import render_html
from tests.npm.modules import npm_module
from tests.report.chromium import Page, chromium
from tests.report.examples import HOSTILE, domain, pacts, red
from tests.report.screenshots import SIZES, evidence_by_name

_PACTS = Path(__file__).parents[2] / "pacts"
LOOKS = [(size, dark) for size in SIZES for dark in (False, True)]

# What is wider than the window, beside what lies in a region that scrolls by itself.
_TOO_WIDE = """
[...document.querySelectorAll('body *')].filter(e => !e.closest('.scroll') && !e.closest('.away')
  && !e.matches('.skip') && e.getBoundingClientRect().right > innerWidth + 1).map(e => e.outerHTML.slice(0, 200))
"""


@pytest.fixture(scope="module")
def browser() -> Iterator[Page]:
    """One browser for the whole module."""
    with chromium() as page:
        yield page


@pytest.fixture(scope="module")
def files(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Path]:
    """The pages to look at, by name."""
    folder = tmp_path_factory.mktemp("pages")
    written = {name: folder / f"{name}.html" for name in evidence_by_name()}
    for name, evidence in evidence_by_name().items():
        written[name].write_text(render_html(evidence), encoding="utf-8")
    return written


def _show(browser: Page, file: Path, size: str, *, dark: bool) -> None:
    width, height = SIZES[size]
    browser.show(file, width=width, height=height, dark=dark, mobile=size == "phone")


@pytest.mark.parametrize(("size", "dark"), LOOKS)
@pytest.mark.parametrize("name", ["green", "red", "large", "long"])
def test_nothing_is_wider_than_the_window(
    browser: Page, files: dict[str, Path], name: str, size: str, dark: bool
) -> None:
    """The page doesn't scroll sideways and nothing is cut, also with every detail open."""
    _show(browser, files[name], size, dark=dark)
    browser.evaluate("document.querySelectorAll('details').forEach(detail => detail.open = true)")
    assert browser.evaluate("document.documentElement.scrollWidth") <= SIZES[size][0]
    assert browser.evaluate(_TOO_WIDE) == []


def test_field_names_stay_in_one_piece_on_a_desktop(browser: Page, tmp_path: Path) -> None:
    """The long patterns of this project's own pacts don't squeeze a field's name until it breaks."""
    own = [parse_pact(file.read_bytes(), source=file.name) for file in sorted(_PACTS.glob("*.json"))]
    page = tmp_path / "own.html"
    page.write_text(render_html(ReportContent(domain(), (red(),), tuple(own))), encoding="utf-8")
    _show(browser, page, "desktop", dark=False)
    lines = browser.evaluate("[...document.querySelectorAll('.stacked th code')].map(e => e.getClientRects().length)")
    assert len(lines) > 10
    assert set(lines) == {1}


def test_a_phone_s_matrix_does_not_scroll_sideways(browser: Page, files: dict[str, Path]) -> None:
    """Also a matrix of many columns fits a phone."""
    for file in files.values():
        _show(browser, file, "phone", dark=False)
        assert browser.evaluate("(e => e.scrollWidth - e.clientWidth)(document.querySelector('.scroll'))") <= 0


@pytest.mark.parametrize(("size", "dark"), LOOKS)
@pytest.mark.parametrize("name", ["green", "red", "large", "long"])
def test_axe_finds_nothing_serious(browser: Page, files: dict[str, Path], name: str, size: str, dark: bool) -> None:
    """axe-core, with every rule it has on, finds nothing serious or critical."""
    source = (npm_module("axe-core") / "axe.min.js").read_text(encoding="utf-8")
    _show(browser, files[name], size, dark=dark)
    browser.evaluate("document.querySelectorAll('details').forEach(detail => detail.open = true)")
    browser.evaluate(f"{source}; undefined")
    found: list[dict[str, Any]] = browser.evaluate("axe.run().then(result => result.violations)")
    serious = [
        (issue["id"], issue["nodes"][0]["html"]) for issue in found if issue["impact"] in ("serious", "critical")
    ]
    assert serious == []
    assert browser.evaluate("axe.run().then(result => result.passes.length)") > 10


def test_a_finding_with_a_script_runs_nothing(browser: Page, tmp_path: Path) -> None:
    """A finding that contains a script is shown as text and makes no element."""
    from contracts.report.content import ReportContent

    file = tmp_path / "hostile.html"
    script = "<script>document.title='owned'</script><img src=x onerror=\"document.title='owned'\">"
    file.write_text(
        render_html(ReportContent(domain(), (red(script + HOSTILE),), pacts("client-webinar-tracker-v2"))),
        encoding="utf-8",
    )
    _show(browser, file, "desktop", dark=False)
    assert "owned" not in browser.evaluate("document.title")
    assert browser.evaluate("document.querySelectorAll('script, img').length") == 0
    assert "<script>document.title='owned'</script>" in browser.evaluate("document.body.innerText")


def test_the_keyboard_reaches_the_evidence(browser: Page, files: dict[str, Path]) -> None:
    """The first tab stop skips to the matrix; a cell's link leads to a section that is then in sight."""
    _show(browser, files["red"], "desktop", dark=False)
    browser.call("Input.dispatchKeyEvent", type="keyDown", key="Tab", code="Tab", windowsVirtualKeyCode=9)
    assert browser.evaluate("document.activeElement.className") == "skip"
    assert browser.evaluate("document.activeElement.getBoundingClientRect().left") >= 0
    assert browser.evaluate("getComputedStyle(document.activeElement).outlineStyle") == "solid"
    browser.evaluate("document.querySelector('.matrix td a').focus()")
    for kind in ("keyDown", "keyUp"):
        browser.call(
            "Input.dispatchKeyEvent", type=kind, key="Enter", code="Enter", windowsVirtualKeyCode=13, text="\r"
        )
    assert browser.evaluate("location.hash.startsWith('#pair-') && !!document.querySelector('article:target')")


def test_without_scripts_everything_works(browser: Page, files: dict[str, Path]) -> None:
    """The page reads the same with JavaScript off: it has none."""
    browser.call("Emulation.setScriptExecutionDisabled", value=True)
    try:
        _show(browser, files["red"], "desktop", dark=False)
        browser.evaluate("document.querySelector('.matrix td a').click()")
        assert browser.evaluate("!!document.querySelector('article:target')")
    finally:
        browser.call("Emulation.setScriptExecutionDisabled", value=False)
