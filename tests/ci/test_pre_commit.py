"""The hooks for pre-commit: each is a command that runs as it stands there, and real pre-commit runs them."""

from __future__ import annotations

import os
import re
import shutil
import subprocess
import sys
from pathlib import Path

import pytest
import yaml

from contracts.cli.app import run
from tests.ci.repository import ROOT, commit

HOOKS_FILE = ROOT / ".pre-commit-hooks.yaml"
HOOKS = {hook["id"]: hook for hook in yaml.safe_load(HOOKS_FILE.read_text(encoding="utf-8"))}
PRE_COMMIT = os.environ.get("CONTRACTS_TEST_PRE_COMMIT")
BROKEN = {
    "contracts-lint": (
        "hooked_parcels/events.py",
        "    parcel_id: UUID\n",
        "    parcel_id: UUID\n    screen: str = ''\n",
    ),
    "contracts-capture": ("consumer_tests/test_parcels.py", "'data.parcel_id'", "'data.weight_kg'"),
    "contracts-docs": ("docs/emitters.en.md", "# Emitters", "# Emitter"),
    "contracts-drift": ("docs/by-hand.md", "implemented", "planned"),
}
"""For each hook a file, and what is changed in it so that the hook fails."""


@pytest.fixture
def project(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A repository of a contract with its consumer tests and documents, all of which hold."""
    root = tmp_path / "project"
    shutil.copytree(ROOT / "tests/domains/tiny", root / "hooked_parcels", ignore=shutil.ignore_patterns("__pycache__"))
    (root / "consumer_tests").mkdir()
    (root / "docs").mkdir()
    for name, text in (
        ("contracts.toml", 'domain = "hooked_parcels"\ndrift = ["docs/by-hand.md"]\n'),
        ("docs/by-hand.md", "- `scales` → `parcel_weighed`: implemented\n"),
        (
            "consumer_tests/test_parcels.py",
            "def test_it(expect):\n    expect('parcel_weighed', 'it is read', reads=['id', 'data.parcel_id'])\n",
        ),
    ):
        (root / name).write_text(text, encoding="utf-8")
    (root / ".gitignore").write_text("__pycache__\n.pytest_cache\n", encoding="utf-8")
    monkeypatch.chdir(root)
    monkeypatch.setenv("PYTHONPATH", str(ROOT))
    monkeypatch.setenv("PYTHONDONTWRITEBYTECODE", "1")
    for name in [name for name in sys.modules if name.startswith("hooked_parcels")]:
        monkeypatch.delitem(sys.modules, name)
    assert run(["capture"]) == 0
    assert run(["docs", "--out", "docs/emitters.en.md"]) == 0
    return root


def spoil(root: Path, hook: str) -> None:
    """Change what a hook looks at."""
    file, old, new = BROKEN[hook]
    text = (root / file).read_text(encoding="utf-8")
    assert old in text
    (root / file).write_text(text.replace(old, new), encoding="utf-8")


def entry(hook: str) -> list[str]:
    """Return what follows `contracts` in a hook's entry."""
    program, *arguments = str(HOOKS[hook]["entry"]).split()
    assert program == "contracts"
    return arguments


def test_each_hook_names_its_command() -> None:
    """It runs in the environment of whoever commits, once for all files, and is started by the files that it reads."""
    assert list(HOOKS) == list(BROKEN)
    for name, hook in HOOKS.items():
        assert (hook["language"], hook["pass_filenames"]) == ("system", False)
        assert hook["name"] == hook["entry"] == f"contracts {' '.join(entry(name))}"
        assert re.search(hook["files"], BROKEN[name][0])


@pytest.mark.parametrize("hook", ["contracts-lint", "contracts-docs", "contracts-drift"])
def test_a_hook_holds_and_fails(project: Path, hook: str) -> None:
    """Where nothing is wrong it is silent to pre-commit, and the change that it is there for fails it."""
    assert run(entry(hook)) == 0
    spoil(project, hook)
    for name in [name for name in sys.modules if name.startswith("hooked_parcels")]:
        del sys.modules[name]
    assert run(entry(hook)) == 1


def test_the_capture_hook_fails_where_a_pact_is_stale(project: Path) -> None:
    """A changed expectation, and a drift that no document is named for, are said by their exit codes."""
    spoil(project, "contracts-capture")
    assert run(entry("contracts-capture")) == 1
    (project / "contracts.toml").write_text('domain = "hooked_parcels"\n', encoding="utf-8")
    assert run(entry("contracts-drift")) == 2


@pytest.mark.skipif(PRE_COMMIT is None, reason="CONTRACTS_TEST_PRE_COMMIT names no pre-commit")
def test_real_pre_commit_runs_them(project: Path, tmp_path: Path) -> None:
    """All four hold; then each fails alone, on the change that it is there for."""
    hooks = tmp_path / "hooks"
    hooks.mkdir()
    shutil.copy(HOOKS_FILE, hooks)
    revision = commit(hooks)
    config = {"repos": [{"repo": str(hooks), "rev": revision, "hooks": [{"id": name} for name in HOOKS]}]}
    (project / ".pre-commit-config.yaml").write_text(yaml.safe_dump(config), encoding="utf-8")
    commit(project)
    assert results(project, tmp_path) == dict.fromkeys(HOOKS, "Passed")
    for hook in HOOKS:
        spoil(project, hook)
        subprocess.run(["git", "add", "-A"], cwd=project, check=True)
        assert {name for name, result in results(project, tmp_path).items() if result == "Failed"} >= {hook}
        subprocess.run(["git", "reset", "-q", "--hard"], cwd=project, check=True)


def results(project: Path, home: Path) -> dict[str, str]:
    """Run pre-commit on all files and return what it says of each hook."""
    path = os.pathsep.join([str(Path(sys.executable).parent), os.environ["PATH"]])
    done = subprocess.run(
        [str(PRE_COMMIT), "run", "--all-files", "--color=never"],
        cwd=project, capture_output=True, text=True, timeout=120, check=False,
        env={**os.environ, "PATH": path, "PRE_COMMIT_HOME": str(home / "cache")},
    )  # fmt: skip
    found = {hook["name"]: name for name, hook in HOOKS.items()}
    lines = (re.match(r"(contracts [a-z -]+?)\.+(Passed|Failed|Skipped)$", line) for line in done.stdout.splitlines())
    return {found[line[1]]: line[2] for line in lines if line}
