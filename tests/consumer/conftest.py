"""A project of the tiny domain, copied so that a test can change it."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest

from contracts.testing.project import Project

TINY = Path(__file__).parents[1] / "domains/tiny"

SETTINGS = """
domain = "parcels"
handler = "desk:make"
"""

DESK = '''
def make():
    """A handler that takes everything."""
    return lambda message: message.event
'''

EXPECTATIONS = """
def test_weighed(expect, handler):
    handler(expect("parcel_weighed", "the weight", reads=["id", "data.parcel_id", "data.contents[].weight_kg"]))


def test_delivered(expect, handler):
    handler(expect("parcel_delivered", "the delivery", reads=["id", "source", "data.parcel_id"]))


def test_lost(expect, handler):
    handler(expect("parcel_lost", "the loss", reads=["id"]))
"""

MakeProject = Callable[[dict[str, str]], Project]


@pytest.fixture
def parcels(tmp_path: Path) -> MakeProject:
    """Make a project with the tiny domain as a package of its own, and with other or further files."""

    def make(files: dict[str, str]) -> Project:
        domain = {f"parcels/{file.name}": file.read_text(encoding="utf-8") for file in TINY.glob("*.*")}
        usual = {
            "contracts.toml": SETTINGS,
            "desk.py": DESK,
            "consumer_tests/test_parcels.py": EXPECTATIONS,
        }
        return Project.write(tmp_path, {**domain, **usual, **files})

    return make


@pytest.fixture
def project(parcels: MakeProject) -> Project:
    """The project as it is."""
    return parcels({})
