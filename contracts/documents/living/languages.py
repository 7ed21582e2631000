"""The languages that the document is rendered in."""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType

from contracts.documents.living.english import ENGLISH
from contracts.documents.living.phrases import Phrases
from contracts.documents.living.russian import RUSSIAN

LANGUAGES: Mapping[str, Phrases] = MappingProxyType({"en": ENGLISH, "ru": RUSSIAN})
"""Each language's sentences, by its code."""
