"""Asking git: the user's own, about the user's own checkout; nothing is ever written to it."""

from __future__ import annotations

import os
import subprocess
from dataclasses import dataclass
from pathlib import Path
from shlex import quote

_TIME_LIMIT = 60.0
"""Seconds; a folder of a hundred thousand files is compared in a tenth of that."""


@dataclass(frozen=True, slots=True)
class GitAnswer:
    """What git said.

    Attributes:
        failed: why it said nothing that can be used, in its own words; None where it answered.
    """

    text: str
    failed: str | None = None

    @property
    def paths(self) -> tuple[str, ...]:
        """The answer as a list of paths that was asked for with `-z`."""
        return tuple(path for path in self.text.split("\0") if path)


def silence_of(folder: Path) -> tuple[str, str | None]:
    """Say why git names no commit in `folder`, in its own words, and what it takes to have it do so.

    Returns:
        The reason, and what to do; None where only a version that is named helps.
    """
    said = ask_git(folder, "rev-parse", "--verify", "HEAD").failed
    if said is None or "not a git repository" in said or "Needed a single revision" in said:
        return "no git commit here", None
    if "dubious ownership" in said:
        # It reads nothing of a folder that is somebody else's, as a mounted one in a container is.
        top = said.partition("'")[2].rpartition("'")[0] or str(folder)
        return f"git refuses this checkout ({said})", f"git config --global --add safe.directory {quote(top)}"
    return f"git says nothing here ({said})", None


def ask_git(folder: Path, *arguments: str) -> GitAnswer:
    """Run git in `folder`."""
    try:
        done = subprocess.run(
            ["git", "-C", str(folder), *arguments],  # noqa: S607 - the user's own git, as the shell finds it
            capture_output=True,
            encoding="utf-8",
            errors="surrogateescape",
            # An index that is refreshed on the way needs no lock: somebody may be committing meanwhile.
            env={**os.environ, "GIT_OPTIONAL_LOCKS": "0", "LC_ALL": "C"},
            timeout=_TIME_LIMIT,
            check=False,
        )
    except FileNotFoundError:
        return GitAnswer("", "git isn't installed")
    except subprocess.TimeoutExpired:
        return GitAnswer("", f"git said nothing for {_TIME_LIMIT:.0f} s")
    except OSError as error:
        return GitAnswer("", f"git can't be run: {error.strerror}")
    if done.returncode != 0:
        said = done.stderr.strip().partition("\n")[0].removeprefix("fatal: ")
        return GitAnswer(done.stdout, said or f"git {arguments[0]} ended with {done.returncode}")
    return GitAnswer(done.stdout)
