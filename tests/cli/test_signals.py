"""A command that is told to end (a cancelled CI job, a closed terminal) ends what it has started."""

from __future__ import annotations

import shlex
import signal
import subprocess
import sys
from pathlib import Path

import pytest

from tests.cli.process import ROOT, TIME_LIMIT, TRACKER, command, environment
from tests.emitters.parts import has_ended, needs_proc

EMITTER = """
import os, pathlib, subprocess, sys, time
child = subprocess.Popen([sys.executable, "-c", "import time; time.sleep(600)"])
pathlib.Path(sys.argv[1]).write_text(f"{os.getpid()} {child.pid}")
os.kill(os.getppid(), int(sys.argv[2]))
time.sleep(600)
"""


@needs_proc()
@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGHUP, signal.SIGINT])
def test_a_signal_leaves_no_process_behind(number: signal.Signals, tmp_path: Path) -> None:
    """The emitter and the process that it has started end with the command, whose exit code names the signal."""
    emitter, started = tmp_path / "emitter.py", tmp_path / "started"
    emitter.write_text(EMITTER, encoding="utf-8")
    words = [sys.executable, str(emitter), str(started), str(int(number))]
    with subprocess.Popen(
        command("verify", TRACKER, "--command", shlex.join(words), "--timeout", "60"),
        cwd=ROOT,
        env=environment(),
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
    ) as process:
        try:
            out, err = process.communicate(timeout=TIME_LIMIT)
        finally:
            process.kill()
    assert process.returncode == 128 + number
    assert b"Traceback" not in out + err
    assert [has_ended(int(pid)) for pid in started.read_text().split()] == [True, True]


def test_an_ignored_signal_stays_ignored() -> None:
    """Under `nohup` a closed terminal changes nothing."""
    program = (
        "import os, signal\n"
        "from contracts.cli.signals import ending_tidily\n"
        "signal.signal(signal.SIGHUP, signal.SIG_IGN)\n"
        "with ending_tidily():\n"
        "    os.kill(os.getpid(), signal.SIGHUP)\n"
        "print(signal.getsignal(signal.SIGHUP) is signal.SIG_IGN, signal.getsignal(signal.SIGTERM) is signal.SIG_DFL)\n"
    )
    done = subprocess.run(
        [sys.executable, "-c", program], env=environment(), capture_output=True, timeout=TIME_LIMIT, check=False
    )
    assert (done.returncode, done.stdout) == (0, b"True True\n")
