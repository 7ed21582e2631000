"""The commands that provider_tests/wordpress/README.md shows, run as they stand there."""

from __future__ import annotations

import shlex
import socket
import subprocess
import sys

import pytest

from provider_tests.wordpress.variants import variants
from tests.wordpress.programs import ROOT, WORDPRESS

COMMANDS = [line for line in (WORDPRESS / "README.md").read_text().splitlines() if line.startswith("contracts ")]


def test_the_readme_shows_a_command_for_each_way() -> None:
    """A command that is no longer found is no longer tested."""
    ways = ("--command", "--endpoint", "--trigger")
    assert [[way for way in ways if way in line] for line in COMMANDS] == [[way] for way in ways]


@pytest.mark.parametrize("line", COMMANDS, ids=lambda line: line.split()[3])
def test_a_command_of_the_readme_says_what_it_says(real_wordpress: None, line: str) -> None:
    """Passed 1, pending 2; only the port is another one."""
    with socket.create_server(("127.0.0.1", 0)) as chosen:
        port = chosen.getsockname()[1]
    words = shlex.split(line.replace("8123", str(port)))[1:]
    done = subprocess.run(
        [sys.executable, "-m", "contracts.cli", *words],
        cwd=ROOT,
        capture_output=True,
        text=True,
        timeout=120,
        check=False,
    )
    assert done.returncode == 0, done.stdout + done.stderr
    assert "passed 1, pending 2, failed 0, violations 0" in done.stdout


def test_the_readme_lists_every_variant_with_what_was_measured() -> None:
    """The table beside the variants says what their files say, which other tests measure."""
    lines = (WORDPRESS / "README.md").read_text().splitlines()
    rows = [line for line in lines if line.startswith("| `")]
    assert rows == [
        f"| `{variant.name}` | {variant.summary} | `{variant.rule}` | {variant.level} "
        f"| {variant.schema_alone} | {variant.plain_pact} |"
        for variant in variants()
    ]
