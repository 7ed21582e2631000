"""No command pays for another's libraries: what is loaded, and what the start costs beside pydantic's."""

from __future__ import annotations

import subprocess

import pytest

from benchmarks.startup import BASE, COMMANDS, cpu_seconds
from tests.cli.process import ROOT, command, environment

HEAVY = (
    "pact", "pact_ffi", "requests", "responses", "urllib3", "rich", "flask", "werkzeug", "waitress", "sqlite3",
    "msgspec", "jinja2", "markdown_it", "tomlkit", "pytest", "_pytest", "unittest.mock", "asyncio",
)  # fmt: skip


def loaded(*arguments: str) -> set[str]:
    """Return the modules that a command imports, by the interpreter's own account."""
    whole = command(*arguments)
    timed = [whole[0], "-X", "importtime", *whole[1:]]
    done = subprocess.run(timed, cwd=ROOT, env=environment(), capture_output=True, text=True, timeout=60, check=False)
    assert done.returncode == 0, done.stderr
    lines = [line for line in done.stderr.splitlines() if line.startswith("import time:")]
    return {line.rpartition("|")[2].strip() for line in lines}


@pytest.mark.parametrize(
    "arguments",
    [
        ("--version",),
        ("matrix",),
        ("matrix", "--output", "json"),
        ("lint",),
        ("rules",),
        ("explain", "wrong-fact"),
        ("explain", "client-webinar-tracker-v2", "client_webinar_entered"),
        ("verify", "--help"),
    ],
    ids=" ".join,
)
def test_a_light_command_loads_nothing_heavy(arguments: tuple[str, ...]) -> None:
    """Neither pact's library nor requests nor rich nor a server, unless the command needs it."""
    modules = loaded(*arguments)
    assert "contracts.cli.app" in modules
    assert modules.isdisjoint(HEAVY)


def test_a_help_text_reads_no_project() -> None:
    """Neither models nor what speaks to a broker: a help text is the same in every project."""
    modules = loaded("can-i-deploy", "--help")
    assert "contracts.cli.broker_options" in modules
    assert modules.isdisjoint({*HEAVY, "pydantic", "contracts.project.settings", "contracts.release"})


def test_the_matrix_loads_no_verdicts_and_no_digest() -> None:
    """It shows the registry alone."""
    unneeded = {"contracts.model.verdict", "contracts.model.emission", "contracts.model.contract_digest"}
    assert loaded("matrix").isdisjoint({*unneeded, "contracts.model.shapes"})


def test_the_version_costs_the_settings_alone() -> None:
    """They say which contract it is; nothing of it is imported."""
    modules = loaded("--version")
    assert modules.isdisjoint(HEAVY)
    assert "contracts.webinar" not in modules


def test_the_list_of_modules_is_worth_something() -> None:
    """A command that verifies does load pact's library, so its absence above says something."""
    assert "pact_ffi" in loaded("verify", "client-webinar-tracker-v2", "--report-only")


@pytest.mark.parametrize("name", ["contracts matrix", "contracts lint", "contracts rules"])
def test_the_start_costs_a_bounded_multiple_of_pydantics(name: str) -> None:
    """CPU time, the lowest of five turns each: measured at 2, and 4 is where something heavy has crept in."""
    turns = [(cpu_seconds(COMMANDS[BASE]), cpu_seconds(COMMANDS[name])) for _ in range(5)]
    base, cost = (min(each) for each in zip(*turns, strict=True))
    assert cost < base * 4
