"""The living document: registry and catalogue as prose, in English and in Russian."""

from __future__ import annotations

from contracts.documents.living.languages import LANGUAGES
from contracts.documents.living.render import render_document

__all__ = ["LANGUAGES", "render_document"]
