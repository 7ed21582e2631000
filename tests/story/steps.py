"""Taking the steps that the toolkit prints: where each is to be taken, and what is typed there."""

from __future__ import annotations

import re
import shlex
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from tests.release.test_printed_commands import commands_in
from tests.story.repositories import Done, Repository

_PLACE = re.compile(r"in (?P<name>\S+)'s (?:repository|checkout)(?:, this one)?(?: of \w+)?: ")
_DOING = re.compile(r"raise \S+ in ci/requirements\.txt|ci/install|commit (?:both|it)\b|contracts [a-z]")


def next_of(done: Done) -> str:
    """Return what a command printed as next."""
    return done.text.rpartition("  next: ")[2].strip()


def steps_of(done: Done) -> list[str]:
    """Return the numbered steps that a command printed."""
    return re.findall(r"^  (?:\[ \] )?\d+\. (.*)$", done.text, re.MULTILINE)


def typed(text: str) -> list[str]:
    """Return the commands of the toolkit that a text names, each as it is typed."""
    return [shlex.join(["contracts", name, *words]) for name, words in commands_in(text)]


@dataclass(frozen=True)
class Teams:
    """The repositories by the names that steps call them, and the release of the contract that they go to."""

    by_name: Mapping[str, Repository]
    contract: Repository
    before: str
    after: str

    def take(self, step: str) -> None:
        """Take one step; one that this story has no repository for is an error."""
        place = _PLACE.match(step)
        if step.startswith("the documents show the status: "):
            for command in typed(step):
                self.contract.type(command)
        elif step == "commit the registry":
            self.contract.commit("Promote")
        elif step.startswith("raise the version"):
            self._release(step.rpartition("release it: ")[2])
        elif step.startswith("deploy "):
            self.by_name[step.split()[1].rstrip(",")].type(typed(step)[0])
        elif place and "unless it was judged again" not in step:
            self._do(self.by_name[place["name"]], step[place.end() :])
        else:
            raise AssertionError(f"nobody can take this step: {step}")

    def raised(self, repository: Repository) -> None:
        """Raise the contract where a repository says what it installs."""
        file = repository.folder / "ci" / "requirements.txt"
        text = file.read_text(encoding="utf-8")
        assert self.before in text
        file.write_text(text.replace(self.before, self.after), encoding="utf-8")

    def _release(self, build: str) -> None:
        file = self.contract.folder / "pyproject.toml"
        text = file.read_text(encoding="utf-8")
        version = self.after.partition("-")[2]
        file.write_text(
            re.sub(r'^version = ".*"$', f'version = "{version}"', text, flags=re.MULTILINE), encoding="utf-8"
        )
        self.contract.type("contracts check")
        self.contract.commit(version)
        self.contract.type(build)
        assert list(Path(self.contract.folder / "dist").glob(f"{self.after}-*.whl"))

    def _do(self, repository: Repository, text: str) -> None:
        commands = iter(typed(text))
        for found in _DOING.findall(text):
            if found.startswith("raise"):
                self.raised(repository)
            elif found.startswith("commit"):
                repository.commit("Take the contract's new release over")
            else:
                repository.type(next(commands) if found.startswith("contracts ") else found)
