"""`contracts registry diff` on real git repositories."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from contracts.registry_diff import CHANGES

ROOT = Path(__file__).parents[2]
BASE = Path(__file__).parent / "base"
AMOUNT = "    amount: Annotated[int, Field(ge=0, le=1000)]\n"


def _git(folder: Path, *arguments: str) -> str:
    names = {
        f"GIT_{who}_{what}": f"{what}@example.org" for who in ("AUTHOR", "COMMITTER") for what in ("NAME", "EMAIL")
    }
    done = subprocess.run(
        ["git", "-C", str(folder), *arguments],
        env={**os.environ, **names}, capture_output=True, text=True, timeout=60, check=True,
    )  # fmt: skip
    return done.stdout.strip()


def _run(folder: Path, *arguments: str, **environ: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, "-m", "contracts.cli", "registry", "diff", *arguments],
        cwd=folder, capture_output=True, text=True, timeout=120, check=False,
        env={"PYTHONPATH": str(ROOT), "PATH": os.environ["PATH"], "PYTHONUTF8": "1", "HOME": str(folder), **environ},
    )  # fmt: skip


@pytest.fixture
def repository(tmp_path: Path) -> Path:
    """A repository whose project lies in a folder below its root, with one commit, tagged v1."""
    project = tmp_path / "repository" / "contract"
    shutil.copytree(BASE, project, ignore=shutil.ignore_patterns("__pycache__"))
    _git(project.parent, "init", "-q", "-b", "main")
    _git(project.parent, "add", ".")
    _git(project.parent, "commit", "-q", "-m", "first")
    _git(project.parent, "tag", "v1")
    return project


def _edit(file: Path, old: str, new: str) -> None:
    text = file.read_text(encoding="utf-8")
    assert old in text
    file.write_text(text.replace(old, new), encoding="utf-8")


def test_unchanged_tree_holds(repository: Path) -> None:
    """Without a change the exit is 0 and the count says so."""
    answer = _run(repository, "v1")
    assert (answer.returncode, answer.stderr) == (0, "")
    assert "v1 → the working tree: 0 changes, 0 breaking" in answer.stdout


def test_breaking_change_of_the_catalogue(repository: Path) -> None:
    """A removed field exits 1, names whom it breaks and what to do, at the event's line."""
    catalogue = repository / "orders" / "__init__.py"
    _edit(catalogue, AMOUNT, "")
    answer = _run(repository, "v1")
    assert answer.returncode == 1
    line = next(n for n, text in enumerate(catalogue.read_text().splitlines(), 1) if "class OrderPlaced" in text)
    assert (
        f"orders/__init__.py:{line}: field-removed: `order_placed` data.amount: is gone; breaks billing, shop, import"
    ) in answer.stdout
    assert f"next: {CHANGES['field-removed'].next_step}" in answer.stdout


def test_change_of_the_registry_as_json(repository: Path) -> None:
    """JSON output holds each change with its place, and nothing else is on stdout."""
    registry = repository / "orders" / "emitters.toml"
    _edit(registry, '[emitters.shop.events.order_placed]\nstatus = "implemented"',
          '[emitters.shop.events.order_placed]\nstatus = "planned"')  # fmt: skip
    answer = _run(repository, "main", "--output", "json")
    document = json.loads(answer.stdout)
    (change,) = document["changes"]
    assert answer.returncode == 1
    assert document["success"] is False
    assert (change["rule"], change["emitter"], change["event"]) == ("status-taken-back", "shop", "order_placed")
    line = registry.read_text().splitlines().index('status = "planned"') + 1
    assert change["where"] == {"file": "orders/emitters.toml", "line": line}


def test_two_revisions(repository: Path) -> None:
    """--to compares two revisions; the working tree doesn't count, and no state sees the other's code."""
    _edit(repository / "orders" / "__init__.py", "le=1000", "le=10")
    _git(repository, "commit", "-qam", "narrow")
    _edit(repository / "orders" / "__init__.py", AMOUNT.replace("1000", "10"), "")
    narrowed = _run(repository, "v1", "--to", "HEAD")
    assert narrowed.returncode == 1
    assert "values-narrowed" in narrowed.stdout
    assert "field-removed" not in narrowed.stdout
    widened = _run(repository, "HEAD", "--to", "v1")
    assert widened.returncode == 0
    assert "values-widened" in widened.stdout


def test_github_annotations(repository: Path) -> None:
    """--format github prints workflow commands with paths from the checkout's root; CI gets them by itself."""
    _edit(repository / "orders" / "__init__.py", AMOUNT, "")
    wanted = _run(repository, "v1", "--format", "github", GITHUB_WORKSPACE=str(repository.parent))
    assert wanted.returncode == 1
    assert wanted.stdout.startswith("::error ")
    assert "file=contract/orders/__init__.py,line=" in wanted.stdout
    alone = _run(repository, "v1", GITHUB_ACTIONS="true", GITHUB_WORKSPACE=str(repository.parent))
    assert "file=contract/orders/__init__.py,line=" in alone.stderr
    assert alone.stdout.startswith("orders/__init__.py:")


def test_annotations_and_json_claim_one_stream(repository: Path) -> None:
    """Two formats for one stream exit 2."""
    answer = _run(repository, "v1", "--format", "github", "--output", "json")
    assert answer.returncode == 2
    assert "claim stdout" in json.loads(answer.stdout)["error"]["what"]


def test_unknown_revision(repository: Path) -> None:
    """A revision that git doesn't know exits 2, also one that looks like an option."""
    for name in ("v9", "--output=/tmp/x", "HEAD:orders"):
        answer = _run(repository, "--", name)
        assert answer.returncode == 2
        assert f"git knows no revision '{name}'" in answer.stderr
        assert "Traceback" not in answer.stderr


def test_no_repository(tmp_path: Path) -> None:
    """Outside a repository the exit is 2, and the message says what is missing."""
    shutil.copytree(BASE, tmp_path / "project", ignore=shutil.ignore_patterns("__pycache__"))
    answer = _run(tmp_path / "project", "HEAD", GIT_CEILING_DIRECTORIES=str(tmp_path.parent))
    assert answer.returncode == 2
    assert "no git repository" in answer.stderr


def test_shallow_clone(repository: Path, tmp_path: Path) -> None:
    """A revision that a shallow clone doesn't hold is explained with the fetch that brings it."""
    first = _git(repository, "rev-parse", "HEAD")
    _edit(repository / "orders" / "emitters.toml", "Writes the bills.", "Writes bills.")
    _git(repository, "commit", "-qam", "second")
    _git(tmp_path, "clone", "-q", "--depth=1", f"file://{repository.parent}", "clone")
    answer = _run(tmp_path / "clone" / "contract", first)
    assert answer.returncode == 2
    assert "in this shallow clone" in answer.stderr
    assert "git fetch --unshallow" in answer.stderr


def test_state_without_the_domain(repository: Path) -> None:
    """A revision from before the domain package exits 2 and says that it isn't there."""
    _git(repository, "rm", "-rq", "--cached", "orders")
    _git(repository, "commit", "-qm", "without")
    answer = _run(repository, "HEAD")
    assert answer.returncode == 2
    assert "in HEAD the domain 'orders' didn't exist" in answer.stderr


def test_state_with_a_broken_registry(repository: Path) -> None:
    """A revision whose registry is no TOML exits 2 and names it."""
    registry = repository / "orders" / "emitters.toml"
    text = registry.read_text()
    registry.write_text("[emitters")
    _git(repository, "commit", "-qam", "broken")
    registry.write_text(text)
    answer = _run(repository, "HEAD")
    assert answer.returncode == 2
    assert "the registry emitters.toml of HEAD can't be read" in answer.stderr


def test_output_of_an_import_stays_out(repository: Path) -> None:
    """What an older state's domain prints while it is imported doesn't reach stdout."""
    _edit(repository / "orders" / "__init__.py", "from pydantic import Field\n",
          'from pydantic import Field\n\nimport os\n\nos.write(1, b"noise")\n')  # fmt: skip
    _git(repository, "commit", "-qam", "noisy")
    _git(repository, "checkout", "-q", "v1", "--", ".")
    document = json.loads(_run(repository, "v1", "--to", "HEAD", "--output", "json").stdout)
    assert document["changes"] == []


def test_table_of_rules() -> None:
    """The table of rules is printed without a repository."""
    answer = _run(ROOT, "--rules")
    assert answer.returncode == 0
    assert [line.split()[0] for line in answer.stdout.splitlines()] == list(CHANGES)


def test_revision_is_required() -> None:
    """Without a revision the exit is 2 and the message says what to name."""
    answer = _run(ROOT)
    assert answer.returncode == 2
    assert "name the revision" in answer.stderr
