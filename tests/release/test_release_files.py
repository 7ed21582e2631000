"""The compose file, the webhook and the CI jobs in docs/releases: their form, and what they would run."""

from __future__ import annotations

import json
import os
import re
import shlex
import shutil
import sqlite3
import subprocess
from pathlib import Path
from typing import Any

import click
import pytest
import yaml

from contracts.cli.app import contracts
from tests.broker.running import Broker, running

FOLDER = Path(__file__).parents[2] / "docs" / "releases"
JOBS = sorted((FOLDER / "jobs").glob("*.yml"))


def document(file: Path) -> dict[Any, Any]:
    """Return a YAML file's content."""
    content = yaml.safe_load(file.read_text(encoding="utf-8"))
    assert isinstance(content, dict)
    return content


def commands(file: Path) -> list[str]:
    """Return the `contracts …` commands of a job."""
    steps = [step for job in document(file)["jobs"].values() for step in job["steps"]]
    return [step["run"] for step in steps if step.get("run", "").startswith("contracts ")]


@pytest.mark.parametrize("file", JOBS, ids=lambda file: file.name)
def test_the_jobs_call_commands_and_options_that_exist(file: Path) -> None:
    """Each command line is taken by the parser of its command."""
    assert commands(file)
    for line in commands(file):
        name, *arguments = shlex.split(line)[1:]
        command = contracts.get_command(click.Context(contracts), name)
        assert command is not None, line
        command.make_context(name, arguments, resilient_parsing=False)


@pytest.mark.parametrize("file", JOBS, ids=lambda file: file.name)
def test_every_action_is_pinned_to_a_commit(file: Path) -> None:
    """A tag can be moved onto other code; the version stands beside the commit for people."""
    used = [line.split("uses:")[1] for line in file.read_text(encoding="utf-8").splitlines() if "uses:" in line]
    assert used
    assert [one for one in used if not re.fullmatch(r" [\w./-]+@[0-9a-f]{40} # v[\d.]+", one)] == []


@pytest.mark.parametrize("file", JOBS, ids=lambda file: file.name)
def test_the_broker_s_secret_is_not_where_an_emitter_s_tests_run(file: Path) -> None:
    """Nor in a whole workflow; and nothing is installed there by a name that is on no index."""
    jobs = document(file)
    assert "secrets." not in json.dumps(jobs.get("env", {}))
    for name, job in jobs["jobs"].items():
        runs = [step.get("run", "") for step in job["steps"]]
        assert not [run for run in runs if "pip install webinar-contracts" in run]
        if any("./run-tests" in run for run in runs):
            assert "secrets." not in json.dumps(job), name
            assert all(run.startswith(("pip install", "contracts record")) for run in runs if run)


@pytest.mark.parametrize("file", JOBS, ids=lambda file: file.name)
def test_text_from_outside_reaches_no_shell_line(file: Path) -> None:
    """No expression stands inside a `run`: it would be code."""
    for job in document(file)["jobs"].values():
        assert not [step["run"] for step in job["steps"] if "${{" in step.get("run", "")]


def test_the_compose_file_has_a_broker_that_waits_for_its_database() -> None:
    """No password has a default, and the broker listens on loopback."""
    text = (FOLDER / "compose.yaml").read_text(encoding="utf-8")
    services = yaml.safe_load(text)["services"]
    assert services["broker"]["depends_on"]["postgres"]["condition"] == "service_healthy"
    assert all(port.startswith("127.0.0.1:") for port in services["broker"]["ports"])
    assert not re.findall(r"PASSWORD:-", text)


def test_the_webhook_is_made_and_no_secret_stands_on_a_command_line(tmp_path: Path) -> None:
    """On an empty broker it makes the emitter, then the webhook: it fires when a contract requires verification."""
    database, token = tmp_path / "broker.sqlite", "the-broker-s-own-long-token"
    # Every user of a machine reads the command lines of its processes.
    (tmp_path / "bin").mkdir()
    spy = tmp_path / "bin" / "curl"
    spy.write_text(f'#!/bin/bash\nprintf "%s\\n" "$@" >> {tmp_path}/lines\nexec {shutil.which("curl")} "$@"\n')
    spy.chmod(0o755)
    with running(database, token=token, webhooks={"hosts": ["api.github.com"]}) as started:
        variables = {"PATH": f"{spy.parent}:{os.environ['PATH']}", "PACT_BROKER_BASE_URL": started.url}
        for _ in range(2):
            done = subprocess.run(
                ["bash", str(FOLDER / "webhook.sh"), "acme/plugin"],
                env={**variables, "PACT_BROKER_TOKEN": token, "GITHUB_TOKEN": "a-token"},
                capture_output=True, text=True, timeout=60, check=False,
            )  # fmt: skip
            assert done.returncode == 0, done.stderr + done.stdout
        lines = (tmp_path / "lines").read_text()
        assert started.url in lines
        assert not [secret for secret in (token, "a-token") if secret in lines + done.stdout + done.stderr]
        refused = subprocess.run(
            ["bash", str(FOLDER / "webhook.sh"), "acme/plugin"],
            env={**variables, "PACT_BROKER_TOKEN": "another", "GITHUB_TOKEN": "a-token"},
            capture_output=True, text=True, timeout=60, check=False,
        )  # fmt: skip
        assert (refused.returncode, "did not take the webhook" in refused.stderr) == (4, True)
        broker = Broker(started.url, token)
        made = broker.get("/webhooks")["_links"]["pb:webhooks"]
        webhook = broker.get(made[0]["href"])
    assert len(made) == 2
    assert [event["name"] for event in webhook["events"]] == ["contract_requiring_verification_published"]
    assert webhook["provider"] == {"name": "client-webinar-tracker-v2"}
    assert webhook["request"]["url"] == "https://api.github.com/repos/acme/plugin/dispatches"
    payload = webhook["request"]["body"]
    payload = json.loads(payload) if isinstance(payload, str) else payload
    assert payload["client_payload"]["version"] == "${pactbroker.providerVersionNumber}"
    # The broker keeps the token to send it, and shows it to nobody.
    assert "a-token" not in json.dumps(webhook)
    with sqlite3.connect(database) as db:
        (headers,) = db.execute("SELECT headers FROM webhooks LIMIT 1").fetchone()
    assert json.loads(headers)["Authorization"] == "Bearer a-token"


def _path() -> str:
    import sys

    return os.pathsep.join([str(Path(sys.executable).parent), os.environ["PATH"]])


def test_a_dry_run_of_the_webhook_shows_no_token() -> None:
    """It prints the request and sends nothing."""
    done = subprocess.run(
        ["bash", str(FOLDER / "webhook.sh"), "acme/plugin", "--dry-run"],
        env={"PATH": _path(), "GITHUB_TOKEN": "a-token"}, capture_output=True, text=True, timeout=60, check=False,
    )  # fmt: skip
    assert done.returncode == 0, done.stderr
    assert "a-token" not in done.stdout + done.stderr
    assert json.loads(done.stdout)["request"]["headers"]["Authorization"] == "Bearer $GITHUB_TOKEN"


@pytest.mark.parametrize("variable", ["GITHUB_TOKEN", "PACT_BROKER_TOKEN", "EMITTER"])
def test_what_would_break_out_of_its_quotes_is_refused(variable: str) -> None:
    """A name or token with a quote in it would be more than itself."""
    done = subprocess.run(
        ["bash", str(FOLDER / "webhook.sh"), "acme/plugin", "--dry-run"],
        env={"PATH": _path(), variable: 'a", "b": "c'}, capture_output=True, text=True, timeout=60, check=False,
    )  # fmt: skip
    assert (done.returncode, done.stdout) == (2, "")
    assert f"error: {variable} holds a character" in done.stderr
