"""An emitter in Python whose outbox remembers: verified twice, from the command line and by pytest, it passes twice."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from contracts.testing.project import Project, Run

ROOT = Path(__file__).parents[2]
WAY = 'python="provider_tests.tracker:emit", settle="0.05"'
PASSED, SILENT = "client_webinar_completed PASSED", "client_webinar_completed FAILED"


@pytest.fixture
def project(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Project:
    """A repository with the stand-in, whose outbox lasts, and two contracts of it: any facts, and named ones."""
    monkeypatch.setenv("TRACKER_OUTBOX", str(tmp_path / "outbox.sqlite"))
    monkeypatch.setenv("PYTHONPATH", str(ROOT))
    suite = f"""
        from contracts.testing import verify_emitter
        test_new = verify_emitter("client-webinar-tracker-v2", {WAY})
        test_named = verify_emitter("client-webinar-tracker-v2", {WAY}, seed="run-7")
    """
    files = {"test_emitter.py": suite, "pyproject.toml": "[tool.contracts]\n[tool.pytest.ini_options]\n"}
    return Project.write(tmp_path, files)


def outcome(run: Run, contract: str) -> str:
    """Return what pytest says of the implemented pair of a contract."""
    (found,) = re.findall(rf":{contract}::(client_webinar_completed [A-Z]+)", run.stdout)
    return str(found)


def test_by_pytest_new_facts_pass_twice_and_named_ones_once(project: Project) -> None:
    """A seed asks for the same facts, about which the outbox is silent; the failure names it."""
    first, second = project.pytest("-v"), project.pytest("-v")
    assert [outcome(run, "test_new") for run in (first, second)] == [PASSED, PASSED], second.output
    assert [outcome(run, "test_named") for run in (first, second)] == [PASSED, SILENT], second.output
    assert "not-emitted: client_webinar_completed is implemented" in second.stdout
    assert 'facts: seed="run-7" asks for the same ones again' in second.stdout


def test_from_the_command_line_new_facts_pass_twice(project: Project) -> None:
    """As `docs/examples/emitter.sh` does, in this process instead of one a fact."""
    words = ("verify", "client-webinar-tracker-v2", "--python", "provider_tests.tracker:emit", "--settle", "0.05")
    assert [project.contracts(*words).status for _ in range(2)] == [0, 0]
