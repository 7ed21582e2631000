"""Ctrl-C, at whatever moment, ends a command with 130 and a word, and leaves nothing behind."""

from __future__ import annotations

import shlex
import signal
import subprocess
import sys
from pathlib import Path

import pytest

from contracts.cli.app import run
from tests.cli.process import TIME_LIMIT, TRACKER, capture_line, environment
from tests.emitters.parts import has_ended, needs_proc
from tests.verification.support import message

PRESSED = "os.kill(os.getpid(), signal.SIGINT)"
AT_IMPORT = f"""
class Finder:
    def find_spec(self, name, path=None, target=None):
        if name == {{name!r}}:
            sys.meta_path.remove(self)
            {PRESSED}
sys.meta_path.insert(0, Finder())
"""
AT_FORK = f"os.register_at_fork({{side}}=lambda: {PRESSED})"
AT_START = f"""
import _posixsubprocess
begin = _posixsubprocess.fork_exec
def fork_exec(*arguments):
    process = begin(*arguments)
    pathlib.Path("started").write_text(str(process))
    {PRESSED}
    return process
_posixsubprocess.fork_exec = fork_exec
import subprocess
subprocess._fork_exec = fork_exec
"""


def pressed(folder: Path, moment: str, *arguments: str) -> subprocess.CompletedProcess[str]:
    """Run a command in which Ctrl-C is pressed at some moment."""
    program = f"import os, pathlib, signal, sys\n{moment}\nfrom contracts.cli import main\nmain()\n"
    return subprocess.run(
        [sys.executable, "-c", program, *arguments],
        cwd=folder,
        env=environment(),
        capture_output=True,
        text=True,
        timeout=TIME_LIMIT,
        check=False,
    )


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """A folder with captures for several workers."""
    (tmp_path / "captures.ndjson").write_bytes(capture_line(message()) * 3)
    return tmp_path


@pytest.mark.parametrize("module", ["contracts.cli.app", "click", "contracts.cli.matrix", "pydantic", "tomllib"])
def test_an_interrupt_while_something_is_loaded(folder: Path, module: str) -> None:
    """Before the command line is read, while the command is found, and while its libraries come."""
    done = pressed(folder, AT_IMPORT.format(name=module), "matrix")
    assert (done.returncode, done.stdout, done.stderr.strip()) == (130, "", "interrupted")


@pytest.mark.parametrize("side", ["before", "after_in_child", "after_in_parent"])
def test_an_interrupt_while_a_worker_is_made(folder: Path, side: str) -> None:
    """Neither the worker nor the audit ends by it: what is known is told, and the exit code is 130."""
    done = pressed(folder, AT_FORK.format(side=side), "audit", "captures.ndjson", "--workers", "2")
    assert "Traceback" not in done.stderr
    if side == "after_in_child":
        # It was pressed in the workers alone, where it means nothing.
        assert done.returncode in (0, 1), done.stderr
    else:
        assert (done.returncode, "interrupted: what is known so far follows" in done.stderr) == (130, True)


@needs_proc()
@pytest.mark.parametrize("command", ["verify", "provider-ci"])
def test_an_interrupt_while_a_process_is_started(folder: Path, command: str) -> None:
    """What was being started at that moment ends with the command."""
    sleeping = shlex.join([sys.executable, "-c", "import time; time.sleep(600)"])
    words = {
        "verify": ("verify", TRACKER, "--command", sleeping),
        "provider-ci": ("provider-ci", "--emitter", TRACKER, "--test-command", sleeping),
    }
    done = pressed(folder, AT_START, *words[command])
    assert (done.returncode, "interrupted" in done.stderr, "Traceback" in done.stderr) == (130, True, False), done
    assert has_ended(int((folder / "started").read_text()))


def test_an_error_that_an_interrupt_became_ends_with_130(
    folder: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    """A library in between may make another error of it."""
    (folder / "shop").mkdir()
    (folder / "shop/__init__.py").write_text(
        f"import os, signal\n"
        f"try:\n    {PRESSED}\n"
        f"except KeyboardInterrupt:\n    raise OSError('it failed') from None\n",
        encoding="utf-8",
    )
    (folder / "contracts.toml").write_text('domain = "shop"\n', encoding="utf-8")
    monkeypatch.chdir(folder)
    assert run(["matrix"]) == 130
    assert capsys.readouterr().err.strip() == "interrupted"
    assert signal.getsignal(signal.SIGINT) is signal.default_int_handler
    (folder / "shop/__init__.py").write_text("raise OSError('it failed')\n", encoding="utf-8")
    sys.modules.pop("shop", None)
    assert run(["matrix"]) == 2
