"""Which headers' values a recording keeps: those that a pact at hand asks for, so that it can be judged by it."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from contracts.cli.sink_options import kept_names
from tests.emitters.test_record_command import documents, python, run
from tests.verification.support import CONSUMER, TRACKER, interaction

SENT = {"X-Region": "eu", "X-Tenant": "t-1", "Authorization": "s-1", "X-Key": "s-2", "Content-Type": "text/plain"}
SEND = f"""
import os, sys, urllib.request as r
print(os.environ["CONTRACTS_KEEP_HEADERS"])
r.urlopen(r.Request(os.environ["CONTRACTS_SINK_URL"], b"x", {SENT!r}), timeout=10)
"""


def write_pact(folder: Path, consumer: str, **metadata: Any) -> None:
    """Write a pact with the tracker whose message has metadata."""
    document = {
        "consumer": {"name": consumer},
        "provider": {"name": TRACKER},
        "interactions": [interaction("client_webinar_completed") | {"metadata": metadata}],
        "metadata": {"pactSpecification": {"version": "4.0"}},
    }
    (folder / "pacts").mkdir(exist_ok=True)
    (folder / "pacts" / f"{consumer}-{TRACKER}.json").write_text(json.dumps(document), encoding="utf-8")


@pytest.fixture
def project(tmp_path: Path) -> Path:
    """A project with the pacts of two consumers, each of which asks for headers."""
    write_pact(tmp_path, CONSUMER, contentType="application/cloudevents+json", **{"X-Region": "eu"})
    write_pact(tmp_path, "another-consumer", **{"x-tenant": "t-1", "Authorization": "s-1"})
    return tmp_path


def recorded(folder: Path, *options: str, **env: str) -> tuple[dict[str, str], str]:
    """What is recorded of the headers that were sent, and what a recorder inside the suite is told."""
    done = run(folder, *python(SEND), options=options, **env)
    assert done.returncode == 0, done.stderr
    (line,) = documents(folder / "captures.ndjson")
    return {name: line["headers"][name.lower()] for name in SENT}, done.stdout.strip()


def test_what_the_pacts_ask_for_is_kept_and_credentials_are_not(project: Path) -> None:
    """Of every consumer's pact; a recorder inside the suite learns it too."""
    found, told = recorded(project)
    assert found == SENT | {"Authorization": "(not recorded)", "X-Key": "(not recorded)"}
    assert set(told.split(",")) == {"content-type", "x-region", "x-tenant"}


def test_what_is_named_by_hand_is_kept_beside_it(project: Path) -> None:
    """On the command line or by the variable, credentials too."""
    assert recorded(project, "--keep-header", "Authorization")[0] == SENT | {"X-Key": "(not recorded)"}
    assert recorded(project, CONTRACTS_KEEP_HEADERS="x-key, authorization")[0] == SENT


def test_where_no_pact_asks_for_any_none_is_kept(tmp_path: Path) -> None:
    """The pacts that the toolkit brings ask for the content type alone."""
    kept = {"Content-Type": "text/plain"}
    assert recorded(tmp_path)[0] == dict.fromkeys(SENT, "(not recorded)") | kept


def test_a_pact_that_cannot_be_read_is_said_and_ends_no_recording(
    project: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    """Whoever verifies needs it; what was named by hand is kept all the same."""
    file = next((project / "pacts").iterdir())
    file.write_text(file.read_text(encoding="utf-8").replace('"4.0"', '"2.0"'), encoding="utf-8")
    monkeypatch.chdir(project)
    assert kept_names(["X-Key"]) == {"x-key"}
    assert "warning: which headers the pacts ask for isn't known:" in capsys.readouterr().err
