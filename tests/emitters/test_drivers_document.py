"""`docs/drivers.md` shows what happens: its commands are run, and its options are the drivers'."""

from __future__ import annotations

import json
import os
import re
import shutil
import subprocess
import sys
import tomllib
from pathlib import Path

import pytest

from contracts.cli.sink import command as sink_command
from contracts.emitters import driver_kinds, open_driver
from contracts.model.emission import Trigger

ROOT = Path(__file__).parents[2]
PAGE = (ROOT / "docs" / "drivers.md").read_text(encoding="utf-8")


def blocks(language: str) -> list[str]:
    """Return the page's code blocks of a language."""
    return re.findall(rf"^```{language}\n(.*?)^```$", PAGE, flags=re.DOTALL | re.MULTILINE)


@pytest.fixture
def project(tmp_path: Path) -> Path:
    """A folder that looks like this repository, with `contracts` as a command."""
    for name in ("pyproject.toml", "pacts", "docs"):
        (tmp_path / name).symlink_to(ROOT / name)
    command = tmp_path / "bin" / "contracts"
    command.parent.mkdir()
    command.write_text(f'#!/bin/sh\nexec "{sys.executable}" -m contracts.cli "$@"\n')
    command.chmod(0o755)
    return tmp_path


@pytest.mark.skipif(shutil.which("curl") is None, reason="needs curl")
def test_the_commands_print_what_the_page_says(project: Path) -> None:
    """Each command after a `$` prints the lines below it, and ends with 0."""
    env = dict(os.environ, PATH=f"{project / 'bin'}:{os.environ['PATH']}", PYTHONPATH=str(ROOT))
    assert blocks("console")
    for block in blocks("console"):
        for part in re.split(r"^\$ ", block, flags=re.MULTILINE)[1:]:
            command, _, expected = part.partition("\n")
            done = subprocess.run(
                # A terminal shows both streams.
                ["sh", "-c", command],
                cwd=project,
                env=env,
                stdout=subprocess.PIPE,
                stderr=subprocess.STDOUT,
                text=True,
                timeout=120,
                check=False,
            )
            assert (done.returncode, done.stdout) == (0, expected)


def test_every_option_is_one_and_every_driver_is_shown() -> None:
    """The page names no option that doesn't exist, and leaves no way to an emitter out."""
    of_drivers = {name for kind in driver_kinds() for name in (kind.option.name, *(o.name for o in kind.shared))}
    of_sink = {option.removeprefix("--") for parameter in sink_command.params for option in parameter.opts}
    of_curl = {"silent", "header", "data"}
    named = set(re.findall(r"(?<![\w-])--([a-z][a-z-]+)", PAGE))
    assert named <= of_drivers | of_sink | of_curl
    assert {kind.option.name for kind in driver_kinds()} <= named


def test_the_trigger_and_the_settings_are_valid(monkeypatch: pytest.MonkeyPatch) -> None:
    """The JSON is a trigger, and the table makes a driver."""
    monkeypatch.chdir(ROOT)
    (trigger,) = blocks("json")
    assert Trigger.model_validate(json.loads(trigger)).event == "client_webinar_completed"
    (settings,) = blocks("toml")
    for options in tomllib.loads(settings)["tool"]["contracts"]["emitters"].values():
        open_driver(options)
