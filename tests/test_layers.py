"""The layers of the package hold: nothing imports upward, and each library is met in its own rooms alone."""

from __future__ import annotations

import ast
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest

PACKAGE = Path(__file__).parents[1] / "contracts"


@dataclass(frozen=True)
class Layer:
    """A layer, its rooms (module prefixes) and why it is where it is."""

    number: int
    rooms: tuple[str, ...]
    why: str


LAYERS = (
    Layer(0, ("contracts.errors", "contracts.model"), "values and pure functions are what everything else rests on"),
    Layer(1, ("contracts.webinar",), "the domain is the contract and nothing else, so another can take its place"),
    Layer(
        2,
        ("contracts.capture", "contracts.emitters", "contracts.verification", "contracts.broker"),
        "each of these knows the model and none of its neighbours, so each can be replaced alone",
    ),
    Layer(3, ("contracts.flows", "contracts.report"), "what joins and what shows must not decide"),
    Layer(
        4,
        ("contracts.cli", "contracts.pytest_plugin", "contracts.provider_items", "contracts.testing"),
        "the surface that people touch",
    ),
)

LIBRARIES = {
    ("pact", "pact_ffi"): ("contracts.capture", "contracts.verification"),
    ("requests", "responses", "urllib3"): ("contracts.broker", "contracts.emitters"),
    ("flask", "werkzeug", "waitress", "sqlite3"): ("contracts.broker.embedded",),
    ("click", "rich"): ("contracts.cli", "contracts.report"),
    ("pytest", "_pytest", "xdist"): ("contracts.pytest_plugin", "contracts.provider_items", "contracts.testing"),
}


PURE = ("contracts.model", "contracts.errors", "contracts.webinar")
"""Rooms whose only library is pydantic, beside Python's own."""
PYDANTIC = ("pydantic", "pydantic_core")


def layer_of(module: str) -> Layer | None:
    """Return the layer that a module stands in; None for the package itself."""
    return next((layer for layer in LAYERS if any(is_in(module, room) for room in layer.rooms)), None)


def is_in(module: str, room: str) -> bool:
    """Is the module the room or below it?"""
    return module == room or module.startswith(room + ".")


def imports_of(source: str, module: str, *, is_package: bool) -> Iterator[tuple[str, int]]:
    """Yield every imported name with its line, those inside functions and relative ones too."""
    for node in ast.walk(ast.parse(source)):
        if isinstance(node, ast.Import):
            yield from ((alias.name, node.lineno) for alias in node.names)
        elif isinstance(node, ast.ImportFrom):
            base = node.module or ""
            if node.level:
                parents = module.split(".")[: len(module.split(".")) - node.level + is_package]
                base = ".".join([*parents, *([base] if base else [])])
            # `from contracts import cli` imports a module as much as `import contracts.cli` does.
            yield from ((f"{base}.{alias.name}", node.lineno) for alias in node.names)


def trespasses(source: str, module: str, *, is_package: bool = False) -> list[str]:
    """Return what a module's imports break, each with the reason of the rule."""
    own = layer_of(module)
    found = []
    for name, line in imports_of(source, module, is_package=is_package):
        found += [f"{module}:{line}: {broken}" for broken in _broken(own, module, name)]
    return found


def _broken(own: Layer | None, module: str, name: str) -> Iterator[str]:
    other = layer_of(name)
    if own is not None and other is not None:
        if other.number > own.number:
            yield f"imports {name} of layer {other.number} from layer {own.number}: {own.why}"
        elif own.number == 2 and other.number == 2 and name.split(".")[1] != module.split(".")[1]:
            yield f"imports its neighbour {name}: {own.why}"
        elif own.number == 2 and other.number == 1:
            yield f"imports {name}: the domain is handed in, so that another can take its place"
    library = name.partition(".")[0]
    if any(is_in(module, room) for room in PURE) and library not in (*sys.stdlib_module_names, *PYDANTIC, "contracts"):
        yield f"imports {library}, and the rooms below layer 2 know no library but pydantic"
    for libraries, rooms in LIBRARIES.items():
        if library in libraries and not any(is_in(module, room) for room in rooms):
            yield f"imports {library}, which is met in {', '.join(rooms)} alone"


def modules() -> Iterator[tuple[str, Path]]:
    """Yield every module of the package with its file."""
    for file in sorted(PACKAGE.rglob("*.py")):
        parts = file.relative_to(PACKAGE.parent).with_suffix("").parts
        yield ".".join(parts[:-1] if parts[-1] == "__init__" else parts), file


def test_every_module_stands_in_a_layer() -> None:
    """A new room is put into a layer before anything can be built in it."""
    assert [module for module, _ in modules() if module != "contracts" and layer_of(module) is None] == []


@pytest.mark.parametrize(("module", "file"), list(modules()), ids=[name for name, _ in modules()])
def test_a_module_stays_in_its_layer(module: str, file: Path) -> None:
    """No import goes upward, to a neighbour, or to a library of another room."""
    source = file.read_text(encoding="utf-8")
    assert trespasses(source, module, is_package=file.name == "__init__.py") == []


@pytest.mark.parametrize(
    ("module", "source"),
    [
        ("contracts.model.verdict", "from contracts.cli import app"),
        ("contracts.model.verdict", "def f():\n    import contracts.flows.check"),
        ("contracts.model.verdict", "class A:\n    def f(self):\n        from contracts import webinar"),
        ("contracts.verification.engine", "from contracts.broker.client import Client"),
        ("contracts.verification.engine", "from ..emitters import captures"),
        ("contracts.verification.engine", "if True:\n    from contracts.webinar import CATALOGUE"),
        ("contracts.flows.check", "import contracts.cli.check"),
        ("contracts.flows.check", "import requests.adapters"),
        ("contracts.model.events", "def f():\n    import pact_ffi"),
        ("contracts.model.events", "import jinja2"),
        ("contracts.webinar.events", "def f():\n    from tomlkit import parse"),
        ("contracts.broker.client", "import sqlite3"),
        ("contracts.flows.check", "from rich.table import Table"),
    ],
)
def test_a_planted_trespass_is_found(module: str, source: str) -> None:
    """Upward, sideways or to a foreign library, at the top or inside a function."""
    assert trespasses(source, module)


@pytest.mark.parametrize(
    ("module", "source"),
    [
        ("contracts.cli.check", "from contracts.model.verdict import Verdict\nimport click"),
        ("contracts.verification.engine", "from contracts.verification.checks import place\nimport pact_ffi"),
        ("contracts.verification.engine", "from .checks import place"),
        ("contracts.broker.embedded.store", "import sqlite3"),
        ("contracts.flows.check", "from contracts.report.console import render_verification"),
    ],
)
def test_a_permitted_import_is_not(module: str, source: str) -> None:
    """Downward, within a room, and a library at home."""
    assert trespasses(source, module) == []
