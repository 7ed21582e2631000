"""The layers of the package hold: nothing imports upward, and each library is met in its own rooms alone."""

from __future__ import annotations

import ast
import re
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest

PACKAGE = Path(__file__).parents[1] / "contracts"


@dataclass(frozen=True)
class Layer:
    """A layer, its rooms (module prefixes), why it is where it is, and which neighbours may be met all the same."""

    number: int
    rooms: tuple[str, ...]
    why: str
    meetings: tuple[tuple[str, str], ...] = ()


LAYERS = (
    Layer(
        0,
        ("contracts.errors", "contracts.model"),
        "values and pure functions are what everything else rests on",
        meetings=(("contracts.model", "contracts.errors"),),
    ),
    Layer(
        1,
        ("contracts.webinar", "contracts.pact_core", "contracts.html", "contracts.files"),
        "the domain is the contract and nothing else; Pact's core, pages' templates and the writing of files know none",
    ),
    Layer(
        2,
        (
            "contracts.expectations",
            "contracts.emitters",
            "contracts.verification",
            "contracts.broker",
            "contracts.stores",
        ),
        "each of these knows the model and none of its neighbours, so each can be replaced alone",
    ),
    Layer(3, ("contracts.project",), "what a working copy says is asked by all that is above, and asks nobody there"),
    Layer(
        4,
        ("contracts.report", "contracts.documents", "contracts.registry_diff", "contracts.scaffold", "contracts.audit"),
        "what shows or writes for people must not decide, and each page can be changed alone",
        # What `init contract` begins with holds the emitters document, which only the documents' room can render.
        meetings=(("contracts.scaffold", "contracts.documents"),),
    ),
    Layer(
        5,
        ("contracts.consumer", "contracts.provider"),
        "each side of the contract runs in a repository of its own, without the other",
    ),
    Layer(6, ("contracts.release",), "the gate stands on what both sides have come to"),
    Layer(
        7,
        ("contracts.cli", "contracts.pytest_plugin", "contracts.testing"),
        "the surface that people touch; what two ways in share lies below both",
    ),
)

LIBRARIES = {
    ("pact", "pact_ffi"): ("contracts.pact_core",),
    ("msgspec",): ("contracts.verification", "contracts.audit", "contracts.emitters.parts.quick_capture"),
    ("duckdb", "numpy"): ("contracts.audit",),
    ("pyspark", "pyarrow", "pandas"): ("contracts.audit",),
    ("fsspec",): ("contracts.stores",),
    ("requests", "responses", "urllib3"): ("contracts.broker", "contracts.emitters"),
    ("h11",): ("contracts.emitters",),
    ("flask", "werkzeug", "waitress", "sqlite3"): ("contracts.broker.embedded",),
    ("click",): ("contracts.cli",),
    ("rich",): ("contracts.cli", "contracts.report"),
    ("pytest", "_pytest", "xdist"): (
        "contracts.pytest_plugin",
        "contracts.consumer",
        "contracts.provider",
        "contracts.testing",
    ),
}


SHARED = (
    "app",
    "ending",
    "record_commands",
    "command_group",
    "completions",
    "init_repository",
    "options",
    "output",
    "signals",
    "streams",
    "__main__",
    "main",
)
"""What stands in `contracts.cli` and is no command."""

PURE = ("contracts.model", "contracts.errors", "contracts.webinar")
"""Rooms whose only library is pydantic, beside Python's own."""
PYDANTIC = ("pydantic", "pydantic_core")


def layer_of(module: str) -> Layer | None:
    """Return the layer that a module stands in; None for the package itself."""
    return next((layer for layer in LAYERS if any(is_in(module, room) for room in layer.rooms)), None)


def is_in(module: str, room: str) -> bool:
    """Is the module the room or below it?"""
    return module == room or module.startswith(room + ".")


def room_of(layer: Layer, module: str) -> str:
    """Return the layer's room that a module stands in."""
    return next(room for room in layer.rooms if is_in(module, room))


def command_of(module: str) -> str | None:
    """Return the command that a module of the command line holds; None where it holds what commands share."""
    parts = module.split(".")
    if parts[:2] != ["contracts", "cli"] or len(parts) < 3 or parts[2].endswith("_options") or parts[2] in SHARED:
        return None
    return parts[2]


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
        yield from _room_broken(own, other, module, name)
    if module != "contracts.cli.app" and command_of(name) not in (None, command_of(module)):
        yield f"imports the command {name}: what two commands share stands below them"
    library = name.partition(".")[0]
    if any(is_in(module, room) for room in PURE) and library not in (*sys.stdlib_module_names, *PYDANTIC, "contracts"):
        yield f"imports {library}, and the rooms below layer 2 know no library but pydantic"
    for libraries, rooms in LIBRARIES.items():
        if library in libraries and not any(is_in(module, room) for room in rooms):
            yield f"imports {library}, which is met in {', '.join(rooms)} alone"


def _room_broken(own: Layer, other: Layer, module: str, name: str) -> Iterator[str]:
    here, there = room_of(own, module), room_of(other, name)
    if here == there or (here, there) in own.meetings:
        return
    if other.number > own.number:
        yield f"imports {name} of layer {other.number} from layer {own.number}: {own.why}"
    elif other is own:
        yield f"imports its neighbour {name}: {own.why}"
    elif here == "contracts.report" and other.number > 0 and there not in ("contracts.html", "contracts.files"):
        yield f"imports {name}: what is rendered is a value of contracts.model, whoever made it"
    elif there == "contracts.report" and own.number < 7:
        yield f"imports {name}: what makes a value doesn't render it"
    elif own.number == 2 and there == "contracts.webinar":
        yield f"imports {name}: the domain is handed in, so that another can take its place"


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
        ("contracts.model.verdict", "def f():\n    import contracts.release.check"),
        ("contracts.model.verdict", "class A:\n    def f(self):\n        from contracts import webinar"),
        ("contracts.errors", "from contracts.model.rules import RULES"),
        ("contracts.verification.engine", "from contracts.broker.client import Client"),
        ("contracts.verification.engine", "from ..emitters import captures"),
        ("contracts.verification.engine", "if True:\n    from contracts.webinar import CATALOGUE"),
        ("contracts.verification.engine", "from contracts.project.settings import Settings"),
        ("contracts.project.doctor", "from contracts.report.console import render_verification"),
        ("contracts.documents.committed", "from contracts.report.markdown import render"),
        ("contracts.report.html", "from contracts.provider.verify import Mode"),
        ("contracts.report.html", "from contracts.project.settings import Settings"),
        ("contracts.report.progress", "from contracts.verification.engine import verify"),
        ("contracts.provider.verify", "from contracts.consumer.run import ConsumerRun"),
        ("contracts.consumer.run", "def f():\n    from contracts.provider import items"),
        ("contracts.provider.verify", "from contracts.release.posting import Posting"),
        ("contracts.release.check", "import contracts.cli.check"),
        ("contracts.release.check", "from contracts.report.releases import decision_lines"),
        ("contracts.cli.verify", "from contracts.testing import verify_emitter"),
        ("contracts.pytest_plugin", "def f():\n    from contracts.cli import main"),
        ("contracts.release.check", "import requests.adapters"),
        ("contracts.model.events", "def f():\n    import pact_ffi"),
        ("contracts.verification.engine", "from pact_ffi import lib"),
        ("contracts.expectations.pacts", "def f():\n    from pact import Pact"),
        ("contracts.pact_core.judging", "from contracts.verification.log import FindingLog"),
        ("contracts.pact_core.judging", "from contracts.webinar import CATALOGUE"),
        ("contracts.html", "from contracts.report.text import remark"),
        ("contracts.html", "from contracts.pact_core.silence import silent"),
        ("contracts.model.events", "import jinja2"),
        ("contracts.webinar.events", "def f():\n    from tomlkit import parse"),
        ("contracts.broker.client", "import sqlite3"),
        ("contracts.release.check", "from rich.table import Table"),
        ("contracts.report.console", "import click"),
        ("contracts.cli.demote", "from contracts.cli.promote import lines_of"),
    ],
)
def test_a_planted_trespass_is_found(module: str, source: str) -> None:
    """Upward, sideways or to a foreign library, at the top or inside a function."""
    assert trespasses(source, module)


@pytest.mark.parametrize(
    ("module", "source"),
    [
        ("contracts.cli.check", "from contracts.model.verdict import Verdict\nimport click"),
        ("contracts.verification.engine", "from contracts.verification.checks import place"),
        ("contracts.verification.engine", "from contracts.pact_core.judging import judge_for"),
        ("contracts.pact_core.judging", "from contracts.model.pact import PactDocument\nimport pact_ffi"),
        ("contracts.verification.engine", "from .checks import place"),
        ("contracts.model.registry", "from contracts.errors import MisuseError"),
        ("contracts.broker.embedded.store", "import sqlite3"),
        ("contracts.report.html", "from contracts.html import html_templates"),
        ("contracts.release.check", "from contracts.provider.verify import Mode"),
        ("contracts.provider.items", "from contracts.project.settings import Settings\nimport pytest"),
    ],
)
def test_a_permitted_import_is_not(module: str, source: str) -> None:
    """Downward, within a room, and a library at home."""
    assert trespasses(source, module) == []


def test_the_readme_names_every_room() -> None:
    """A newcomer finds each folder of the package in the README's table, and no folder that isn't there."""
    text = (PACKAGE.parent / "README.md").read_text(encoding="utf-8").partition("## How it is built")[2]
    table = "\n".join(line for line in text.splitlines() if line.startswith("|"))
    named = set(re.findall(r"`([a-z_]+)/(?:[a-z_]+/)?`", table)) - {PACKAGE.name}
    there = {file.parent.name for file in PACKAGE.glob("*/*.*")} - {"__pycache__"}
    assert named == there
