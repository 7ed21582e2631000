"""Every command prints through one function, so that nothing from outside acts on a terminal or a CI."""

from __future__ import annotations

import ast
from collections.abc import Iterator
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[1]
PACKAGE = ROOT / "contracts"
ALLOWED = {
    "cli/output.py": "it is the way out",
    "cli/__init__.py": "it says one constant word, before anything else is loaded",
    "cli/ending.py": "it says one constant sentence when nothing else is left of the process",
}
STREAMS = ("stdout", "stderr", "__stdout__", "__stderr__")


def printing(source: str) -> Iterator[str]:
    """Yield each call in some code that prints, with its line."""
    for node in ast.walk(ast.parse(source)):
        if isinstance(node, ast.ImportFrom) and node.module == "click":
            yield from (f"{node.lineno}: {one.name}" for one in node.names if "echo" in one.name)
        if not isinstance(node, ast.Call):
            continue
        called = ast.unparse(node.func)
        into = {ast.unparse(word.value) for word in node.keywords if word.arg == "file"}
        if called in ("click.echo", "click.secho", "click.echo_via_pager", "rich.print"):
            yield f"{node.lineno}: {called}"
        elif called == "print" and (not into or any(_is_stream(one) for one in into)):
            yield f"{node.lineno}: print"
        elif called.endswith((".write", ".writelines")) and _is_stream(called.rpartition(".")[0]):
            yield f"{node.lineno}: {called}"


def _is_stream(code: str) -> bool:
    return any(code in (f"sys.{name}", f"sys.{name}.buffer") for name in STREAMS)


def sources() -> list[str]:
    """Return the package's modules."""
    return sorted(str(file.relative_to(PACKAGE)) for file in PACKAGE.rglob("*.py"))


@pytest.mark.parametrize("name", sources())
def test_nothing_else_prints(name: str) -> None:
    """Whatever prints by itself prints names as they are."""
    found = list(printing((PACKAGE / name).read_text(encoding="utf-8")))
    if name in ALLOWED:
        assert found, f"{name} prints no more: take it off the list"
    else:
        assert found == []


@pytest.mark.parametrize(
    ("code", "prints"),
    [
        ("click.echo(name)", True),
        ("from click import echo\necho(name)", True),
        ("print(name)", True),
        ("import sys\nprint(name, file=sys.stderr)", True),
        ("sys.stdout.write(name)", True),
        ("sys.stderr.buffer.write(name)", True),
        ("sys.stdout.flush()", False),
        ("print(name, file=out)", False),
        ("console.print(name)", False),
        ("file.write(name)", False),
        ("say(name)", False),
    ],
)
def test_the_search_finds_what_prints(code: str, prints: bool) -> None:
    """Each way to print, and near misses that don't."""
    assert bool(list(printing(code))) is prints
