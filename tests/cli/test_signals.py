"""A command that is told to end (a cancelled CI job, a closed terminal) ends what it has started."""

from __future__ import annotations

import shlex
import signal
import subprocess
import sys
import time
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


SUITE = """
import os, pathlib, subprocess, sys, time, urllib.request
urllib.request.urlopen(os.environ["CONTRACTS_SINK_URL"], b"stated", timeout=30)
child = subprocess.Popen([sys.executable, "-c", "import time; time.sleep(600)"])
part = pathlib.Path("started.part")
part.write_text(f"{os.getpid()} {child.pid}")
part.rename("started")
time.sleep(600)
"""


@needs_proc()
@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGINT])
def test_a_cancelled_ci_job_leaves_no_suite_behind(number: signal.Signals, tmp_path: Path) -> None:
    """The suite and what it has started end with `provider-ci`; what was recorded is kept, and in one file."""
    (tmp_path / "suite.py").write_text(SUITE, encoding="utf-8")
    tests = f"{shlex.quote(sys.executable)} suite.py; true"
    words = command("provider-ci", "--emitter", TRACKER, "--captures", "captures.ndjson", "--test-command", tests)
    with subprocess.Popen(
        words, cwd=tmp_path, env=environment(), stdout=subprocess.PIPE, stderr=subprocess.PIPE
    ) as process:
        try:
            deadline = time.monotonic() + TIME_LIMIT
            while not (tmp_path / "started").exists() and time.monotonic() < deadline:
                time.sleep(0.02)
            process.send_signal(number)
            out, err = process.communicate(timeout=TIME_LIMIT)
        finally:
            process.kill()
    assert process.returncode == 128 + number
    assert b"Traceback" not in out + err
    assert [has_ended(int(pid)) for pid in (tmp_path / "started").read_text().split()] == [True, True]
    assert sorted(file.name for file in tmp_path.iterdir()) == ["captures.ndjson", "started", "suite.py"]
    assert "stated" in (tmp_path / "captures.ndjson").read_text(encoding="utf-8")
