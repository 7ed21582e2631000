"""Running the console blocks of a Markdown page, and comparing what they print with what the page shows.

A block is fenced as `console`; a line that starts with `$ ` is a command, `> ` continues it, what follows is its
output. In the output `…` stands for any text of a line, and a line of `…` alone for any lines. A command
without output shown may print what it likes. Blocks of one page share a folder and run in order.
"""

from __future__ import annotations

import os
import re
import shutil
import subprocess
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from contracts.project.python_process import plugin_options

ROOT = Path(__file__).parents[2]
TIME_LIMIT = 300
NOT_RUN = ("make ", "git clone", "docker ", "pip install")
"""Commands that `.ci/run` itself carries out, or that need what a test machine doesn't have."""

_BLOCK = re.compile(r"^```console\n(?P<body>.*?)^```$", re.MULTILINE | re.DOTALL)


@dataclass(frozen=True)
class Shown:
    """A command as a page shows it, with its output and the line it stands on."""

    command: str
    output: str
    line: int

    @property
    def is_run(self) -> bool:
        """Is it run by the test?"""
        return not self.command.startswith(NOT_RUN)


def commands_of(page: Path) -> Iterator[Shown]:
    """Yield the commands of a page's console blocks."""
    text = page.read_text(encoding="utf-8")
    for block in _BLOCK.finditer(text):
        first = text.count("\n", 0, block.start("body")) + 1
        yield from _commands(block["body"].splitlines(), first)


def _commands(lines: list[str], first: int) -> Iterator[Shown]:
    command, output, start = "", list[str](), first
    for number, line in enumerate(lines, start=first):
        if line.startswith("$ "):
            if command:
                yield Shown(command, "\n".join(output), start)
            command, output, start = line[2:], [], number
        elif line.startswith("> ") and not output:
            command += "\n" + line[2:]
        else:
            output.append(line)
    if command:
        yield Shown(command, "\n".join(output), start)


def matches(shown: str, printed: str) -> bool:
    """Does the printed output look as it is shown?"""
    pattern = "\n".join(
        r"(?:.*\n)*?.*" if line.strip() == "…" else ".*".join(re.escape(part) for part in line.rstrip().split("…"))
        for line in shown.strip("\n").split("\n")
    )
    tidy = "\n".join(line.rstrip() for line in printed.strip("\n").split("\n"))
    return re.fullmatch(pattern, tidy) is not None


def project_copy(target: Path) -> Path:
    """Copy what git tracks or would track into `target`, as a repository with one commit."""
    listed = subprocess.run(
        ["git", "ls-files", "-z", "--cached", "--others", "--exclude-standard"],
        cwd=ROOT, capture_output=True, check=True,
    ).stdout.decode().split("\0")  # fmt: skip
    for name in filter(None, listed):
        source = ROOT / name
        if source.is_file():
            (target / name).parent.mkdir(parents=True, exist_ok=True)
            shutil.copy2(source, target / name)
    git = ["git", "-c", "user.name=reader", "-c", "user.email=reader@example.org", "-c", "commit.gpgsign=false"]
    for arguments in (["init", "-q", "-b", "main"], ["add", "-A"], ["commit", "-q", "-m", "a copy to read with"]):
        subprocess.run([*git, *arguments], cwd=target, check=True, timeout=60)
    return target


def environment(project: Path, tools: Path) -> dict[str, str]:
    """Return the environment of a reader who has installed the project: `contracts` and `python` on the PATH."""
    tools.mkdir(exist_ok=True)
    # Where the package isn't installed, pytest is told of its plugin.
    pytest = " ".join(["-m pytest", *plugin_options()])
    for name, module in (("contracts", "-m contracts.cli"), ("pytest", pytest), ("python", "")):
        script = tools / name
        script.write_text(f'#!/bin/sh\nexec "{sys.executable}" {module} "$@"\n', encoding="utf-8")
        script.chmod(0o755)
    kept = {key: os.environ[key] for key in ("HOME", "LANG", "LC_ALL", "TMPDIR") if key in os.environ}
    path = os.pathsep.join([str(tools), str(Path(sys.executable).parent), os.environ["PATH"]])
    return {**kept, "PATH": path, "PYTHONPATH": str(project), "COLUMNS": "120", "LANG": "C.UTF-8"}


def run(shown: Shown, project: Path, variables: dict[str, str]) -> tuple[int, str]:
    """Run one command as a reader types it; return its exit code and what it printed on both streams."""
    done = subprocess.run(
        ["bash", "-c", shown.command],
        cwd=project, env=variables, stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=subprocess.STDOUT,
        timeout=TIME_LIMIT, check=False,
    )  # fmt: skip
    return done.returncode, done.stdout.decode("utf-8", "replace")
