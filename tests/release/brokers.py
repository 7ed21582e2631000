"""Brokers for tests: the embedded one in process and over a socket, or a real one where it is named."""

from __future__ import annotations

import os
import re
import selectors
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

START_LIMIT = 30.0


@contextmanager
def served(database: Path, *options: str, token: str = "") -> Iterator[tuple[str, subprocess.Popen[str]]]:
    """Serve an embedded broker with `contracts broker serve`; yields its address and the process."""
    root = Path(__file__).resolve().parents[2]
    process = subprocess.Popen(
        [
            sys.executable,
            "-m",
            "contracts.cli",
            "broker",
            "serve",
            "--database",
            str(database),
            "--port",
            "0",
            *options,
        ],
        stdout=subprocess.PIPE,
        text=True,
        cwd=root,
        env={**os.environ, "PYTHONPATH": str(root), "PACT_BROKER_TOKEN": token},
    )
    try:
        yield _address(process), process
    finally:
        process.terminate()
        try:
            process.wait(timeout=10)
        except subprocess.TimeoutExpired:
            process.kill()
            process.wait(timeout=10)


def _address(process: subprocess.Popen[str]) -> str:
    assert process.stdout is not None
    with selectors.DefaultSelector() as selector:
        selector.register(process.stdout, selectors.EVENT_READ)
        end = time.monotonic() + START_LIMIT
        while time.monotonic() < end:
            if selector.select(timeout=1.0):
                found = re.search(r"listening on (\S+)", process.stdout.readline())
                if found:
                    return found[1]
                assert process.poll() is None, "the broker ended before it listened"
    raise AssertionError("the broker didn't start in time")
