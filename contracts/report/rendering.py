"""Blocks as text: plain, or drawn where a terminal looks."""

from __future__ import annotations

from collections.abc import Iterable

from contracts.report.blocks import Block
from contracts.report.look import Look
from contracts.report.plain import plain_text


def render(blocks: Iterable[Block], look: Look) -> str:
    """Return blocks as plain text, or drawn where a terminal looks, without the last line end."""
    if not look.terminal:
        return look.fits(plain_text(blocks))
    from contracts.report.drawn import drawn_text

    return look.fits(drawn_text(blocks, look))
