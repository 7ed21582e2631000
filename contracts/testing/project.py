"""A project in a dict: files are written to a folder, and pytest and the command line run in it as users run them."""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from textwrap import dedent

from contracts.project.python_process import environment, plugin_options

TIME_LIMIT = 300
"""Seconds that one run may take."""


@dataclass(frozen=True, slots=True)
class Run:
    """What a program said, and its exit status."""

    status: int
    stdout: str
    stderr: str

    @property
    def output(self) -> str:
        """Everything that it said."""
        return self.stdout + self.stderr


@dataclass(frozen=True, slots=True)
class Project:
    """A project in a folder of its own."""

    folder: Path

    @classmethod
    def write(cls, folder: Path, files: Mapping[str, str]) -> Project:
        """Write `files`, texts by their paths in `folder`; common indentation is removed."""
        project = cls(folder)
        for name, text in files.items():
            project.put(name, text)
        return project

    def put(self, name: str, text: str) -> None:
        """Write one file, and the folders that it lies in."""
        file = self.folder / name
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_text(dedent(text), encoding="utf-8")

    def files(self, under: str) -> dict[str, bytes]:
        """Return the contents of every file below the folder `under`, by its path in it."""
        top = self.folder / under
        return {str(file.relative_to(top)): file.read_bytes() for file in sorted(top.rglob("*")) if file.is_file()}

    def pytest(self, *arguments: str) -> Run:
        """Run pytest in a process of its own."""
        return self._run("pytest", *plugin_options(), *arguments)

    def contracts(self, *arguments: str) -> Run:
        """Run the command `contracts` in a process of its own."""
        return self._run("contracts.cli", *arguments)

    def _run(self, module: str, *arguments: str) -> Run:
        done = subprocess.run(
            [sys.executable, "-m", module, *arguments],
            cwd=self.folder,
            env=environment(),
            stdin=subprocess.DEVNULL,
            capture_output=True,
            text=True,
            timeout=TIME_LIMIT,
            check=False,
        )
        return Run(done.returncode, done.stdout, done.stderr)
