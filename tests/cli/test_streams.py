"""Where results go: pipes whose readers leave, terminals, full disks, and Ctrl-C."""

from __future__ import annotations

import json
import os
import pty
import select
import shutil
import signal
import subprocess
import time
from pathlib import Path

import pytest

from contracts.cli.streams import json_text
from tests.cli.process import ROOT, TIME_LIMIT, TRACKER, capture_line, command, contracts, environment
from tests.verification.support import message

BOX = "│╭╮─━┃┏┓"


def many(file: Path, count: int) -> Path:
    """Write captures whose findings fill more than a pipe holds."""
    file.write_bytes(b"".join(capture_line({"type": f"{n}-" + "t" * 5000}) for n in range(count)))
    return file


def test_a_reader_that_leaves_early_changes_no_verdict(tmp_path: Path) -> None:
    """`… | head -1`: what the run found is still its exit code, and stderr is quiet."""
    for captures, code in ((capture_line(message()), 0), (capture_line({"type": "x"}), 1)):
        file = tmp_path / "captures.ndjson"
        file.write_bytes(captures)
        arguments = command("verify", TRACKER, "--captures", str(file), "--output", "json")
        with subprocess.Popen(
            arguments, cwd=ROOT, env=environment(), stdout=subprocess.PIPE, stderr=subprocess.PIPE
        ) as process:
            assert process.stdout is not None
            assert process.stderr is not None
            process.stdout.close()
            errors = process.stderr.read()
            assert process.wait(TIME_LIMIT) == code
        assert errors == b""


def test_a_reader_that_leaves_after_the_first_line(tmp_path: Path) -> None:
    """More is said than a pipe holds; nobody is there to read it."""
    file = many(tmp_path / "captures.ndjson", 300)
    arguments = command("verify", TRACKER, "--captures", str(file), "--output", "json")
    with subprocess.Popen(
        arguments, cwd=ROOT, env=environment(), stdout=subprocess.PIPE, stderr=subprocess.PIPE
    ) as process:
        assert process.stdout is not None
        assert process.stderr is not None
        assert process.stdout.readline() == b"{\n"
        process.stdout.close()
        assert process.stderr.read() == b""
        assert process.wait(TIME_LIMIT) == 1


def test_json_through_a_pipe_is_whole(tmp_path: Path) -> None:
    """More than a pipe's buffer, and one document all the same."""
    done = contracts("verify", TRACKER, "--captures", str(many(tmp_path / "captures.ndjson", 300)), "--output", "json")
    assert len(done.out) > 65536
    assert done.document["violations"][0]["rule"] == "unknown-event"


@pytest.mark.parametrize("encoding", ["ascii", "latin-1", "utf-8", "cp1251"])
@pytest.mark.parametrize("output", ["json", "table"])
def test_every_encoding_of_stdout_takes_every_character(encoding: str, output: str, tmp_path: Path) -> None:
    """Text is escaped where it has to be; JSON stays JSON and says the same."""
    file = tmp_path / "captures.ndjson"
    file.write_bytes(capture_line({"type": "событие é 😀"}))
    arguments = ("verify", TRACKER, "--captures", str(file), "--output", output)
    done = contracts(*arguments, env={"PYTHONIOENCODING": encoding})
    assert done.code == 1
    text = done.out.decode(encoding)
    if output == "json":
        assert json.loads(text)["violations"][0]["actual"] == "событие é 😀"
    else:
        assert "unknown-event" in text


def test_a_full_disk_is_said_once() -> None:
    """Exit 2: the result is lost, whatever it was."""
    with Path("/dev/full").open("wb") as full:
        done = subprocess.run(
            command("matrix"), cwd=ROOT, env=environment(), stdout=full, stderr=subprocess.PIPE, timeout=60, check=False
        )
    assert done.returncode == 2
    assert done.stderr.startswith(b"error: the output can't be written")
    assert b"Traceback" not in done.stderr


def test_a_closed_stdout_is_nobody_to_write_to() -> None:
    """`>&-` is as good as the null device."""
    line = " ".join([*command("matrix"), ">&-"])
    done = subprocess.run(
        ["/bin/sh", "-c", line], cwd=ROOT, env=environment(), capture_output=True, timeout=60, check=False
    )
    assert (done.returncode, done.stderr) == (0, b"")


def in_a_terminal(*arguments: str, **changes: str) -> str:
    """Run a command with a terminal as its stdout and return what the terminal was sent."""
    master, slave = pty.openpty()
    try:
        with subprocess.Popen(
            command(*arguments),
            cwd=ROOT,
            env=environment(**{"TERM": "xterm-256color", "COLUMNS": "140", **changes}),
            stdout=slave,
        ) as process:
            os.close(slave)
            sent = _read_all(master)
            process.wait(TIME_LIMIT)
    finally:
        os.close(master)
    return sent.decode("utf-8")


def _read_all(master: int) -> bytes:
    sent, until = b"", time.monotonic() + TIME_LIMIT
    while time.monotonic() < until:
        if not select.select([master], [], [], 1)[0]:
            continue
        try:
            part = os.read(master, 65536)
        except OSError:
            # The terminal's other side is closed: the process has ended.
            break
        if not part:
            break
        sent += part
    return sent


def test_a_terminal_gets_tables_and_colours() -> None:
    """Both the matrix and a verification."""
    for arguments in (("matrix",), ("verify", TRACKER)):
        shown = in_a_terminal(*arguments)
        assert any(character in shown for character in BOX)
        assert "\x1b[" in shown


def test_no_color_takes_the_colours_and_leaves_the_tables() -> None:
    """https://no-color.org: whatever its value, unless it is empty."""
    shown = in_a_terminal("verify", TRACKER, NO_COLOR="1")
    assert any(character in shown for character in BOX)
    assert "\x1b[3" not in shown
    assert "\x1b[3" in in_a_terminal("verify", TRACKER, NO_COLOR="")


def test_a_dumb_terminal_and_a_pipe_get_plain_text() -> None:
    """No escapes, no boxes."""
    piped = contracts("matrix").text
    dumb = in_a_terminal("matrix", TERM="dumb").replace("\r\n", "\n")
    assert piped == dumb
    for character in (*BOX, "\x1b"):
        assert character not in piped
    assert "implemented 1, planned 2, unassigned 2" in piped


def interrupted(*arguments: str, ready: bytes, cwd: Path) -> tuple[int, bytes]:
    """Start a command, wait for a word on its stderr, press Ctrl-C; return its exit code and what it said."""
    with subprocess.Popen(
        command(*arguments),
        cwd=cwd,
        env=environment(),
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
    ) as process:
        try:
            assert process.stderr is not None
            said = b""
            while ready not in said:
                part = os.read(process.stderr.fileno(), 4096)
                assert part, said
                said += part
            process.send_signal(signal.SIGINT)
            assert process.stdin is not None
            # Standard input stays open: it is the signal that ends the run.
            said += process.stderr.read()
            return process.wait(TIME_LIMIT), said
        finally:
            process.kill()


def test_ctrl_c_while_an_emitter_is_driven(tmp_path: Path) -> None:
    """Exit 130, the word `interrupted`, no traceback."""
    (tmp_path / "slow_emitter.py").write_text(
        "import sys, time\n"
        "def emit(trigger, destination):\n"
        "    print('called', file=sys.stderr, flush=True)\n"
        "    time.sleep(20)\n",
        encoding="utf-8",
    )
    code, said = interrupted("verify", TRACKER, "--python", "slow_emitter:emit", ready=b"called", cwd=tmp_path)
    assert code == 130, said
    assert said.rstrip().endswith(b"interrupted")
    assert b"Traceback" not in said


def test_ctrl_c_while_captures_are_read() -> None:
    """Waiting for standard input is interrupted as well."""
    arguments = command("verify", TRACKER, "--captures", "-")
    with subprocess.Popen(
        arguments, cwd=ROOT, env=environment(), stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.PIPE
    ) as process:
        try:
            assert process.stdin is not None
            assert process.stderr is not None
            # A pipe takes 64 KiB: once more has gone through, the command is reading.
            process.stdin.write(capture_line(message(id="x" * 120_000)))
            process.stdin.flush()
            process.send_signal(signal.SIGINT)
            assert process.wait(TIME_LIMIT) == 130
            assert process.stderr.read().strip() == b"interrupted"
        finally:
            process.kill()


BROKEN = """
from contracts.model.events import Catalogue
from contracts.webinar.events import CATALOGUE as WHOLE

class Broken(Catalogue):
    @property
    def names(self):
        raise LookupError("kaputt")

CATALOGUE = Broken(WHOLE.models)
"""


def test_an_unexpected_defect_is_said_without_a_traceback(tmp_path: Path) -> None:
    """A catalogue that breaks while it is read, which nobody foresees; the variable shows where."""
    (tmp_path / "broken_domain.py").write_text(BROKEN, encoding="utf-8")
    shutil.copy(ROOT / "contracts" / "webinar" / "emitters.toml", tmp_path)
    (tmp_path / "contracts.toml").write_text('domain = "broken_domain"\n', encoding="utf-8")
    for changes, traceback in ({}, False), ({"CONTRACTS_TRACEBACK": "1"}, True):
        done = subprocess.run(
            command("matrix"), cwd=tmp_path, env=environment(**changes), capture_output=True, timeout=60, check=False
        )
        assert b"kaputt" in done.stderr
        assert (b"Traceback" in done.stderr) is traceback
        assert done.returncode != 0
        assert done.returncode == 2 or traceback


@pytest.mark.parametrize(
    "text", ["\x9b31m", "\x7f", "\u202etxt.exe", "\u2028", "##[error]x", "##vso[task]x", "\U000e0041", "\ud800"]
)
def test_nothing_in_a_json_document_acts(text: str) -> None:
    """Controls, turned directions, hidden characters and a CI's commands are escapes; the document stays the same."""
    printed = json_text({"version": text})
    assert text not in printed
    assert json.loads(printed) == {"version": text}


@pytest.mark.parametrize("text", ["вебинар", "# [x]", "#1", "日本", "é"])
def test_what_only_shows_stays_readable_in_json(text: str) -> None:
    """Letters of any script, and signs that no CI reads."""
    assert text in json_text([text])
