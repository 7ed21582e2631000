"""A version, a branch or a file may be called anything; no command prints one so that it acts."""

from __future__ import annotations

import re
import sqlite3
from pathlib import Path

import pytest

from contracts.cli.app import run
from tests.broker.running import pact
from tests.cli.process import TRACKER
from tests.release.project import CI_VARIABLES

EVIL = "p2\n::error title=x::boom\x1b[31m##[error]x\u202e"
CONSUMER = "client-webinar-scenario-service"


def said(capfd: pytest.CaptureFixture[str], *arguments: str) -> tuple[int, str]:
    """Run a command here and return its exit code and all that it printed; nothing of it may act."""
    code = run(list(arguments))
    printed = "".join(capfd.readouterr())
    assert not any(line.lstrip().startswith("::") for line in printed.splitlines()), printed
    assert not re.search(r"\x1b|\u202e|##\w*\[", printed), printed
    return code, printed


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A project's folder, in no CI."""
    for name in CI_VARIABLES:
        monkeypatch.delenv(name, raising=False)
    (tmp_path / "contracts.toml").touch()
    monkeypatch.chdir(tmp_path)
    return tmp_path


@pytest.mark.parametrize(
    "arguments",
    [
        ("verify", EVIL, "--captures", "x"),
        ("verify", TRACKER, "--captures", EVIL),
        ("can-i-deploy", EVIL, "--version", "1", "--to-environment", "production"),
        ("can-i-deploy", TRACKER, "--version", EVIL, "--to-environment", EVIL),
        ("record-deployment", TRACKER, "--version", EVIL, "--to-environment", "production"),
        ("record-release", TRACKER, "--version", "1", "--to-environment", EVIL),
        ("create-environment", EVIL),
        ("explain", EVIL),
        ("explain", TRACKER, EVIL),
        ("drift", EVIL),
        ("docs", "--out", EVIL, "--check"),
        ("registry", "diff", EVIL),
        ("export", EVIL),
        ("init", "emitter", EVIL),
        ("sink", "--listen", EVIL),
        ("provider-ci", EVIL),
        (EVIL,),
        (f"--{EVIL}",),
        ("matrix", "--output", EVIL),
        ("report", "--output", "json", "--html", f"{EVIL}/x"),
    ],
)
def test_what_a_command_line_holds_does_not_act(
    arguments: tuple[str, ...], folder: Path, capfd: pytest.CaptureFixture[str]
) -> None:
    """Errors quote what was named."""
    code, _ = said(capfd, *arguments)
    assert code != 0


def test_what_a_broker_holds_does_not_act(folder: Path, capfd: pytest.CaptureFixture[str]) -> None:
    """Another tool has stored a version and a branch of such names; everybody's release question lists them."""
    from contracts.broker.embedded.inprocess import BASE_URL, session_for

    file = folder / ".contracts/broker.sqlite"
    session = session_for(file)
    document = pact(CONSUMER, TRACKER)
    assert session.post(f"{BASE_URL}environments", json={"name": "production", "production": True}).ok
    published = session.put(f"{BASE_URL}pacts/provider/{TRACKER}/consumer/{CONSUMER}/version/7", json=document)
    assert published.ok, published.text
    assert session.put(f"{BASE_URL}pacticipants/{CONSUMER}/branches/main/versions/7", json={}).ok
    assert session.put(f"{BASE_URL}pacticipants/{TRACKER}/versions/1", json={}).ok
    session.close()
    with sqlite3.connect(file) as db:
        db.execute("UPDATE versions SET number = ? WHERE number = '7'", (EVIL,))
        db.execute("UPDATE branches SET name = ?", (EVIL,))
    code, printed = said(capfd, "can-i-deploy", TRACKER, "--version", "1", "--to-environment", "production")
    assert (code, r"\x3a:error title=x::boom\x1b[31m#\x23[error]x\u202e" in printed) == (1, True), printed
    assert said(capfd, "record-deployment", CONSUMER, "--version", EVIL, "--to-environment", "production")[0] == 0
    assert said(capfd, "record-undeployment", CONSUMER, "--environment", "production")[0] == 0
    said(capfd, "doctor")
