"""What the package imports is what it says that it needs."""

from __future__ import annotations

import ast
import re
import sys
import tomllib
from collections.abc import Iterator, Mapping
from functools import cache
from importlib.metadata import packages_distributions
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[1]
DECLARED = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]


def normal(name: str) -> str:
    """Return a distribution's name as indexes compare them (PEP 503)."""
    return re.sub(r"[-_.]+", "-", name).lower()


def needed(extras: bool) -> set[str]:
    """Return the distributions that are declared, those of the extras for users as well."""
    lists = [DECLARED["dependencies"]]
    if extras:
        declared = DECLARED["optional-dependencies"].items()
        lists += [names for extra, names in declared if extra not in ("test", "plugins")]
    return {normal(re.split(r"[\s<>=!~\[;]", entry, maxsplit=1)[0]) for names in lists for entry in names}


def imported(source: str) -> Iterator[str]:
    """Yield the first part of each absolute import, those inside functions too."""
    for node in ast.walk(ast.parse(source)):
        if isinstance(node, ast.Import):
            yield from (alias.name.partition(".")[0] for alias in node.names)
        elif isinstance(node, ast.ImportFrom) and not node.level and node.module:
            yield node.module.partition(".")[0]


@cache
def distributions() -> Mapping[str, list[str]]:
    """Return which distributions bring each installed package."""
    return packages_distributions()


def undeclared(source: str, declared: set[str]) -> set[str]:
    """Return the imported packages that no declared distribution brings."""
    brings = distributions()
    foreign = set(imported(source)) - set(sys.stdlib_module_names) - {"contracts", "__future__", "_typeshed"}
    # What isn't installed, as Spark mostly, is brought by the distribution of its name.
    return {name for name in foreign if not {normal(each) for each in brings.get(name, [name])} & declared}


@pytest.mark.parametrize("file", sorted((ROOT / "contracts").rglob("*.py")), ids=lambda file: str(file.name))
def test_every_import_is_declared(file: Path) -> None:
    """What another dependency happens to bring today may be gone tomorrow."""
    assert undeclared(file.read_text(encoding="utf-8"), needed(extras=True)) == set()


@pytest.mark.parametrize(
    ("source", "found"),
    [("import jsonschema", {"jsonschema"}), ("def f():\n    from yaml import load", {"yaml"}), ("import click", set())],
)
def test_a_planted_import_is_found(source: str, found: set[str]) -> None:
    """Also one inside a function; one that is declared isn't told."""
    assert undeclared(source, needed(extras=True)) == found
