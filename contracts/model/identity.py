"""Under what something is published, and where each part of that was found."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Found:
    """A value and where it was found, as in "GITHUB_SHA" or "git"."""

    value: str
    source: str


@dataclass(frozen=True, slots=True)
class Identity:
    """Under what the pacts are published, and where each value was found."""

    version: Found
    branch: Found
    build_url: Found | None
