"""The report: one page that needs no network, no script and nothing beside it."""

from __future__ import annotations

import json
from functools import cache
from pathlib import Path
from typing import Any

from jinja2 import Environment

from contracts.html import html_templates
from contracts.model.printable import as_json
from contracts.model.rules import RULES
from contracts.report.content import ReportContent
from contracts.report.page import build_page, facts
from contracts.report.text import outcome, pact_line, remark

_TEMPLATES = Path(__file__).with_name("templates")


def render_html(content: ReportContent) -> str:
    """Return the report as one HTML document, to be written as UTF-8.

    It holds the matrix, whose cells lead to their evidence, and works without scripts. Everything from outside
    is escaped, also characters that would turn the reading direction.
    """
    return _environment().get_template("report.html.j2").render(page=build_page(content), rules=RULES)


@cache
def _environment() -> Environment:
    environment = html_templates(_TEMPLATES)
    environment.filters |= {"laid_out": _laid_out, "as_json": as_json}
    environment.globals |= {"remark": remark, "pact_line": pact_line, "outcome": outcome, "facts": facts}
    return environment


def _laid_out(value: Any) -> str:
    return json.dumps(value, ensure_ascii=False, indent=2, default=str)
