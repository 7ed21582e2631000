"""The pages as HTML: one document each, that needs no script, no network and nothing beside it."""

from __future__ import annotations

import base64
import hashlib
import re
from functools import cache
from pathlib import Path
from urllib.parse import quote

from flask import Response
from jinja2 import Environment
from markupsafe import Markup

from contracts.broker.embedded.hal import Addresses
from contracts.broker.embedded.pages.values import OverviewPage, PacticipantPage, VersionPage
from contracts.html import html_templates

_TEMPLATES = Path(__file__).with_name("templates")
_KINDS = {OverviewPage: "overview", PacticipantPage: "pacticipant", VersionPage: "version"}


def page_response(page: OverviewPage | PacticipantPage | VersionPage, at: Addresses) -> Response:
    """Render a page. Everything from outside is escaped, and nothing in it could run if it weren't.

    Args:
        page: what is shown.
        at: the broker's addresses, which the links lead to.
    """
    state = hashlib.sha256(repr(page).encode("utf-8", "backslashreplace")).hexdigest()[:16]
    text = _environment().get_template(f"{_KINDS[type(page)]}.html.j2").render(page=page, at=at, state=state)
    # Only what is written in this project runs or styles: both are named by their digest (CSP, level 2).
    policy = (
        f"default-src 'none'; style-src '{_digest('style.css')}'; script-src '{_digest('refresh.js')}';"
        " connect-src 'self'; img-src data:; base-uri 'none'; form-action 'none'; frame-ancestors 'none'"
    )
    headers = {
        "Content-Security-Policy": policy,
        "X-Content-Type-Options": "nosniff",
        "Referrer-Policy": "no-referrer",
        "Cache-Control": "no-store",
    }
    return Response(text, 200, headers, content_type="text/html;charset=utf-8")


@cache
def _environment() -> Environment:
    environment = html_templates(_TEMPLATES)
    environment.filters |= {"day": _day, "segment": _segment}
    environment.globals |= {"source": _source, "is_web": _is_web}
    return environment


@cache
def _source(name: str) -> Markup:
    return Markup((_TEMPLATES / name).read_text(encoding="utf-8"))  # noqa: S704 - a file of this project


@cache
def _digest(name: str) -> str:
    digest = hashlib.sha256(("\n" + _source(name)).encode()).digest()
    return f"sha256-{base64.b64encode(digest).decode()}"


def _day(at: str) -> Markup:
    """Return a stored time as it is shown, to the minute, and whole for programs."""
    return Markup('<time datetime="{}">{} {} UTC</time>').format(at, at[:10], at[11:16])


def _segment(name: str) -> str:
    return quote(name, safe="")


def _is_web(url: str | None) -> bool:
    """Return whether a URL may become a link: one that a browser fetches, and doesn't run."""
    return url is not None and re.match(r"https?://[^\s/]", url) is not None
