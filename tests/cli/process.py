"""Running `contracts` as a process, the way a user and a CI job do, and projects to run it in."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

ROOT = Path(__file__).parents[2]
TRACKER = "client-webinar-tracker-v2"
TIME_LIMIT = 120


@dataclass(frozen=True)
class Done:
    """What a process came to."""

    code: int
    out: bytes
    err: bytes

    @property
    def text(self) -> str:
        """What stdout carried."""
        return self.out.decode("utf-8")

    @property
    def errors(self) -> str:
        """What stderr carried."""
        return self.err.decode("utf-8")

    @property
    def document(self) -> Any:
        """The one JSON document on stdout; anything else there fails."""
        return json.loads(self.text)


def environment(**changes: str) -> dict[str, str]:
    """Return an environment of no CI and no terminal, with the package importable from anywhere."""
    ci = ("CI", "GITHUB_ACTIONS", "GITLAB_CI", "GITHUB_STEP_SUMMARY", "NO_COLOR", "PYTHONIOENCODING")
    kept = {name: value for name, value in os.environ.items() if name not in ci and not name.startswith("PACT_BROKER")}
    return kept | {"PYTHONPATH": str(ROOT), "PACT_DO_NOT_TRACK": "true"} | changes


def command(*arguments: str) -> list[str]:
    """Return the command line of `contracts …`."""
    return [sys.executable, "-m", "contracts.cli", *arguments]


def contracts(*arguments: str, cwd: Path = ROOT, env: Mapping[str, str] | None = None, stdin: bytes = b"") -> Done:
    """Run `contracts …` to its end; a traceback fails whatever is tested."""
    done = subprocess.run(
        command(*arguments),
        cwd=cwd,
        env=environment(**(env or {})),
        input=stdin,
        capture_output=True,
        timeout=TIME_LIMIT,
        check=False,
    )
    assert b"Traceback" not in done.stdout + done.stderr
    assert b"a defect of the toolkit" not in done.stdout + done.stderr
    return Done(done.returncode, done.stdout, done.stderr)


def capture_line(body: Any, **rest: Any) -> bytes:
    """Return one line of a capture file."""
    text = body if isinstance(body, str) else json.dumps(body)
    line = {"headers": {"content-type": "application/cloudevents+json"}, "body": text, **rest}
    return json.dumps(line).encode() + b"\n"
