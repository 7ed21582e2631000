"""Emitters' repositories in a folder, and the script of their CI, run as a CI runs it."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

import click

from contracts.cli.provider_ci import command
from contracts.model.examples import example_event
from contracts.project.python_process import plugin_options
from contracts.webinar.events import CATALOGUE

ROOT = Path(__file__).parents[2]
SCRIPT = ROOT / "contracts" / "ci" / "provider-ci.sh"
TRACKER = "client-webinar-tracker-v2"
TEXTS = tuple(
    option.envvar for option in command.params if isinstance(option, click.Option) and isinstance(option.envvar, str)
)
SWITCHES = ("CONTRACTS_PUBLISH", "CONTRACTS_EVIDENCE", "CONTRACTS_STRICT_PENDING", "CONTRACTS_REPORT_ONLY")
"""The variables of an emitter's CI: one an option."""
COMPLETED, ENTERED = "client_webinar_completed", "client_webinar_entered"
PYTEST = " ".join([sys.executable, "-m", "pytest", "-q", *plugin_options(), "-p", "no:cacheprovider"])

STATE_FACTS = """<?php
require __DIR__ . '/../shim/bootstrap.php';
require __DIR__ . '/contracts-recorder.php';
shim_load( getenv( 'CONTRACTS_DESTINATION' ) );
do_action( 'client_webinar_tracker_completed', 'client-1', 'webinar-1' );
do_action( 'client_webinar_tracker_completed', 'client-1', 'webinar-1' );
do_action( 'client_webinar_tracker_completed', 'client-2', 'webinar-1' );
"""


@dataclass(frozen=True)
class Done:
    """What the script came to.

    Attributes:
        outputs: what GitHub would take for the step's outputs.
    """

    code: int
    out: str
    err: str
    outputs: Mapping[str, str]

    @property
    def said(self) -> str:
        """Everything that it said."""
        return self.out + self.err


def ci_environment(folder: Path, **more: str) -> dict[str, str]:
    """Return the variables of a GitHub job, without any of this machine's own settings."""
    kept = {name: os.environ[name] for name in ("HOME", "PATH", "LANG", "TMPDIR") if name in os.environ}
    return {
        **kept,
        "CI": "true",
        "GITHUB_ACTIONS": "true",
        "GITHUB_OUTPUT": str(folder.parent / "outputs"),
        "GITHUB_REF_NAME": "main",
        "GITHUB_REF_TYPE": "branch",
        "CONTRACTS_PYTHON": sys.executable,
        "PYTHONPATH": str(ROOT),
        # What is compiled lies outside of the repository under test, and is compiled once for all of them.
        "PYTHONPYCACHEPREFIX": str(ROOT / ".contracts" / "compiled"),
        **more,
    }


def provider_ci(folder: Path, *options: str, **variables: str) -> Done:
    """Run the script in an emitter's repository."""
    environ = {name: value for name, value in ci_environment(folder, **variables).items() if value}
    outputs = Path(environ["GITHUB_OUTPUT"])
    outputs.unlink(missing_ok=True)
    done = subprocess.run(
        ["bash", str(SCRIPT), *options],
        cwd=folder, env=environ, stdin=subprocess.DEVNULL, capture_output=True, text=True, timeout=180, check=False,
    )  # fmt: skip
    assert "Traceback" not in done.stdout + done.stderr, done.stderr
    return Done(done.returncode, done.stdout, done.stderr, read_outputs(outputs))


def read_outputs(file: Path) -> dict[str, str]:
    """Return a step's outputs as GitHub reads them: the last value of a name counts."""
    lines = iter(file.read_text(encoding="utf-8").splitlines() if file.exists() else [])
    found = {}
    for line in lines:
        name, heredoc, end = line.partition("<<")
        if heredoc and "=" not in name:
            found[name] = "\n".join(iter(lambda: next(lines), end))
        else:
            name, _, found_value = line.partition("=")
            found[name] = found_value
    return found


def commit(folder: Path) -> str:
    """Make a repository with one commit of a folder; returns the commit's hash."""
    git = ["git", "-c", "user.name=dev", "-c", "user.email=dev@example.org", "-c", "commit.gpgsign=false"]
    for arguments in (
        ["init", "-q", "-b", "main"],
        ["add", "-A"],
        ["commit", "-q", "--allow-empty", "-m", "An emitter"],
    ):
        subprocess.run([*git, *arguments], cwd=folder, check=True, timeout=60)
    head = subprocess.run(
        ["git", "rev-parse", "HEAD"], cwd=folder, check=True, timeout=60, capture_output=True, text=True
    )
    return head.stdout.strip()


def plugin_repository(folder: Path, plugin: Path) -> Path:
    """Copy a plugin, the shim that runs it without WordPress, and a test that has it state facts."""
    wordpress = ROOT / "provider_tests" / "wordpress"
    for name in ("shim", "trigger"):
        shutil.copytree(wordpress / name, folder / name)
    shutil.copytree(plugin, folder / TRACKER)
    (folder / "tests").mkdir()
    (folder / "tests" / "state-facts.php").write_text(STATE_FACTS, encoding="utf-8")
    recorder = ROOT / "contracts" / "emitters" / "recorder" / "contracts-recorder.php"
    shutil.copy(recorder, folder / "tests" / "contracts-recorder.php")
    commit(folder)
    return folder


def python_repository(folder: Path) -> Path:
    """Copy a Python emitter, its settings and a test of pytest that verifies it."""
    (folder / "tests").mkdir(parents=True)
    shutil.copy(ROOT / "provider_tests" / "tracker.py", folder / "tracker.py")
    (folder / "contracts.toml").write_text(f'[emitters.{TRACKER}]\npython = "tracker:emit"\n', encoding="utf-8")
    (folder / "tests" / "test_contract.py").write_text(
        f'from contracts.testing import verify_emitter\n\ntest_contract = verify_emitter("{TRACKER}")\n',
        encoding="utf-8",
    )
    commit(folder)
    return folder


def line(event: str = COMPLETED, **changes: object) -> str:
    """Return a capture line in which the tracker states a fact; `changes` replace attributes of the event."""
    body = {**example_event(CATALOGUE[event], source=TRACKER), **changes}
    headers = {"content-type": "application/cloudevents+json"}
    return json.dumps({"headers": headers, "body": json.dumps(body)}) + "\n"
