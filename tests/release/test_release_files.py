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


def test_the_webhook_is_made_with_the_official_client(tmp_path: Path) -> None:
    """On an empty broker it makes the emitter, then the webhook: it fires when a contract requires verification."""
    if shutil.which("pact", path=_path()) is None:
        pytest.skip("the official pact client isn't installed")
    database = tmp_path / "broker.sqlite"
    with running(database, webhooks={"hosts": ["api.github.com"]}) as started:
        variables = {"PATH": _path(), "PACT_BROKER_BASE_URL": started.url, "GITHUB_TOKEN": "a-token"}
        for _ in range(2):
            done = subprocess.run(
                ["bash", str(FOLDER / "webhook.sh"), "acme/plugin"],
                env={**variables, "HOME": os.environ.get("HOME", "/")},
                capture_output=True, text=True, timeout=60, check=False,
            )  # fmt: skip
            assert done.returncode == 0, done.stderr + done.stdout
        broker = Broker(started.url)
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
