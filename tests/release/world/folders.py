"""The working copies of a history: one git repository a participant, with what its settings name."""

from __future__ import annotations

import json
import os
import subprocess
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from pathlib import Path

from tests.release.world.contract import EMITTERS
from tests.release.world.recording import recording
from tests.release.world.table import Version
from tests.release.world.terminal import EXPECTATIONS

CAPTURES = "captures.ndjson"
_FIRST_COMMIT = datetime(2026, 4, 1, tzinfo=UTC)
_BETWEEN_COMMITS = timedelta(hours=1)

_ALONE = {
    "GIT_CONFIG_GLOBAL": os.devnull,
    "GIT_CONFIG_NOSYSTEM": "1",
    **{f"GIT_{who}_NAME": "ci" for who in ("AUTHOR", "COMMITTER")},
    **{f"GIT_{who}_EMAIL": "ci@example.invalid" for who in ("AUTHOR", "COMMITTER")},
}
"""Nothing of the machine's own git."""

_CONSUMER_TESTS = '''"""What this consumer reads."""

import json
from pathlib import Path

import pytest

ENVELOPE = ("specversion", "id", "source", "type", "time")
READS = json.loads(Path(__file__).with_name("expectations.json").read_text())


@pytest.mark.parametrize("event", READS)
def test_it_is_read(expect, event):
    message = expect(event, "it is read", reads=[*ENVELOPE, *(f"data.{key}" for key in READS[event])])
    assert event.encode() in message.body
'''


@dataclass
class Folder:
    """One participant's repository, on whichever commit was worked on last.

    Attributes:
        dates: when each commit was made.
        at: the commit that it was brought to last.
        touched: something was written since.
        tags: the released versions of the contract that is kept here, oldest first, and the commit of each.
    """

    root: Path
    name: str
    dates: dict[str, datetime] = field(default_factory=dict)
    at: str = ""
    touched: bool = False
    tags: dict[str, str] = field(default_factory=dict)

    @classmethod
    def make(cls, root: Path, name: str, broker: Path) -> Folder:
        """Make an empty repository whose embedded broker is the one that all of a history share."""
        root.mkdir(parents=True)
        folder = cls(root, name)
        folder._git("init", "--quiet", "--template=")
        (root / ".contracts").symlink_to(Path("..") / broker.name)
        folder._write({".gitignore": f".contracts\n{CAPTURES}\n"})
        return folder

    def put(self, version: Version) -> None:
        """Write what a version consists of, its commit apart; what it was generated from lies beside it."""
        name, contract = version.name, version.contract
        settings = [f'domain = "{contract.edition.domain}"', 'registry = "emitters.toml"']
        files = {"emitters.toml": contract.registry_of(name) if name not in EMITTERS else contract.registry}
        if name in EMITTERS:
            settings += [f"[emitters.{name}]", f'captures = "{CAPTURES}"']
            files["emitter.json"] = self._code(version)
        else:
            files["consumer_tests/test_expectations.py"] = _CONSUMER_TESTS
            files[f"consumer_tests/{EXPECTATIONS}"] = json.dumps(version.reads, indent=1, sort_keys=True)
        files["contracts.toml"] = "\n".join([*settings, ""])
        self._write(files)

    def _code(self, version: Version) -> str:
        code = {event: repr(statement) for event, statement in version.states.items()}
        return json.dumps(code, indent=1, sort_keys=True)

    def commit(self, message: str) -> str:
        """Commit everything and return the commit's hash."""
        if self.name not in EMITTERS or not self.dates:
            # An emitter's files are the same ones ever after.
            self._git("add", "--all")
        self._git("commit", "--quiet", "--allow-empty", "--all", "--message", message)
        self.at, self.touched = self._head(), False
        self.dates[self.at] = self._date(len(self.dates))
        return self.at

    def tag(self, commit: str) -> None:
        """Release the contract that a commit holds, under the next version."""
        version = f"1.{len(self.tags)}"
        # One file is written sooner than git is started.
        (self.root / ".git" / "refs" / "tags" / f"v{version}").write_text(f"{commit}\n")
        self.tags[version] = commit

    def _head(self) -> str:
        # Two files are read sooner than git is started.
        head = (self.root / ".git" / "HEAD").read_text().strip()
        return (self.root / ".git" / head.removeprefix("ref: ")).read_text().strip() if "ref: " in head else head

    def check_out(self, commit: str) -> None:
        """Bring the folder to a commit, as a CI job finds it: whatever else was there is gone."""
        if self.touched:
            self._git("clean", "--quiet", "-d", "--force")
        if self.touched or self.at != commit:
            self._git("checkout", "--quiet", "--force", "--detach", commit)
        self.at, self.touched = commit, False

    def record(self, version: Version, *, clean: bool = True) -> None:
        """Run the version's tests: what they record is where the settings say."""
        at = self.dates[version.commit] + timedelta(minutes=1)
        (self.root / CAPTURES).write_text(recording(version, at, clean), encoding="utf-8")

    @property
    def registry(self) -> str:
        """The registry as the folder holds it now."""
        return (self.root / "emitters.toml").read_text(encoding="utf-8")

    def _write(self, files: Mapping[str, str]) -> None:
        self.touched = True
        for name, text in files.items():
            file = self.root / name
            file.parent.mkdir(exist_ok=True)
            file.write_text(text, encoding="utf-8")

    def _date(self, number: int) -> datetime:
        return _FIRST_COMMIT + number * _BETWEEN_COMMITS

    def _git(self, *arguments: str) -> str:
        date = self._date(len(self.dates)).isoformat()
        known = {name: value for name, value in os.environ.items() if not name.startswith("GIT_")}
        done = subprocess.run(
            ["git", "-c", "maintenance.auto=false", "-c", "gc.auto=0", *arguments],
            cwd=self.root,
            capture_output=True,
            text=True,
            check=False,
            env={**known, **_ALONE, "GIT_AUTHOR_DATE": date, "GIT_COMMITTER_DATE": date},
        )
        assert done.returncode == 0, done
        return done.stdout.strip()
