"""Repositories of several teams, each with an environment of its own, in which the built wheels are installed."""

from __future__ import annotations

import os
import re
import shlex
import subprocess
import sys
import sysconfig
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path

from tests.test_words import WORDS

ROOT = Path(__file__).parents[2]
TIME_LIMIT = 120
_OURS = re.compile(r"webinar[-_]contracts")
"""The name of the toolkit's own distribution, and of its wheel."""
_KEPT = ("HOME", "LANG", "LC_ALL", "TMPDIR")


@dataclass(frozen=True)
class Done:
    """What a command came to, on both streams."""

    command: str
    code: int
    text: str


@dataclass(frozen=True)
class World:
    """A folder with the teams' repositories.

    Attributes:
        dependencies: what the toolkit depends on, as the tests' own environment has it; the toolkit isn't there.
        toolkit: its wheel.
        said: everything that any command has printed.
    """

    folder: Path
    dependencies: Path
    toolkit: Path
    said: list[Done] = field(default_factory=list)

    def repository(self, name: str, **variables: str) -> Repository:
        """Make an empty folder for a team."""
        folder = self.folder / name
        folder.mkdir(parents=True)
        return Repository(self, folder, variables)


@dataclass(frozen=True)
class Repository:
    """One team's checkout, and the variables of its shell."""

    world: World
    folder: Path
    variables: Mapping[str, str]

    def type(self, line: str, *, code: int | None = 0) -> Done:
        """Type a line into this team's shell, with its `.venv` activated; `code` is what it has to end with."""
        done = subprocess.run(
            ["bash", "-c", line],
            cwd=self.folder, env=self._environment(), stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE, stderr=subprocess.STDOUT, timeout=TIME_LIMIT, check=False,
        )  # fmt: skip
        said = Done(line, done.returncode, done.stdout.decode("utf-8", "replace"))
        self.world.said.append(said)
        assert "Traceback" not in said.text, f"{self.folder.name}: {line}\n{said.text}"
        assert code in (None, said.code), (
            f"{self.folder.name}: {line}\nended with {said.code}, not {code}:\n{said.text}"
        )
        return said

    def prepare(self, *wheels: Path) -> None:
        """Make the environment in which `contracts init` is typed first: pip comes from what the world has."""
        self.type(f'"{sys.executable}" -m venv --without-pip .venv')
        if wheels:
            self.type(f"python -m pip install --quiet {shlex.join(map(str, wheels))}")

    def readme(self, file: str = "README.md") -> tuple[str, ...]:
        """Return the commands that a page of the repository names, in their order."""
        lines = (self.folder / file).read_text(encoding="utf-8").splitlines()
        return tuple(re.sub(r"\s+# .*", "", line).strip() for line in lines if line.startswith("    "))

    def commit(self, message: str) -> str:
        """Commit everything to main; returns the commit."""
        if not (self.folder / ".git").exists():
            self.git("init", "-q", "-b", "main")
        self.git("add", "--all")
        self.git("commit", "-q", "--allow-empty", "-m", message)
        return self.git("rev-parse", "HEAD")

    def written(self) -> Iterator[tuple[str, str]]:
        """Yield each file that git would keep, with its text."""
        for name in self.git("ls-files", "--cached", "--others", "--exclude-standard").splitlines():
            yield name, (self.folder / name).read_text(encoding="utf-8")

    def git(self, *arguments: str) -> str:
        """Run git here; returns what it prints."""
        who = ["-c", "user.name=dev", "-c", "user.email=dev@example.org", "-c", "commit.gpgsign=false"]
        done = subprocess.run(
            ["git", *who, *arguments], cwd=self.folder, capture_output=True, text=True, check=True, timeout=60
        )
        return done.stdout.strip()

    def _environment(self) -> dict[str, str]:
        kept = {name: os.environ[name] for name in _KEPT if name in os.environ}
        return {
            **kept,
            "PATH": f"{self.folder / '.venv' / 'bin'}:{os.environ['PATH']}",
            "PYTHONPATH": str(self.world.dependencies),
            # No index is asked: what is installed are the wheels; what builds them is what the tests have.
            "PIP_NO_INDEX": "1",
            "PIP_NO_BUILD_ISOLATION": "0",
            "PIP_DISABLE_PIP_VERSION_CHECK": "1",
            "PIP_NO_COMPILE": "1",
            "PYTHONPYCACHEPREFIX": str(self.world.folder / "compiled"),
            "CONTRACTS_TOOLKIT": str(self.world.toolkit),
            **self.variables,
        }


def strange(text: str) -> bool:
    """Does a text hold a word of the webinar's domain?"""
    return WORDS.search(_OURS.sub("", text)) is not None


def new_world(folder: Path) -> World:
    """Build the toolkit's wheel, and lay out what it depends on without it."""
    dependencies = folder / "dependencies"
    dependencies.mkdir()
    for item in Path(sysconfig.get_path("purelib")).iterdir():
        if not re.search(r"webinar_contracts|\.pth$|__pycache__", item.name):
            (dependencies / item.name).symlink_to(item)
    build = [sys.executable, "-m", "build", "--no-isolation", "--wheel", "--outdir", str(folder / "wheels"), str(ROOT)]
    subprocess.run(build, check=True, timeout=120, capture_output=True)
    (toolkit,) = (folder / "wheels").glob("*.whl")
    return World(folder, dependencies, toolkit)
