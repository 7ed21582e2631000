"""The first day of a new emitter: everything is planned, the broker is empty, and the CI that was written is green."""

from __future__ import annotations

import os
import sys
from collections.abc import Mapping
from pathlib import Path

import pytest

from tests.ci.repository import commit
from tests.release.brokers import served
from tests.release.project import COMPLETED, CRM, ENTERED, registry_toml
from tests.scaffold.repository import ROOT, Done, init, run


def written(repository: Path, statuses: Mapping[str, str]) -> Path:
    """Write a Python emitter's repository for a registry of the project's own, and commit it."""
    (repository / "contracts.toml").write_text('registry = "emitters.toml"\n', encoding="utf-8")
    (repository / "emitters.toml").write_text(registry_toml({CRM: statuses}), encoding="utf-8")
    done = init(repository, "--kind", "python", "--dir", "crm", name=CRM)
    assert done.code == 0, done.err
    folder = repository / "crm"
    settings = folder / "contracts.toml"
    settings.write_text(f'registry = "../emitters.toml"\n{settings.read_text(encoding="utf-8")}', encoding="utf-8")
    commit(repository)
    return folder


def ci(folder: Path, url: str, *options: str) -> Done:
    """Run what the CI runs, as a job of a push to main, with a broker."""
    variables = {"CI": "true", "GITHUB_REF_NAME": "main", "GITHUB_REF_TYPE": "branch", "PACT_BROKER_BASE_URL": url}
    return run(["ci/contracts", *options], folder, **variables)


def typed(folder: Path, url: str, *arguments: str) -> Done:
    """Run a command of the toolkit in a folder."""
    environ = {"PACT_BROKER_BASE_URL": url, "PATH": os.environ["PATH"], "PYTHONPATH": str(ROOT)}
    return run([sys.executable, "-P", "-m", "contracts.cli", *arguments], folder, **environ)


def test_the_ci_that_is_written_is_green_on_the_first_day(repository: Path, tmp_path: Path) -> None:
    """Nothing is posted by right, the version is known afterwards, and its release is asked for with a yes."""
    folder = written(repository, {COMPLETED: "planned", ENTERED: "planned"})
    with served(tmp_path / "broker.sqlite") as (url, _):
        first = ci(folder, url)
        assert first.code == 0, first
        assert "nothing posted: only planned pairs" in first.out
        assert typed(folder, url, "create-environment", "production").code == 0
        second = ci(folder, url, "--environment", "production")
        assert second.code == 0, second
        assert f"warning: no pair of {CRM} is implemented" in second.out


@pytest.mark.parametrize("status", ["implemented"])
def test_an_implemented_pair_without_a_pact_is_no_silent_green(repository: Path, tmp_path: Path, status: str) -> None:
    """Nobody expects it: green as well, and said; the second day's answer warns of it."""
    folder = written(repository, {COMPLETED: status, ENTERED: "planned"})
    with served(tmp_path / "broker.sqlite") as (url, _):
        first = ci(folder, url)
        assert first.code == 0, first
        assert "nothing posted: nobody relies on it" in first.out
