"""Running `contracts init emitter`, and what it wrote, as a developer does."""

from __future__ import annotations

import os
import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path

from contracts.project.python_process import plugin_options

ROOT = Path(__file__).parents[2]
TRACKER = "client-webinar-tracker-v2"
COMPLETED = "client_webinar_completed"


@dataclass(frozen=True)
class Done:
    """What a program came to."""

    code: int
    out: str
    err: str


def run(arguments: list[str], cwd: Path, **variables: str) -> Done:
    """Run a program with `contracts` and `python` on the PATH, without the variables of a CI job."""
    tools = cwd.parent / "tools"
    tools.mkdir(exist_ok=True)
    for name, module in (("contracts", "-P -m contracts.cli"), ("python", "")):
        (tools / name).write_text(f'#!/bin/sh\nexec "{sys.executable}" {module} "$@"\n', encoding="utf-8")
        (tools / name).chmod(0o755)
    kept = {name: os.environ[name] for name in ("HOME", "LANG", "TMPDIR") if name in os.environ}
    environ = {
        **kept,
        "PATH": f"{tools}:{os.environ['PATH']}",
        "PYTHONPATH": str(ROOT),
        # What is compiled lies outside of the repository under test, and is compiled once for all of them.
        "PYTHONPYCACHEPREFIX": str(ROOT / ".contracts" / "compiled"),
        "PYTEST_ADDOPTS": " ".join([*plugin_options(), "-p no:cacheprovider"]),
        **variables,
    }
    done = subprocess.run(
        arguments, cwd=cwd, env=environ, stdin=subprocess.DEVNULL,
        capture_output=True, text=True, timeout=180, check=False,
    )  # fmt: skip
    assert "Traceback" not in done.stdout + done.stderr, done.stderr
    return Done(done.returncode, done.stdout, done.stderr)


def init(folder: Path, *options: str, name: str = TRACKER) -> Done:
    """Run `contracts init emitter` in a folder."""
    return run(["contracts", "init", "emitter", name, *options], folder)


def contents(folder: Path) -> dict[str, bytes]:
    """Return every file of a repository, by its path."""
    return {
        str(file.relative_to(folder)): file.read_bytes()
        for file in folder.rglob("*")
        if file.is_file() and ".git" not in file.relative_to(folder).parts
    }
