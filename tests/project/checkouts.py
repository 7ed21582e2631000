"""Checkouts that a test makes: real git, real files."""

from __future__ import annotations

import subprocess
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

from contracts.testing.project import Project
from tests.release.project import COMPLETED, ENTERED, TRACKER, make_project

WHO = ("-c", "user.name=A. Tester", "-c", "user.email=tester@example.org", "-c", "commit.gpgsign=false")


@dataclass(frozen=True, slots=True)
class Checkout:
    """A git repository with one project in it."""

    project: Project

    @property
    def root(self) -> Path:
        """The project's folder."""
        return self.project.folder

    def git(self, *arguments: str) -> str:
        """Run git in the project's folder, and return what it said."""
        done = subprocess.run(["git", *WHO, *arguments], cwd=self.root, capture_output=True, text=True, check=True)
        return done.stdout.strip()

    def commit(self, *, at: datetime | None = None, amend: bool = False) -> str:
        """Commit everything, and return the commit's hash."""
        self.git("add", "--all")
        made = (at or datetime.now(UTC)).isoformat()
        words = ["commit", "--quiet", "--allow-empty", "--message", "A change"]
        subprocess.run(
            ["git", *WHO, *words, *(["--amend"] if amend else [])],
            cwd=self.root,
            env={"GIT_COMMITTER_DATE": made, "GIT_AUTHOR_DATE": made, "PATH": "/usr/local/bin:/usr/bin:/bin"},
            check=True,
        )
        return self.git("rev-parse", "HEAD")


def make_checkout(root: Path) -> Checkout:
    """Make a project with an emitter's code, and commit it."""
    make_project(root, {TRACKER: {COMPLETED: "implemented", ENTERED: "planned"}})
    (root / ".git").rmdir()
    checkout = Checkout(Project(root))
    checkout.project.put("plugin/emit.php", "<?php // emits\n")
    checkout.project.put("plugin/notes.txt", "notes\n")
    checkout.project.put(".gitignore", ".contracts/\nignored/\n__pycache__/\n")
    checkout.git("init", "--quiet", "--initial-branch=main")
    checkout.commit()
    return checkout
