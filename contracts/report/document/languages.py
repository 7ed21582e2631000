"""The languages that the document is rendered in."""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType

from contracts.report.document.english import ENGLISH
from contracts.report.document.phrases import Phrases
from contracts.report.document.russian import RUSSIAN

LANGUAGES: Mapping[str, Phrases] = MappingProxyType({"en": ENGLISH, "ru": RUSSIAN})
"""Each language's sentences, by its code."""
