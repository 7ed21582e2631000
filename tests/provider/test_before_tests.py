"""What tests leave behind decides nothing of the verification that follows them."""

from __future__ import annotations

import sys
from pathlib import Path

import pytest

from contracts.errors import MisuseError
from contracts.provider.before_tests import grounds, refuse_changed
from tests.release.project import make_project

LEFT = {
    "the settings": ("contracts.toml", 'generated = ["build/*"]\n'),
    "the registry": ("emitters.toml", "# another\n"),
    "settings where there were none": ("sub/contracts.toml", 'registry = "../emitters.toml"\n'),
    "a domain": ("evil/__init__.py", ""),
    "a module that stands for another": ("requests.py", "raise SystemExit(0)"),
    "a compiled one": ("requests.pyc", ""),
    "a module that was there": ("helper.py", "changed = True"),
}


@pytest.fixture
def project(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A project with a module and a folder beside its settings; the command runs in the folder."""
    # What is imported from it may be imported from nowhere else: later tests don't look there.
    monkeypatch.setattr(sys, "path", [*sys.path])
    root = make_project(tmp_path / "project")
    (root / "helper.py").write_text("", encoding="utf-8")
    (root / "sub").mkdir()
    return root


@pytest.mark.parametrize(("name", "text"), LEFT.values(), ids=LEFT)
def test_what_says_what_is_verified_may_not_be_changed(project: Path, name: str, text: str) -> None:
    """Changed or added, whatever it would be read as, it is named."""
    before = grounds(project / "sub")
    (project / name).parent.mkdir(exist_ok=True)
    with (project / name).open("a", encoding="utf-8") as file:
        file.write(text)
    with pytest.raises(MisuseError, match="read before they run") as caught:
        refuse_changed(before, project / "sub")
    assert name.rpartition("/")[2] in str(caught.value)


def test_nor_be_removed(project: Path) -> None:
    """As little as a second time."""
    before = grounds(project)
    (project / "helper.py").unlink()
    with pytest.raises(MisuseError, match=r"helper\.py"):
        refuse_changed(before, project)


def test_what_is_left_anywhere_else_changes_nothing(project: Path) -> None:
    """The near miss: reports, caches, captures, a folder of results with a module of its own."""
    before = grounds(project)
    for name in ("report.xml", "build/lib/__init__.py", ".cache/a.py", "reports/a.txt", "captures.ndjson"):
        (project / name).parent.mkdir(parents=True, exist_ok=True)
        (project / name).write_text("x", encoding="utf-8")
    refuse_changed(before, project)
