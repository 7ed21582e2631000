"""The compose file, the webhook and the CI jobs in docs/releases: their form, and what they would run."""

from __future__ import annotations

import json
import os
import re
import shlex
import shutil
import subprocess
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

import click
import pytest
import yaml

from contracts.cli.app import contracts

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


@contextmanager
def broker_with_webhooks() -> Iterator[tuple[str, list[dict[str, Any]]]]:
    """Serve an index with a link to webhooks, and keep what is posted there."""
    posted: list[dict[str, Any]] = []

    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            self._answer(200, {"_links": {"pb:webhooks": {"href": f"http://{self.headers['Host']}/webhooks"}}})

        def do_POST(self) -> None:
            posted.append(json.loads(self.rfile.read(int(self.headers["Content-Length"]))))
            self._answer(201, {"_links": {"self": {"href": f"http://{self.headers['Host']}/webhooks/1"}}, **posted[-1]})

        def _answer(self, status: int, body: dict[str, Any]) -> None:
            payload = json.dumps(body).encode()
            self.send_response(status)
            self.send_header("Content-Type", "application/hal+json")
            self.send_header("Content-Length", str(len(payload)))
            self.end_headers()
            self.wfile.write(payload)

        def log_message(self, *_: object) -> None:
            """Say nothing."""

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    thread = threading.Thread(target=server.serve_forever, daemon=True)
    thread.start()
    try:
        yield f"http://127.0.0.1:{server.server_port}", posted
    finally:
        server.shutdown()
        server.server_close()
        thread.join(timeout=10)


def test_the_webhook_is_made_with_the_official_client() -> None:
    """It fires when a contract requires verification, and hands the deployed version on."""
    if shutil.which("pact", path=_path()) is None:
        pytest.skip("the official pact client isn't installed")
    with broker_with_webhooks() as (url, posted):
        variables = {"PATH": _path(), "PACT_BROKER_BASE_URL": url, "GITHUB_TOKEN": "a-token"}
        done = subprocess.run(
            ["bash", str(FOLDER / "webhook.sh"), "acme/plugin"],
            env={**variables, "HOME": os.environ.get("HOME", "/")},
            capture_output=True, text=True, timeout=60, check=False,
        )  # fmt: skip
    assert done.returncode == 0, done.stderr + done.stdout
    (webhook,) = posted
    assert [event["name"] for event in webhook["events"]] == ["contract_requiring_verification_published"]
    assert webhook["provider"] == {"name": "client-webinar-tracker-v2"}
    assert webhook["request"]["headers"]["Authorization"] == "Bearer a-token"
    payload = webhook["request"]["body"]
    payload = json.loads(payload) if isinstance(payload, str) else payload
    assert payload["client_payload"]["version"] == "${pactbroker.providerVersionNumber}"


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
