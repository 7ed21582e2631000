"""`contracts doctor`: each thing is ok, or says what to do."""

from __future__ import annotations

import json
from datetime import UTC, datetime, timedelta
from email.utils import format_datetime

import pytest

from contracts.project.settings import Settings
from tests.release.commands import Cli
from tests.release.stub_broker import http, stub_broker

INDEX = json.dumps({"_links": {"pb:publish-contracts": {"href": "/contracts/publish"}}})


def checks(cli: Cli, *options: str) -> tuple[int, dict[str, dict[str, object]]]:
    """Return the exit code and each check by its name."""
    done = cli("doctor", "--output", "json", *options)
    return done.code, {check["name"]: check for check in done.document["checks"]}


@pytest.fixture(autouse=True)
def _identity(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("GIT_COMMIT", "abc123")
    monkeypatch.setenv("GIT_BRANCH", "main")


def test_everything_is_in_order(cli: Cli) -> None:
    """With the embedded broker, in process and over a socket."""
    code, found = checks(cli)
    assert code == 0
    assert all(check["ok"] for check in found.values())
    assert found["version"]["finding"] == "abc123, from GIT_COMMIT"
    assert set(found) >= {"toolkit", "pact library", "settings", "registry", "branch", "broker", "clock", "telemetry"}


def test_the_table_says_what_to_do(own_cli: Cli, monkeypatch: pytest.MonkeyPatch) -> None:
    """A line that isn't ok is followed by the next step."""
    monkeypatch.delenv("GIT_BRANCH")
    done = own_cli("doctor")
    assert done.code == 2
    assert "NOT  branch" in done.out
    assert "next: say --branch" in done.out


def test_an_invalid_registry_is_named_with_its_line(own_cli: Cli, settings: Settings) -> None:
    """The other things are looked at all the same."""
    registry = settings.root / "emitters.toml"
    registry.write_text(registry.read_text(encoding="utf-8").replace("planned", "planed", 1), encoding="utf-8")
    code, found = checks(own_cli)
    assert code == 2
    assert "emitters.toml:" in str(found["registry"]["finding"])
    assert found["broker"]["ok"]


def test_an_account_that_may_not_write_is_told_so(own_cli: Cli) -> None:
    """The broker answers, and refuses a publication."""
    with stub_broker(http("200 OK", INDEX), http("200 OK", INDEX), http("401 Unauthorized", "", "text/plain")) as stub:
        code, found = checks(own_cli, "--broker-base-url", stub.url)
    assert code == 4
    assert found["broker"]["ok"]
    assert not found["may write"]["ok"]


def test_links_that_lead_elsewhere_are_a_line_of_their_own(own_cli: Cli) -> None:
    """The host and a relation are named, nothing is sent there, and the rest is looked at all the same."""
    links = {
        "pb:publish-contracts": {"href": "http://inside.invalid:9292/contracts/publish"},
        "pb:environments": {"href": "http://inside.invalid:9292/environments"},
        "pb:pacticipants": {"href": "/pacticipants"},
    }
    index = http("200 OK", json.dumps({"_links": links}))
    with stub_broker(index, index) as stub:
        code, found = checks(own_cli, "--broker-base-url", stub.url)
    assert code == 4
    assert found["broker"]["ok"]
    said = str(found["broker's links"]["finding"])
    assert "inside.invalid:9292" in said
    assert "pb:publish-contracts and 1 other" in said
    assert found["clock"]["ok"]
    assert found["telemetry"]["ok"]
    assert "may write" not in found


@pytest.mark.parametrize(("minutes", "ok"), [(0, True), (1, True), (30, False), (-30, False)])
def test_clocks_that_are_far_apart_are_named(own_cli: Cli, minutes: int, ok: bool) -> None:
    """A broker orders by time."""
    date = format_datetime(datetime.now(UTC) + timedelta(minutes=minutes), usegmt=True)
    index = http("200 OK", INDEX, "application/hal+json", f"Date: {date}")
    with stub_broker(index, index, http("400 Bad Request", "{}")) as stub:
        code, found = checks(own_cli, "--broker-base-url", stub.url)
    assert found["clock"]["ok"] is ok
    assert (code == 0) is ok


def test_a_broker_that_isnt_there_is_exit_4(own_cli: Cli) -> None:
    """With what to do, and no traceback."""
    with stub_broker() as stub:
        url = stub.url
    code, found = checks(own_cli, "--broker-base-url", url)
    assert code == 4
    assert found["broker"]["next"]


def test_telemetry_is_off_unless_the_user_wants_it(own_cli: Cli, monkeypatch: pytest.MonkeyPatch) -> None:
    """The user's own choice stays."""
    monkeypatch.delenv("PACT_DO_NOT_TRACK", raising=False)
    assert "off" in str(checks(own_cli)[1]["telemetry"]["finding"])
    monkeypatch.setenv("PACT_DO_NOT_TRACK", "false")
    assert "on, as" in str(checks(own_cli)[1]["telemetry"]["finding"])
