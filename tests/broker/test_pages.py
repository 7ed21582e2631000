"""The pages for people: what they show, in a real browser, and what can't happen on them."""

from __future__ import annotations

import base64
import re
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from contracts.broker.embedded.app import create_app
from contracts.broker.embedded.inprocess import BASE_URL, WsgiAdapter
from tests.broker.pages import BILLING, SERVICE, TRACKER, addresses, filled, hostile
from tests.broker.running import Broker, interaction, pact, running
from tests.npm.modules import npm_module
from tests.report.chromium import Page, chromium

BROWSER = "text/html,application/xhtml+xml,application/xml;q=0.9,image/avif,*/*;q=0.8"
SIZES = {"phone": (360, 740), "desktop": (1280, 900)}
LOOKS = [(size, dark) for size in SIZES for dark in (False, True)]
_TOO_WIDE = """
[...document.querySelectorAll('body *')].filter(e => !e.closest('.scroll') && !e.closest('.away')
  && !e.matches('.skip') && e.getBoundingClientRect().right > innerWidth + 1).map(e => e.outerHTML.slice(0, 200))
"""


@pytest.fixture(scope="module")
def shown(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Broker]:
    """A broker with something of everything."""
    with running(tmp_path_factory.mktemp("pages") / "broker.sqlite") as started:
        broker = Broker(started.url)
        filled(broker)
        yield broker


@pytest.fixture(scope="module")
def browser() -> Iterator[Page]:
    """One browser for the whole module."""
    with chromium() as page:
        yield page


def _text(broker: Broker, path: str) -> str:
    answered = broker.call("GET", path, Accept=BROWSER)
    assert (answered.status_code, answered.headers["Content-Type"]) == (200, "text/html;charset=utf-8"), answered.text
    # Words alone, as they stand one after the other.
    text = re.sub(r"<style>.*?</style>|<script>.*?</script>", "", answered.text, flags=re.DOTALL)
    text = re.sub(r"</?(?:dt|dd|td|th|tr|li|p|h\d|summary)\b[^>]*>", " ", text)
    return " ".join(re.sub(r"<[^>]+>", "", text).split())


@pytest.mark.parametrize(
    ("accept", "page"),
    [
        (BROWSER, True),
        ("text/html", True),
        ("text/html, application/hal+json;q=0.5", True),
        ("application/hal+json", False),
        ("application/hal+json, text/html;q=0.5", False),
        ("application/hal+json, application/json, text/html", False),
        ("*/*", False),
        ("", False),
    ],
)
@pytest.mark.parametrize("path", ["/", f"/pacticipants/{TRACKER}", f"/pacticipants/{TRACKER}/versions/p1"])
def test_a_browser_gets_a_page_and_a_client_gets_the_index(shown: Broker, path: str, accept: str, page: bool) -> None:
    """HTML where it is asked for first; HAL, anything and nothing get the document."""
    answered = shown.call("GET", path, Accept=accept)
    assert answered.status_code == 200
    assert answered.headers["Content-Type"].startswith("text/html" if page else "application/hal+json")


def test_a_page_that_is_not_there(shown: Broker) -> None:
    """Another address isn't acceptable as HTML; what is unknown is not found."""
    assert shown.call("GET", "/matrix", Accept="text/html").status_code == 406
    assert shown.call("GET", "/pacticipants/nobody", Accept=BROWSER).status_code == 404


def test_the_overview(shown: Broker) -> None:
    """Who states what to whom with each verdict, what is where, and the answer with its reasons and the command."""
    text = _text(shown, "/")
    for words in (
        f"{TRACKER} → {SERVICE} passed",
        f"{TRACKER} → {BILLING} failed",
        f"crm-sync → {SERVICE} unverified",
        "2 interactions, 1 pending",
        "passed client_webinar_completed the client attended",
        "pending client_webinar_entered the client came in",
        "event-schema at $.data.client_id: is no string: 12",
        "Run run-2026-01-31-1",
        "Untested lost-fact (client_webinar_completed), lost-fact (client_webinar_entered)",
        "To be known the working copy differed from its commit",
        "Judged by contract 0123456789ab",
        f"In production Pacticipant Version How Since {SERVICE} 2.3.0 deployed",
        f"May {TRACKER} p2 go to production? unknown",
        f"May {SERVICE} 2.3.0 go to production? yes",
        f"contracts can-i-deploy {TRACKER} --version p2 --to-environment production",
    ):
        assert words in text, words


def test_a_version(shown: Broker) -> None:
    """Where it is, whether it may go to each environment, and each result with its findings."""
    text = _text(shown, f"/pacticipants/{TRACKER}/versions/p1")
    for words in (
        f"May {TRACKER} p1 go to production? yes",
        f"May {TRACKER} p1 go to test? no",
        f"The pact of {SERVICE} 2.3.0 passed by {TRACKER} p1",
        f"The pact of {BILLING} 7 failed by {TRACKER} p1",
        "the result names none",
        "the result doesn't say",
        "Branches main",
        "In production",
    ):
        assert words in text, words


def test_a_pacticipant(shown: Broker) -> None:
    """Its pairs on both sides, and its versions with where they are."""
    text = _text(shown, f"/pacticipants/{SERVICE}")
    for words in (
        f"{TRACKER} → {SERVICE}",
        f"crm-sync → {SERVICE}",
        "2.3.0 main none production",
        "2.4.0 feat/leave none none",
    ):
        assert words in text, words


def test_an_empty_broker(broker: Broker) -> None:
    """It says what isn't there yet."""
    text = _text(broker, "/")
    for words in ("No pact is published yet", "No environment is known yet", "no version to ask about", "None yet"):
        assert words in text


def test_nothing_from_elsewhere_runs(shown: Broker) -> None:
    """The policy names what may run by its digest, lets nothing frame the page, and the page is not kept."""
    headers = shown.call("GET", "/", Accept=BROWSER).headers
    policy = headers["Content-Security-Policy"]
    assert "default-src 'none'" in policy
    assert "frame-ancestors 'none'" in policy
    assert "unsafe" not in policy
    assert (headers["X-Content-Type-Options"], headers["Cache-Control"]) == ("nosniff", "no-store")


def test_a_token_is_a_browsers_password(database: Path) -> None:
    """A browser is asked for it, and may read with it; nothing is changed with it."""
    with running(database, token="s3cret") as started:
        broker = Broker(started.url)
        refused = broker.call("GET", "/", Accept=BROWSER)
        assert refused.status_code == 401
        assert "Basic" in refused.headers["WWW-Authenticate"]
        for password, status in (("s3cret", 200), ("wrong", 401), ("", 401)):
            basic = "Basic " + base64.b64encode(f"me:{password}".encode()).decode()
            assert broker.call("GET", "/", Accept=BROWSER, Authorization=basic).status_code == status
            body = {"name": "x"}
            assert broker.call("POST", "/pacticipants", body, Authorization=basic).status_code == 401


def _show(browser: Page, url: str, size: str = "desktop", *, dark: bool = False) -> None:
    width, height = SIZES[size]
    browser.show(url, width=width, height=height, dark=dark, mobile=size == "phone")


@pytest.mark.parametrize(("size", "dark"), LOOKS)
def test_axe_finds_nothing(browser: Page, shown: Broker, size: str, dark: bool) -> None:
    """axe-core, with every rule it has on, finds nothing on any page; nothing is wider than the window."""
    source = (npm_module("axe-core") / "axe.min.js").read_text(encoding="utf-8")
    for url in addresses(shown):
        _show(browser, url, size, dark=dark)
        browser.evaluate("document.querySelectorAll('details').forEach(detail => detail.open = true)")
        assert browser.evaluate(_TOO_WIDE) == [], url
        assert browser.evaluate("document.documentElement.scrollWidth") <= SIZES[size][0], url
        browser.evaluate(f"{source}; undefined")
        found: list[dict[str, Any]] = browser.evaluate("axe.run().then(result => result.violations)")
        assert [(issue["id"], issue["nodes"][0]["html"]) for issue in found] == [], url
        assert browser.evaluate("axe.run().then(result => result.passes.length)") > 10


def test_a_script_in_every_field_stays_text(browser: Page, broker: Broker) -> None:
    """What comes from outside makes no element and no link that runs, on no page."""
    hostile(broker)
    for url in addresses(broker):
        _show(browser, url)
        browser.evaluate("document.querySelectorAll('details').forEach(detail => detail.open = true)")
        assert "owned" not in browser.evaluate("document.title.replace(/<script>.*/, '')")
        assert browser.evaluate("document.querySelectorAll('img, iframe, object, base, form').length") == 0
        assert browser.evaluate("document.querySelectorAll('script').length") == 1
        assert browser.evaluate("[...document.querySelectorAll('a')].filter(a => !/^http/.test(a.href)).length") == 0
        assert "<script>document.title='owned'</script>" in browser.evaluate("document.body.innerText")
        assert "\u202e" not in browser.evaluate("document.documentElement.outerHTML")


def test_the_keyboard_reaches_the_content(browser: Page, shown: Broker) -> None:
    """The first tab stop skips to the content, and what has the focus is seen to have it."""
    _show(browser, f"{shown.url}/")
    browser.call("Input.dispatchKeyEvent", type="keyDown", key="Tab", code="Tab", windowsVirtualKeyCode=9)
    assert browser.evaluate("document.activeElement.className") == "skip"
    assert browser.evaluate("document.activeElement.getBoundingClientRect().left") >= 0
    assert browser.evaluate("getComputedStyle(document.activeElement).outlineStyle") == "solid"


def test_what_is_published_appears_without_a_reload(browser: Page, broker: Broker) -> None:
    """Where scripts run, the page follows; what was opened stays open."""
    filled(broker)
    _show(browser, f"{broker.url}/")
    browser.evaluate("window.stays = true; document.querySelector('details').open = true")
    opened = browser.evaluate("document.querySelector('details').id")
    broker.publish("newcomer", "1", pact("newcomer", TRACKER, interaction("completed")))
    deadline = time.monotonic() + 40
    while "newcomer" not in browser.evaluate("document.querySelector('main').innerText"):
        assert time.monotonic() < deadline
        time.sleep(0.5)
    assert browser.evaluate("window.stays") is True
    assert browser.evaluate(f"document.getElementById('{opened}').open") is True
    assert "Updated at" in browser.evaluate("document.getElementById('updated').innerText")


def test_paper(browser: Page, shown: Broker, tmp_path: Path) -> None:
    """What is folded on the screen is printed, dark or not on light paper."""
    _show(browser, f"{shown.url}/", dark=True)
    browser.call(
        "Emulation.setEmulatedMedia", media="print", features=[{"name": "prefers-color-scheme", "value": "dark"}]
    )
    assert browser.evaluate("getComputedStyle(document.body).backgroundColor") == "rgb(255, 255, 255)"
    assert browser.evaluate("getComputedStyle(document.querySelector('nav')).display") == "none"
    assert browser.evaluate("document.querySelector('details li').checkVisibility({contentVisibilityAuto: true})")
    browser.pdf(tmp_path / "page.pdf")
    assert (tmp_path / "page.pdf").stat().st_size > 10_000


def test_a_page_is_read_in_process_too(tmp_path: Path) -> None:
    """The pages need no server."""
    import requests

    session = requests.Session()
    session.mount(BASE_URL, WsgiAdapter(create_app(tmp_path / "b.sqlite")))
    assert "<h1>Contracts broker</h1>" in session.get(BASE_URL, headers={"Accept": "text/html"}).text
