"""Tab completes in real shells, as the page on completions sets it up."""

from __future__ import annotations

import os
import pty
import re
import select
import shutil
import signal
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from tests.pages.console import ROOT, environment

PAGE = ROOT / "docs" / "how-to" / "completions.md"
PROMPT = b"READY>"
TIME_LIMIT = 60
"""Seconds that a shell may be silent before it counts as stuck."""


def _line(shell: str) -> str:
    """Return the line that the page has a reader put into the shell's file."""
    found = re.search(rf"_CONTRACTS_COMPLETE={shell}_source[^`]*", PAGE.read_text(encoding="utf-8"))
    assert found
    line = found.group().replace("\\|", "|")
    return f'eval "$({line}' if line.endswith('"') else line


def _needs(shell: str) -> str:
    program = shutil.which(shell)
    if program is None:
        pytest.skip(f"{shell} isn't installed")
    return program


@pytest.fixture
def variables(tmp_path: Path) -> dict[str, str]:
    """The environment of a reader who has installed the project, with a home of their own."""
    return {**environment(ROOT, tmp_path / "tools"), "HOME": str(tmp_path), "TERM": "dumb"}


@contextmanager
def _terminal(arguments: list[str], env: dict[str, str]) -> Iterator[int]:
    """Run a shell at a terminal of its own and yield the terminal; the shell is ended afterwards."""
    ours, theirs = pty.openpty()
    shell = subprocess.Popen(
        arguments, cwd=ROOT, env=env, stdin=theirs, stdout=theirs, stderr=theirs, start_new_session=True
    )
    os.close(theirs)
    try:
        yield ours
    finally:
        os.killpg(shell.pid, signal.SIGKILL)
        shell.wait(timeout=TIME_LIMIT)
        os.close(ours)


def _read_until(terminal: int, wanted: bytes) -> str:
    seen = b""
    while wanted not in seen:
        ready, _, _ = select.select([terminal], [], [], TIME_LIMIT)
        assert ready, f"nothing more came after {seen!r}"
        seen += os.read(terminal, 65536)
    return seen.decode("utf-8", "replace")


def _typed(arguments: list[str], env: dict[str, str], setup: list[str], keys: str) -> str:
    """Set the shell up, type `keys` and the return key, and return what it shows until its next prompt."""
    with _terminal(arguments, env) as terminal:
        os.write(terminal, "\n".join([*setup, f"PS1='{PROMPT[:-1].decode()}''> '", ""]).encode())
        _read_until(terminal, PROMPT)
        os.write(terminal, f"{keys}\n".encode())
        return _read_until(terminal, PROMPT)


COMMANDS = [
    # What is typed, and what the completed command prints; the uncompleted one prints an error.
    ("contracts rul\t", "wrong-fact"),
    ("contracts explain wrong-f\t", "canned message"),
    ("contracts explain client-web\tclient_webinar_en\t", "  is:   planned"),
]


@pytest.mark.parametrize(("keys", "printed"), COMMANDS)
def test_bash_completes(variables: dict[str, str], keys: str, printed: str) -> None:
    """Commands, rules, emitters and their events."""
    shown = _typed([_needs("bash"), "--norc", "--noprofile", "-i"], variables, [_line("bash")], keys)
    assert printed in shown, shown
    assert "error:" not in shown


@pytest.mark.parametrize(("keys", "printed"), COMMANDS)
def test_zsh_completes(variables: dict[str, str], keys: str, printed: str) -> None:
    """The same in zsh, after `compinit`."""
    setup = ["autoload -U compinit; compinit -u -D", _line("zsh")]
    shown = _typed([_needs("zsh"), "-f", "-i"], variables, setup, keys)
    assert printed in shown, shown
    assert "error:" not in shown


@pytest.mark.parametrize(
    ("typed", "offered"),
    [
        ("contracts rul", {"rules"}),
        ("contracts explain wrong-", {"wrong-fact", "wrong-source"}),
        ("contracts promote client-webinar-tracker-v2 client_webinar_en", {"client_webinar_entered"}),
        ("contracts verify client-webinar-tracker-v2 --strict", {"--strict-pending"}),
    ],
)
def test_fish_completes(variables: dict[str, str], typed: str, offered: set[str]) -> None:
    """Fish says itself what it would offer."""
    done = subprocess.run(
        [_needs("fish"), "--no-config", "-c", f"{_line('fish')}; complete -C '{typed}'"],
        cwd=ROOT, env=variables, capture_output=True, text=True, timeout=TIME_LIMIT, check=False,
    )  # fmt: skip
    assert {line.split("\t")[0] for line in done.stdout.splitlines()} == offered, done.stderr


@pytest.mark.parametrize(
    ("words", "offered"),
    [
        ("contracts promote client-webinar-tracker-v2 nothing", []),
        ("contracts promote nobody ", []),
        ("contracts can-i-deploy client-webinar-s", ["plain,client-webinar-scenario-service"]),
    ],
)
def test_what_cant_be_completed_is_silence(variables: dict[str, str], words: str, offered: list[str]) -> None:
    """Nothing is offered where nothing fits, and nothing else is printed."""
    assert _asked(words, variables, ROOT) == offered


def test_a_broken_registry_breaks_no_shell(variables: dict[str, str], tmp_path: Path) -> None:
    """The Tab key is no place for an error; rules can still be completed."""
    (tmp_path / "contracts.toml").write_text('registry = "nowhere.toml"\n', encoding="utf-8")
    assert _asked("contracts verify ", variables, tmp_path) == []
    assert _asked("contracts explain wrong-f", variables, tmp_path) == ["plain,wrong-fact"]


def _asked(words: str, variables: dict[str, str], folder: Path) -> list[str]:
    env = {**variables, "COMP_WORDS": words, "COMP_CWORD": str(words.count(" "))}
    done = subprocess.run(
        [sys.executable, "-m", "contracts.cli"],
        cwd=folder, env={**env, "_CONTRACTS_COMPLETE": "bash_complete"},
        capture_output=True, text=True, timeout=TIME_LIMIT, check=False,
    )  # fmt: skip
    assert (done.returncode, done.stderr) == (0, "")
    return done.stdout.split()
