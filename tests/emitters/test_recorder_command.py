"""`contracts recorder`: the file that it prints is the one that is tested."""

from __future__ import annotations

import shutil
import subprocess
import sys
from pathlib import Path

import pytest

RECORDER = [sys.executable, "-m", "contracts.cli", "recorder"]
SHIPPED = Path(__file__).parents[2] / "contracts" / "emitters" / "recorder" / "contracts-recorder.php"


def test_the_wordpress_recorder_is_printed_as_it_is() -> None:
    """Standard output is the file, byte for byte, and nothing else."""
    done = subprocess.run([*RECORDER, "wordpress"], capture_output=True, timeout=60, check=True)
    assert (done.stdout, done.stderr) == (SHIPPED.read_bytes(), b"")


@pytest.mark.skipif(shutil.which("php") is None, reason="needs php")
def test_what_is_printed_is_php() -> None:
    """PHP can read what was redirected into a file."""
    printed = subprocess.run([*RECORDER, "wordpress"], capture_output=True, timeout=60, check=True).stdout
    checked = subprocess.run(["php", "-l"], input=printed, capture_output=True, timeout=60, check=False)
    assert checked.returncode == 0, checked.stdout


def test_another_kind_is_misuse() -> None:
    """A kind that nothing is shipped for ends with 2 and names those that there are."""
    done = subprocess.run([*RECORDER, "drupal"], capture_output=True, text=True, timeout=60, check=False)
    assert (done.returncode, done.stdout) == (2, "")
    assert "'wordpress'" in done.stderr
