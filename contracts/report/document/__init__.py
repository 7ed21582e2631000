"""The living document: registry and catalogue as prose, in English and in Russian."""

from __future__ import annotations

from contracts.report.document.languages import LANGUAGES
from contracts.report.document.render import render_document

__all__ = ["LANGUAGES", "render_document"]
