"""No code but the toolkit's decides what a command exits with."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

from tests.cli.process import TRACKER, capture_line, contracts, environment
from tests.verification.support import message

EXITS = ("import sys; sys.exit(0)", "raise SystemExit", "import os; os._exit(0)", "import os, sys; sys.exit('bye')")
SETTINGS = 'domain = "shop"\n'


def _project(folder: Path, package: str, more: str = "") -> Path:
    (folder / "shop").mkdir()
    (folder / "shop/__init__.py").write_text(package, encoding="utf-8")
    (folder / "contracts.toml").write_text(SETTINGS + more, encoding="utf-8")
    (folder / "captures.ndjson").write_bytes(capture_line(message()))
    return folder


@pytest.mark.parametrize("package", EXITS)
@pytest.mark.parametrize(
    "arguments",
    [
        ("matrix",),
        ("lint",),
        ("check",),
        ("verify", TRACKER, "--captures", "captures.ndjson", "--output", "json"),
        ("can-i-deploy", TRACKER, "--version", "1", "--to-environment", "production"),
    ],
    ids=lambda arguments: arguments[0],
)
def test_a_domain_that_exits_is_an_error(tmp_path: Path, package: str, arguments: tuple[str, ...]) -> None:
    """Whatever it exits with, and however: exit 2, and words that say who did it."""
    done = contracts(*arguments, cwd=_project(tmp_path, package))
    assert done.code == 2
    assert "isn't the toolkit's" in done.text + done.errors
    assert "shop" in done.text + done.errors


@pytest.mark.parametrize("call", ["sys.exit(0)", "os._exit(0)", "threading.Thread(target=os._exit, args=(0,)).start()"])
def test_an_emitter_that_exits_gives_no_yes(tmp_path: Path, call: str) -> None:
    """An emitter that is driven inside the process can't end it with a 0."""
    (tmp_path / "mine.py").write_text(
        f"import os, sys, threading, time\ndef emit(trigger, destination):\n    {call}\n    time.sleep(0.2)\n",
        encoding="utf-8",
    )
    done = contracts("verify", TRACKER, "--python", "mine:emit", cwd=tmp_path, env={"PYTHONPATH": str(tmp_path)})
    assert done.code == 2


def test_what_ends_after_the_command_changes_no_code(tmp_path: Path) -> None:
    """A handler that a domain registers for the process's end comes too late, and a child process ends as it likes."""
    package = (
        "import atexit, os\n"
        "atexit.register(os._exit, 0)\n"
        "child = os.fork()\n"
        "if not child:\n    os._exit(7)\n"
        "assert os.waitstatus_to_exitcode(os.waitpid(child, 0)[1]) == 7\n"
        "from contracts.webinar import CATALOGUE\n"
    )
    folder = _project(tmp_path, package)
    (folder / "shop/emitters.toml").write_text("nonsense = 1\n", encoding="utf-8")
    assert contracts("matrix", cwd=folder).code == 2
    assert contracts("rules", cwd=folder).code == 0


def test_a_program_may_run_commands_and_end_as_it_likes() -> None:
    """`run` is for programs: it returns the code and leaves the process alone."""
    program = (
        "import os, sys; from contracts.cli.app import run\n"
        "code = run(['rules']); sys.stdout.flush(); os._exit(5 + code)\n"
    )
    done = subprocess.run(
        [sys.executable, "-c", program], env=environment(), capture_output=True, timeout=60, check=False
    )
    assert done.returncode == 5
