"""Projects where nobody looked before: spaces and Cyrillic letters, no git, a checkout of somebody else, read-only."""

from __future__ import annotations

import ctypes
import os
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from pathlib import Path

import pytest

from contracts.project.git import silence_of
from tests.cli.process import environment
from tests.project.checkouts import WHO
from tests.release.commands import Cli, emissions
from tests.release.project import COMPLETED, CONSUMER, TRACKER, add_consumer_tests, registry_toml

UNOWNED = "GIT_TEST_ASSUME_DIFFERENT_OWNER"
"""Has git take every checkout for somebody else's."""


def make(root: Path) -> Path:
    """Make a project that is a consumer's and an emitter's at once, with captures that hold; no git."""
    root.mkdir(parents=True)
    (root / "emitters.toml").write_text(registry_toml(), encoding="utf-8")
    (root / "contracts.toml").write_text(
        f'registry = "emitters.toml"\n[emitters.{TRACKER}]\ncaptures = "записи запуска.ndjson"\n', encoding="utf-8"
    )
    emissions(root / "записи запуска.ndjson", [COMPLETED])
    add_consumer_tests(root)
    return root


def git(root: Path, *arguments: str) -> None:
    """Run git."""
    subprocess.run(["git", *WHO, *arguments], cwd=root, check=True, capture_output=True)


@pytest.fixture
def odd(tmp_path: Path, own_cli: Cli, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A project in a folder with spaces and Cyrillic letters, below no repository."""
    del own_cli
    root = make(tmp_path / "мои проекты" / "сервис сценариев, 2")
    monkeypatch.chdir(root)
    monkeypatch.setenv("GIT_CEILING_DIRECTORIES", str(tmp_path))
    monkeypatch.delenv(UNOWNED, raising=False)
    return root


EVERYWHERE = (
    ("matrix",),
    ("lint",),
    ("explain", COMPLETED),
    ("capture",),
    ("capture", "--check"),
    ("check",),
    ("verify", TRACKER),
    ("verify", TRACKER, "--captures", "записи запуска.ndjson", "--junit", "итог прогона.xml"),
    ("docs", "--out", "документы/эмиттеры.md"),
    ("drift", "документы/эмиттеры.md"),
    ("export", "json-schema", "--out", "схемы событий"),
    ("report", "--html", "отчёт за день.html"),
)
"""Commands that hold in every project, in their order."""
LOCAL = (("matrix",), ("capture",), ("verify", TRACKER))
"""Some that need neither git nor a version, for the places where those are what is odd."""
PUBLISHED = (
    ("publish", "--branch", "main"),
    ("verify", TRACKER, "--broker", "--publish", "--branch", "main", "--allow-dirty", "--allow-old-captures"),
)


def hold(own_cli: Cli, commands: tuple[tuple[str, ...], ...], *more: str) -> None:
    """Run commands that all hold."""
    for command in commands:
        done = own_cli(*command, *more)
        assert done.code == 0, (command, done.out, done.err)


def test_spaces_and_cyrillic_letters_in_a_checkout(own_cli: Cli, odd: Path) -> None:
    """Everything holds there, from the matrix to a published result, under the commit that git names."""
    git(odd, "init", "-q", "-b", "основная-ветка")
    hold(own_cli, EVERYWHERE)
    git(odd, "add", "-A")
    git(odd, "commit", "-q", "-m", "first")
    hold(own_cli, (*PUBLISHED, ("registry", "diff", "HEAD"), ("doctor",)))
    assert (odd / "документы" / "эмиттеры.md").is_file()


def test_without_git_the_version_is_named(own_cli: Cli, odd: Path) -> None:
    """What needs no version holds; a publication without one is refused with what to say, and holds with it."""
    hold(own_cli, LOCAL)
    for command in PUBLISHED:
        done = own_cli(*command)
        assert done.code == 2
        assert "no version is known" in done.err
        assert "no git commit here" in done.err
        assert "say --version" in done.err
    hold(own_cli, PUBLISHED, "--version", "2.3.0")
    done = own_cli("registry", "diff", "HEAD")
    assert (done.code, "not a git repository" in done.err) == (2, True)
    assert odd.is_dir()


def test_in_a_checkout_of_somebody_else_gits_reason_is_shown(
    own_cli: Cli, odd: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Git reads nothing of it: each command that needs git says why, and the command that lets git read it."""
    git(odd, "init", "-q", "-b", "main")
    hold(own_cli, LOCAL)
    git(odd, "add", "-A")
    git(odd, "commit", "-q", "-m", "first")
    monkeypatch.setenv(UNOWNED, "1")
    hold(own_cli, LOCAL)
    for command in (*PUBLISHED, ("registry", "diff", "HEAD"), ("doctor",)):
        done = own_cli(*command)
        assert done.code == 2, command
        assert "detected dubious ownership in repository at" in done.err + done.out, command
        assert f"git config --global --add safe.directory '{odd}'" in done.err + done.out, command


def test_gits_reason_is_told_from_an_absence(odd: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """No repository and a repository without a commit are no refusal; without git that is said."""
    assert silence_of(odd) == ("no git commit here", None)
    git(odd, "init", "-q")
    assert silence_of(odd)[1] is None
    monkeypatch.setenv("PATH", str(odd))
    assert silence_of(odd) == ("git says nothing here (git isn't installed)", None)


def bound_by_permissions() -> None:
    """Take from a superuser what permissions don't bind, for the program that follows (capabilities(7))."""
    drop_from_bounding_set, may_override = 24, 1
    if os.geteuid() == 0 and ctypes.CDLL(None).prctl(drop_from_bounding_set, may_override, 0, 0, 0) != 0:
        raise OSError("permissions bind nobody here")


@pytest.fixture
def read_only() -> Iterator[Path]:
    """A project that nobody may write to, where another user can enter it."""
    top = Path(tempfile.mkdtemp(prefix="только чтение "))
    root = make(top / "project")
    for path in (top, *top.rglob("*")):
        path.chmod(0o555 if path.is_dir() else 0o444)
    yield root
    for path in (top, *top.rglob("*")):
        path.chmod(0o755)
    shutil.rmtree(top)


@pytest.mark.parametrize(
    ("command", "code", "said"),
    [
        (("matrix",), 0, ""),
        (("lint",), 0, ""),
        (("verify", TRACKER), 0, ""),
        (("explain", COMPLETED), 0, ""),
        (("docs", "--out", "d.md"), 2, "can't be written"),
        (("report", "--html", "r.html"), 2, "can't be written"),
        (("capture",), 2, "can't be written"),
        (("verify", TRACKER, "--junit", "j.xml"), 2, "can't be written"),
        (("demote", TRACKER, COMPLETED, "--reason", "x"), 2, "can't be"),
        (("init", "emitter", TRACKER, "--kind", "python", "--force"), 2, "can't be"),
        (
            ("record-deployment", CONSUMER, "--version", "1", "--to-environment", "production"),
            4,
            "can't be made (Permission denied)",
        ),
    ],
)
def test_a_read_only_folder_is_said(read_only: Path, command: tuple[str, ...], code: int, said: str) -> None:
    """What only reads holds; what would write says what it couldn't, in one error, and leaves no traceback."""
    done = subprocess.run(
        [sys.executable, "-B", "-m", "contracts.cli", *command],
        cwd=read_only, capture_output=True, text=True, timeout=120, check=False, env=environment(),
        preexec_fn=bound_by_permissions,
    )  # fmt: skip
    assert "Traceback" not in done.stdout + done.stderr
    assert "a defect of the toolkit" not in done.stderr
    assert done.returncode == code, done.stdout + done.stderr
    assert said in done.stderr
