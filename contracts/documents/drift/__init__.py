"""Drift: what a hand-kept document says of emitters and events, held against the registry."""

from __future__ import annotations

from contracts.documents.drift.compare import Difference, compare
from contracts.documents.drift.read import read_statements
from contracts.documents.drift.values import Kind, Said, Statement

__all__ = ["Difference", "Kind", "Said", "Statement", "compare", "read_statements"]
