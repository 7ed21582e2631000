"""Each line of the page on security names a test that is there, or says that nothing holds it."""

from __future__ import annotations

import ast
import re
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
PAGE = ROOT / "docs/explanation/security.md"
HELD = re.compile(r"`(?P<file>[\w/]+\.py)::(?P<test>test_\w+)`")


def lines() -> list[tuple[str, str]]:
    """Return the tables' lines: what is said, and what holds it."""
    rows = [
        row.strip("|").split(" | ") for row in PAGE.read_text(encoding="utf-8").splitlines() if row.startswith("| ")
    ]
    return [(what.strip(), held.strip()) for what, held in rows if held.strip() not in ("held by", "---")]


@pytest.mark.parametrize(("what", "held"), lines())
def test_a_line_is_held_by_a_test_or_says_that_it_isnt(what: str, held: str) -> None:
    """A test that was renamed or dropped takes its line with it."""
    if held == "not defended":
        return
    named = HELD.fullmatch(held)
    assert named, f"{what}: {held}"
    tree = ast.parse((ROOT / "tests" / named["file"]).read_text(encoding="utf-8"))
    assert named["test"] in {node.name for node in ast.walk(tree) if isinstance(node, ast.FunctionDef)}


def test_what_isnt_defended_is_said_of_each() -> None:
    """Nobody is named as harmless: each part says what it can do at worst."""
    parts = PAGE.read_text(encoding="utf-8").split("\n## ")[1:]
    assert len(parts) == 7
    assert all("not defended" in part and "`::" not in part for part in parts)
