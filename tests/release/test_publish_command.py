"""`contracts publish` as it is typed, with the capture that it asks for, and storage that fails."""

from __future__ import annotations

import sqlite3
from pathlib import Path

import pytest

from contracts.project.settings import Settings
from tests.release.commands import Cli
from tests.release.project import CONSUMER, TRACKER, add_consumer_tests, registry_toml

NAMED = ("--version", "c1", "--branch", "main")


@pytest.fixture
def captured(own_cli: Cli, settings: Settings) -> Cli:
    """Return the commands in a project whose pacts are captured."""
    add_consumer_tests(settings.root)
    assert own_cli("capture").code == 0
    return own_cli


def test_the_receipt_is_printed_and_is_json_where_asked(captured: Cli) -> None:
    """Each pact with its address and whether it changed; the JSON is one document."""
    done = captured("publish", *NAMED)
    assert done.code == 0
    assert f"{TRACKER}  new" in done.out
    assert done.out.rstrip().endswith("confirmed: every pact was read back")
    document = captured("publish", *NAMED, "--output", "json").document
    assert document["confirmed"] is True
    assert document["version"] == {"value": "c1", "source": "--version"}
    assert [(p["provider"], p["content"]) for p in document["pacts"]] == [(TRACKER, "unchanged")]


def test_without_a_branch_nothing_is_published(captured: Cli, monkeypatch: pytest.MonkeyPatch) -> None:
    """A tag's job has no branch: exit 2 before anything is sent."""
    monkeypatch.setenv("GITHUB_REF_TYPE", "tag")
    done = captured("publish", "--version", "c1", "--output", "json")
    assert done.code == 2
    assert "no branch is known" in done.document["error"]["what"]
    assert captured.client.get(captured.client.link("pb:latest-pact-versions"), doing="looking")["pacts"] == []


def test_a_stale_capture_is_exit_1(captured: Cli, settings: Settings) -> None:
    """Pacts that don't follow from the registry and the tests aren't published, in a dry run neither."""
    emitters = {TRACKER: {"client_webinar_completed": "planned", "client_webinar_entered": "implemented"}}
    (settings.root / "emitters.toml").write_text(registry_toml(emitters), encoding="utf-8")
    for options in ((), ("--dry-run",)):
        done = captured("publish", *NAMED, *options)
        assert done.code == 1
        assert "stale" in done.err
        assert "contracts capture" in done.err


def test_other_content_under_a_version_is_exit_1(captured: Cli, settings: Settings) -> None:
    """The registry moved on and the version didn't: publish under a new one."""
    assert captured("publish", *NAMED).code == 0
    emitters = {TRACKER: {"client_webinar_completed": "implemented", "client_webinar_entered": "implemented"}}
    (settings.root / "emitters.toml").write_text(registry_toml(emitters), encoding="utf-8")
    assert captured("capture").code == 0
    done = captured("publish", *NAMED, "--output", "json")
    assert done.code == 1
    assert "changed content under a published version" in done.document["error"]["what"]
    assert captured("publish", "--version", "c2", "--branch", "main").code == 0


def test_in_a_ci_job_the_broker_is_named(captured: Cli, monkeypatch: pytest.MonkeyPatch) -> None:
    """No broker in a CI job is exit 2, unless the embedded one is meant."""
    monkeypatch.setenv("CI", "true")
    assert captured("publish", *NAMED).code == 2
    assert captured("publish", *NAMED, "--embedded").code == 0


def _corrupt(file: Path) -> None:
    for leftover in file.parent.glob(f"{file.name}-*"):
        leftover.unlink()
    file.write_bytes(b"no database at all" * 100)


def _other_program(file: Path) -> None:
    file.unlink()
    with sqlite3.connect(file) as db:
        db.execute("CREATE TABLE notes (text TEXT)")


def _folder(file: Path) -> None:
    file.unlink()
    file.mkdir()


@pytest.mark.parametrize("harm", [_corrupt, _other_program, _folder], ids=["corrupt", "another's", "a folder"])
def test_a_broken_file_of_the_broker_is_exit_4(
    captured: Cli, settings: Settings, harm: object, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Every command says what is wrong with the file, and touches nothing else."""
    assert callable(harm)
    assert captured("publish", *NAMED).code == 0
    harm(settings.root / ".contracts" / "broker.sqlite")
    for command in (
        ("publish", *NAMED),
        ("can-i-deploy", CONSUMER, "--version", "c1", "--to-environment", "production"),
        ("create-environment", "production"),
    ):
        done = captured(*command, "--output", "json")
        assert done.code == 4, done
        assert "broker.sqlite" in str(done.document["error"])
        assert done.document["error"]["next"]
