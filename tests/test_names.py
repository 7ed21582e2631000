"""One name means one thing in the whole house."""

from __future__ import annotations

import ast
from collections import defaultdict
from collections.abc import Iterable
from pathlib import Path

import pytest

PACKAGE = Path(__file__).parents[1] / "contracts"


def told_twice(files: Iterable[tuple[str, str]]) -> dict[str, list[str]]:
    """Return the public class names that several files define, each with those files."""
    places: dict[str, list[str]] = defaultdict(list)
    for file, source in files:
        for node in ast.parse(source).body:
            if isinstance(node, ast.ClassDef) and not node.name.startswith("_"):
                places[node.name].append(file)
    return {name: where for name, where in places.items() if len(where) > 1}


def test_a_class_name_means_one_thing() -> None:
    """No two files define a public class of one name."""
    files = ((str(file.relative_to(PACKAGE)), file.read_text(encoding="utf-8")) for file in PACKAGE.rglob("*.py"))
    assert told_twice(files) == {}


@pytest.mark.parametrize(
    ("second", "twice"), [("class Row: ...", True), ("class _Row: ...", False), ("class Column: ...", False)]
)
def test_a_planted_namesake_is_found(second: str, twice: bool) -> None:
    """Two public classes of one name are told, with their files; private ones and others aren't."""
    found = told_twice([("a.py", "class Row: ..."), ("b.py", second)])
    assert found == ({"Row": ["a.py", "b.py"]} if twice else {})
