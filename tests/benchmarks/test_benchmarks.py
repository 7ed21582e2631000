"""The benchmarks run, with tiny numbers, and say what they promise to say."""

from __future__ import annotations

import json
import re
import subprocess
import sys
from pathlib import Path
from typing import Any

from tests.broker.running import running
from tests.cli.process import ROOT, environment


def run(name: str, *arguments: str) -> Any:
    """Run a benchmark and return what it measured."""
    command = [sys.executable, str(ROOT / "benchmarks" / name), *arguments, "--json"]
    done = subprocess.run(command, cwd=ROOT, env=environment(), capture_output=True, timeout=300, check=False)
    assert done.returncode == 0, done.stderr.decode()
    return json.loads(done.stdout)


def test_the_engine_is_measured_beside_the_official_verifier() -> None:
    """Both judge all that they are given, and the ratio is the quotient of the two times."""
    found = run("verify_emissions.py", "--emissions", "40", "--official", "3")
    assert found["emissions"] == 40
    assert found["official_interactions"] == 3
    assert found["engine_seconds"] > 0
    assert found["official_seconds"] > 0
    assert found["engine_peak_mib"] > 10
    assert found["ratio"] == found["official_seconds_extrapolated"] / found["engine_seconds"]


def test_start_up_is_measured_as_a_ratio() -> None:
    """Every command beside the base, whose own ratio is 1."""
    found = run("startup.py", "--rounds", "1")
    assert found["import pydantic"]["ratio"] == 1
    assert {"contracts matrix", "contracts lint", "contracts rules"} <= found.keys()
    assert all(each["seconds"] > 0 for each in found.values())


def test_the_readme_quotes_what_was_measured() -> None:
    """Its ratio and its memory are those of the benchmark's own page."""
    quoted = (ROOT / "README.md").read_text(encoding="utf-8")
    measured = (ROOT / "benchmarks" / "README.md").read_text(encoding="utf-8")
    ratio = re.search(r"(\d+) times as long", measured)
    memory = re.search(r"peak memory (\d+ MiB)", measured)
    assert ratio is not None
    assert memory is not None
    assert f"would take {ratio[1]} times as long" in quoted
    assert f"and {memory[1]}, every rule included" in quoted


def test_a_broker_is_measured(tmp_path: Path) -> None:
    """Each request has a median for each number of versions, and the publishers meet no error."""
    with running(tmp_path / "broker.sqlite") as started:
        small = ("--versions", "1", "3", "--rounds", "1", "--publishers", "4", "--each", "3")
        found = run("broker.py", started.url, *small)
    assert {"publish a new version", "pacts for verification", "official command: can-i-deploy"} <= found[
        "growth"
    ].keys()
    assert all(set(by_size) == {"1", "3"} and min(by_size.values()) > 0 for by_size in found["medians_ms"].values())
    assert found["publishers"]["failed"] == 0
    assert found["publishers"]["per_second"] > 0
