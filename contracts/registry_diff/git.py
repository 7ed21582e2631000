"""What is asked of git: the repository's root, and a revision's files."""

from __future__ import annotations

import subprocess
from pathlib import Path

from contracts.errors import MisuseError, Where
from contracts.project.git import silence_of

_TIMEOUT = 60.0


def top_level(folder: Path) -> Path:
    """Return the root of the repository that `folder` lies in.

    Raises:
        MisuseError: there is none, or no git.
    """
    done = _git(folder, "rev-parse", "--show-toplevel")
    if done.returncode != 0:
        said = done.stderr.strip().partition("\n")[0].removeprefix("fatal: ") or "git failed"
        raise MisuseError(
            f"there is no git repository to take an older state from: {said}",
            where=Where(str(folder)),
            next_step=silence_of(folder)[1] or "run it inside the repository's checkout",
        )
    return Path(done.stdout.strip()).resolve()


def knows(folder: Path, revision: str) -> bool:
    """Does the repository that `folder` lies in hold this revision? Without a repository or git, none is known."""
    try:
        done = _git(folder, "rev-parse", "--verify", "--quiet", "--end-of-options", f"{revision}^{{commit}}")
    except MisuseError:
        return False
    return done.returncode == 0


def archive(top: Path, revision: str, tar: Path) -> None:
    """Write the files of a revision as a tar archive.

    Raises:
        MisuseError: the repository doesn't hold that revision.
    """
    # "--end-of-options" keeps a revision that starts with a dash from being an option.
    known = _git(top, "rev-parse", "--verify", "--quiet", "--end-of-options", f"{revision}^{{commit}}")
    if known.returncode != 0:
        shallow = _git(top, "rev-parse", "--is-shallow-repository").stdout.strip() == "true"
        raise MisuseError(
            f"git knows no revision {revision!r}" + (" in this shallow clone" if shallow else ""),
            where=Where(str(top)),
            next_step="fetch the history first: git fetch --unshallow, or fetch-depth: 0 in the CI's checkout"
            if shallow
            else "name a commit, a tag or a branch; git fetch first, where it is a remote's",
        )
    done = _git(top, "archive", "--format=tar", f"--output={tar}", known.stdout.strip())
    if done.returncode != 0:
        raise MisuseError(f"git can't give the files of {revision!r}: {done.stderr.strip()}", where=Where(str(top)))


def _git(folder: Path, *arguments: str) -> subprocess.CompletedProcess[str]:
    try:
        return subprocess.run(
            ["git", "-C", str(folder), *arguments],  # noqa: S607 - the user's own git, as the shell finds it
            capture_output=True,
            text=True,
            timeout=_TIMEOUT,
            check=False,
        )
    except FileNotFoundError:
        raise MisuseError("git isn't installed", next_step="install git") from None
    except subprocess.TimeoutExpired:
        raise MisuseError(f"git {arguments[0]} didn't end within {_TIMEOUT:.0f} s", where=Where(str(folder))) from None
