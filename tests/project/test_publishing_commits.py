"""`contracts publish` and `verify --publish` in a checkout: what is published is what was tested."""

from __future__ import annotations

import json
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from contracts.project.broker_choice import embedded_client
from contracts.project.settings import load_settings
from tests.project.checkouts import Checkout, make_checkout
from tests.release.commands import Cli, emissions
from tests.release.project import COMPLETED, CONSUMER, TRACKER, add_consumer_tests

VERIFY = ("verify", TRACKER, "--captures", "captures.ndjson", "--broker", "--publish", "--branch", "main")


@pytest.fixture
def checkout(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Checkout:
    """A committed project whose pacts are captured."""
    made = make_checkout(tmp_path / "repository")
    monkeypatch.chdir(made.root)
    return made


@pytest.fixture
def cli(checkout: Checkout, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> Cli:
    """`contracts …` in the checkout, with its own broker, in which the pacts are published."""
    run = Cli(capsys, embedded_client(load_settings(checkout.root)))
    add_consumer_tests(checkout.root)
    assert run("capture").code == 0
    checkout.commit()
    done = run("publish", "--branch", "main")
    assert done.code == 0, done.err
    assert "note" not in done.err
    return run


def record(checkout: Checkout, **said: object) -> None:
    """Write captures in which the tracker states what it should, with what they say of when that was."""
    file = emissions(checkout.root / "captures.ndjson", [COMPLETED])
    lines = [json.loads(line) | said for line in file.read_text(encoding="utf-8").splitlines()]
    file.write_text("".join(f"{json.dumps(line)}\n" for line in lines), encoding="utf-8")


def head(checkout: Checkout) -> str:
    """Return the commit that is checked out."""
    return checkout.git("rev-parse", "HEAD")


def asked(cli: Cli, version: str) -> dict[str, object]:
    """Ask whether the tracker's version may be released, and return what is said."""
    cli("create-environment", "production", "--production")
    done = cli("can-i-deploy", TRACKER, "--version", version, "--to-environment", "production", "--output", "json")
    document: dict[str, object] = done.document
    return document


def test_a_fix_that_isnt_committed_turns_no_failure_into_a_success(cli: Cli, checkout: Checkout) -> None:
    """Under the same commit the broker keeps the failure; committed, the fix is another version."""
    commit = {"id": head(checkout), "clean": True}
    record(checkout, commit=commit, body="{}")
    assert cli(*VERIFY).code == 1
    checkout.project.put("plugin/emit.php", "<?php // mended\n")
    record(checkout, commit={**commit, "clean": False})
    done = cli(*VERIFY)
    assert done.code == 2
    assert "the working copy isn't what" in done.err
    assert "plugin/emit.php" in done.err
    assert asked(cli, head(checkout))["answer"] == "no"
    mended = checkout.commit()
    record(checkout, commit={"id": mended, "clean": True})
    done = cli(*VERIFY)
    assert (done.code, "note" in done.err) == (0, False), done.err
    assert asked(cli, mended)["answer"] == "yes"
    assert asked(cli, mended)["warnings"] == []


def test_yesterdays_captures_are_not_todays(cli: Cli, checkout: Checkout) -> None:
    """By their commit, or else by their time; nothing is posted, and the verdict is shown all the same."""
    first = head(checkout)
    checkout.project.put("plugin/emit.php", "<?php // today\n")
    today = checkout.commit()
    yesterday = (datetime.now(UTC) - timedelta(days=1)).isoformat()
    for said in ({"commit": {"id": first, "clean": True}}, {"at": yesterday}):
        record(checkout, **said)
        done = cli(*VERIFY)
        assert done.code == 2
        assert "captures.ndjson:1: the captures are old" in done.err
        assert "passed 1" in done.out
        assert "posted" not in done.out.replace("not posted", "")
    assert cli.client.ask("GET", f"pacticipants/{TRACKER}/versions/{today}").status == 404
    done = cli(*VERIFY, "--allow-old-captures")
    assert (done.code, "note: --allow-old-captures" in done.err) == (0, True)
    assert any("--allow-old-captures: recorded at" in str(one) for one in asked(cli, today)["warnings"])  # type: ignore[attr-defined]


def test_what_isnt_known_goes_with_the_result(cli: Cli, checkout: Checkout) -> None:
    """Captures without commit and time, and a version that is no commit: the question shows both."""
    record(checkout)
    done = cli(*VERIFY, "--version", "1.4.0")
    assert done.code == 0
    warnings = str(asked(cli, "1.4.0")["warnings"])
    assert "nobody compared the working copy with 1.4.0, which is no commit" in warnings
    assert "when it was recorded isn't known (1 of 1 emissions)" in warnings


def test_pacts_of_a_working_copy_that_differs_are_not_published(cli: Cli, checkout: Checkout) -> None:
    """Nor under another commit; with --allow-dirty the receipt says it."""
    before = head(checkout)
    checkout.commit()
    done = cli("publish", "--branch", "main", "--version", before)
    assert (done.code, "is another commit than the one that is checked out" in done.err) == (2, True)
    checkout.project.put("plugin/new.php", "<?php\n")
    for options in ((), ("--dry-run",)):
        done = cli("publish", "--branch", "main", *options)
        assert (done.code, "plugin/new.php" in done.err) == (2, True)
    assert cli.client.ask("GET", f"pacticipants/{CONSUMER}/versions/{head(checkout)}").status == 404
    done = cli("publish", "--branch", "main", "--allow-dirty", "--output", "json")
    assert done.code == 0
    assert [note.startswith("--allow-dirty: the working copy isn't what") for note in done.document["notes"]] == [True]


@pytest.mark.parametrize("option", ["--allow-dirty", "--allow-old-captures"])
def test_what_is_allowed_goes_with_a_publication(cli: Cli, option: str) -> None:
    """Without one there is nothing to allow."""
    done = cli("verify", TRACKER, "--broker", option)
    assert (done.code, f"{option} goes with --publish" in done.err) == (2, True)
