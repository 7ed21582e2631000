"""The PHP programs that the tests start: the shim's command and endpoint, and a real WordPress."""

from __future__ import annotations

import contextlib
import json
import os
import subprocess
import time
import urllib.error
import urllib.parse
import urllib.request
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

ROOT = Path(__file__).parents[2]
WORDPRESS = ROOT / "provider_tests" / "wordpress"
EVENT = "client_webinar_completed"
DATABASE = os.environ.get("CONTRACTS_WORDPRESS_DATABASE", "sqlite")
"""Which WordPress the tests run: with SQLite, or with "mariadb"."""


def trigger(client: str, webinar: str = "webinar-1", **more: object) -> bytes:
    """A trigger of the event that the plugin implements."""
    return json.dumps(
        {"event": EVENT, "fact": {"client_id": client, "webinar_id": webinar}, "attempt": 1} | more
    ).encode()


@dataclass(frozen=True)
class Command:
    """The shim's command, with an outbox of its own.

    Attributes:
        sink: where it sends to; without it, captures come on stdout.
        answer: what the plugin is answered where there is no sink.
    """

    database: Path
    sink: str = ""
    plugin: Path = WORDPRESS / "client-webinar-tracker-v2"
    answer: str = ""

    def start(self, request: bytes) -> subprocess.Popen[bytes]:
        """Start it and hand it the trigger."""
        process = subprocess.Popen(
            ["php", str(WORDPRESS / "shim" / "command.php")],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            env=os.environ
            | {
                "CONTRACTS_SHIM_DATABASE": str(self.database),
                "CONTRACTS_SINK_URL": self.sink,
                "CONTRACTS_PLUGIN": str(self.plugin),
                "CONTRACTS_RECORDER_RESPONSE": self.answer,
            },
        )
        assert process.stdin is not None
        process.stdin.write(request)
        process.stdin.close()
        process.stdin = None
        return process

    def run(self, request: bytes) -> subprocess.CompletedProcess[bytes]:
        """Run it to its end."""
        return finished(self.start(request))

    def run_at_once(self, requests: Sequence[bytes]) -> list[subprocess.CompletedProcess[bytes]]:
        """Run several at the same time."""
        return [finished(process) for process in [self.start(request) for request in requests]]


def finished(process: subprocess.Popen[bytes]) -> subprocess.CompletedProcess[bytes]:
    """Wait for a program, for a bounded time."""
    try:
        out, err = process.communicate(timeout=60)
    finally:
        process.kill()
        process.wait()
    return subprocess.CompletedProcess(process.args, process.returncode, out, err)


@dataclass(frozen=True)
class Answer:
    """An HTTP answer."""

    status: int
    headers: Mapping[str, str]
    body: bytes = field(repr=False)

    @property
    def json(self) -> Any:
        """The body as JSON."""
        return json.loads(self.body)


def post(url: str, body: bytes, headers: Mapping[str, str] | None = None) -> Answer:
    """Post JSON and take whatever status comes."""
    request = urllib.request.Request(url, body, {"Content-Type": "application/json"} | dict(headers or {}))  # noqa: S310 - loopback
    try:
        with urllib.request.urlopen(request, timeout=60) as response:  # noqa: S310 - loopback
            return Answer(response.status, dict(response.headers.items()), response.read())
    except urllib.error.HTTPError as error:
        with error:
            return Answer(error.code, dict(error.headers.items()), error.read())


@contextlib.contextmanager
def started(arguments: Sequence[str], env: Mapping[str, str], log: Path) -> Iterator[subprocess.Popen[bytes]]:
    """Start a server, and end it when the block ends."""
    with log.open("wb") as output:
        process = subprocess.Popen(arguments, stdout=subprocess.PIPE, stderr=output, env=os.environ | dict(env))
        try:
            yield process
        finally:
            process.terminate()
            try:
                process.wait(timeout=20)
            finally:
                process.kill()
                process.wait()
                if process.stdout:
                    process.stdout.close()


@contextlib.contextmanager
def wordpress(log: Path, *options: str, env: Mapping[str, str] | None = None) -> Iterator[str]:
    """Run a real WordPress with the plugin; yields the URL for triggers."""
    with started(
        [str(WORDPRESS / "run"), "--seconds", "300", "--database", DATABASE, *options], env or {}, log
    ) as process:
        assert process.stdout is not None
        url = process.stdout.readline().decode().strip()
        if not url:
            raise RuntimeError(f"WordPress did not start:\n{log.read_text()}")
        yield url


@contextlib.contextmanager
def endpoint(log: Path, database: Path, plugin: Path | None = None) -> Iterator[str]:
    """Run the shim's message endpoint; yields its base URL."""
    env = {"CONTRACTS_SHIM_DATABASE": str(database)}
    if plugin:
        env["CONTRACTS_PLUGIN"] = str(plugin)
    script = str(WORDPRESS / "shim" / "endpoint.php")
    with started(["php", "-S", "127.0.0.1:0", script], env, log):
        deadline = time.monotonic() + 20
        while time.monotonic() < deadline:
            for line in log.read_text().splitlines():
                if "Development Server (" in line:
                    yield line.split("Development Server (")[1].split(")")[0]
                    return
            time.sleep(0.02)
        raise RuntimeError(f"the endpoint did not start:\n{log.read_text()}")


@dataclass(frozen=True)
class Site:
    """A real WordPress that runs.

    Attributes:
        url: where triggers are posted to.
        content: its wp-content folder.
    """

    url: str
    content: Path

    def route(self, name: str) -> str:
        """The URL of a REST route."""
        return self.url.replace("contracts-trigger", f"rest_route={name}")

    def php(self, code: str) -> str:
        """Run PHP inside this WordPress, in a process of its own."""
        load = "require_once ABSPATH . 'wp-admin/includes/plugin.php';"
        done = self.run(["php", "-d", "display_errors=stderr"], load + code)
        if done.returncode:
            raise RuntimeError(done.stderr)
        return done.stdout

    def run(
        self, php: Sequence[str], code: str = "", env: Mapping[str, str] | None = None
    ) -> subprocess.CompletedProcess[str]:
        """Run a PHP program with this WordPress.

        Args:
            php: its words. It finds WordPress's folder in CONTRACTS_WORDPRESS.
            code: what PHP itself runs, once WordPress is loaded, where `php` names no program.
            env: further variables.
        """
        fetched = subprocess.run(
            [str(WORDPRESS / "fetch-wordpress"), DATABASE], capture_output=True, text=True, check=True, timeout=60
        )
        root = fetched.stdout.strip()
        host = urllib.parse.urlsplit(self.url).netloc
        load = f"$_SERVER['HTTP_HOST'] = '{host}'; require '{root}/wp-load.php';"
        own = {
            "CONTRACTS_WORDPRESS": root,
            "CONTRACTS_WP_CONTENT": str(self.content),
            "CLIENT_WEBINAR_TRACKER_DESTINATION": "",
        }
        if DATABASE == "mariadb":
            own["CONTRACTS_WP_SOCKET"] = str(self.content.parent / "mysql.sock")
        return subprocess.run(
            [*php, "-r", load + code] if code else list(php),
            capture_output=True,
            text=True,
            timeout=60,
            env=os.environ | own | dict(env or {}),
            check=False,
        )


@contextlib.contextmanager
def site(folder: Path, *options: str, env: Mapping[str, str] | None = None) -> Iterator[Site]:
    """Run a real WordPress whose files are in `folder`."""
    with wordpress(folder / "log", *options, env={"TMPDIR": str(folder)} | dict(env or {})) as url:
        (state,) = folder.glob("contracts-wordpress.*")
        yield Site(url, state / "content")
