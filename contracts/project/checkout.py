"""The checkout that something ran in: which commit, and whether it was that commit."""

from __future__ import annotations

import subprocess
from pathlib import Path

from contracts.model.emission import Commit

_TIMEOUT = 30


def checkout_of(folder: Path, *, leaving_out: Path | None = None) -> Commit | None:
    """Return the commit that `folder` is checked out from.

    Args:
        folder: a folder of a working copy; what lies beside it doesn't count.
        leaving_out: a file whose change doesn't count, because it is about to be written.

    Returns:
        The commit, clean where nothing below the folder differs from it and no file there is unknown to git, unless it
        is ignored; None where there is no git, no checkout, or no commit yet.
    """
    head = _git(folder, "rev-parse", "--verify", "--quiet", "HEAD")
    if not head:
        return None
    without = [f":(exclude,literal){leaving_out.absolute()}"] if leaving_out and _is_below(leaving_out, folder) else []
    changed = _git(folder, "status", "--porcelain", "--untracked-files=normal", "--", ".", *without)
    # Where git can't say it, nobody can say that it is clean.
    return Commit(id=head.strip(), clean=changed == "")


def _is_below(file: Path, folder: Path) -> bool:
    return file.absolute().is_relative_to(folder.absolute())


def _git(folder: Path, *arguments: str) -> str | None:
    try:
        done = subprocess.run(
            ["git", "-C", str(folder), *arguments],  # noqa: S607 - the user's own git, as the shell finds it
            capture_output=True,
            encoding="utf-8",
            errors="replace",
            timeout=_TIMEOUT,
            check=False,
        )
    except (OSError, subprocess.TimeoutExpired):
        return None
    return done.stdout if done.returncode == 0 else None
