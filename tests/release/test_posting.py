"""`contracts verify EMITTER --broker [--publish]`: what is verified, what is posted, and what the exit code says."""

from __future__ import annotations

import json
import shutil
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
import requests

from contracts.broker.embedded.inprocess import BASE_URL, session_for
from contracts.model.identity import Found, Identity
from contracts.project.domain import load_domain
from contracts.project.settings import Settings
from contracts.provider.same_driver import drives_the_same
from contracts.release.publish import publish_pacts
from tests.release.commands import Cli, Done, emissions
from tests.release.project import COMPLETED, CONSUMER, ENTERED, TRACKER, add_consumer_tests
from tests.release.stub_broker import http, stub_broker

AS_VERSION = ("--publish", "--version", "p1", "--branch", "main")
PRODUCTION = ("--to-environment", "production")


@pytest.fixture
def ready(cli: Cli, settings: Settings, written_pacts: Path) -> Cli:
    """A broker that knows the pacts of c1, with c1 deployed to production."""
    add_consumer_tests(settings.root)
    shutil.copytree(written_pacts, settings.root / "pacts")
    identity = Identity(Found("c1", "test"), Found("main", "test"), None)
    domain = load_domain(settings)
    # The command compares with the consumer tests first, which has tests of its own and takes its time.
    publish_pacts(settings, domain, identity, broker=lambda: cli.client, refuse_stale=lambda *_: None)
    for arguments in (
        ("create-environment", "production", "--production"),
        ("record-deployment", CONSUMER, "--version", "c1", *PRODUCTION),
    ):
        done = cli(*arguments)
        assert done.code == 0, done.err
    return cli


def verify(cli: Cli, captures: Path, *options: str) -> Done:
    """Verify captures against what the broker wants verified."""
    return cli("verify", TRACKER, "--captures", str(captures), "--broker", "--output", "json", *options)


def can_i_deploy(cli: Cli, version: str = "p1") -> int:
    """Return the exit code of the release check."""
    return cli("can-i-deploy", TRACKER, "--version", version, *PRODUCTION).code


def test_without_publish_nothing_is_posted(ready: Cli, tmp_path: Path) -> None:
    """The pact is the broker's, with the consumer's version and the reason for verifying it."""
    done = verify(ready, emissions(tmp_path / "c.ndjson", [COMPLETED]))
    (pact,) = done.document["pacts"]
    assert done.code == 0
    assert (pact["consumer"], pact["consumer_version"], pact["result"], pact["published"]) == (
        CONSUMER,
        "c1",
        True,
        False,
    )
    assert pact["source"].startswith("http")
    assert can_i_deploy(ready) == 1


def test_a_published_success_makes_the_version_deployable(ready: Cli, tmp_path: Path) -> None:
    """Planned pairs that failed or were not emitted don't block it."""
    done = verify(ready, emissions(tmp_path / "c.ndjson", [COMPLETED]), *AS_VERSION)
    assert done.code == 0
    assert done.document["pacts"][0]["published"] is True
    assert can_i_deploy(ready) == 0
    shown = ready("can-i-deploy", TRACKER, "--version", "p1", *PRODUCTION).out
    assert f"planned, blocks nothing: {ENTERED}" in shown


def test_a_published_failure_blocks_the_version(ready: Cli, tmp_path: Path) -> None:
    """A broken implemented pair always does."""
    done = verify(ready, emissions(tmp_path / "c.ndjson", [ENTERED]), *AS_VERSION)
    assert done.code == 1
    assert done.document["pacts"][0] | {"source": ""} == done.document["pacts"][0] | {
        "source": "", "result": False, "published": True,
    }  # fmt: skip
    assert can_i_deploy(ready) == 1


def test_the_table_says_why_a_pact_was_verified(ready: Cli, tmp_path: Path) -> None:
    """In the broker's words."""
    captures = emissions(tmp_path / "c.ndjson", [COMPLETED])
    done = ready("verify", TRACKER, "--captures", str(captures), "--broker", *AS_VERSION)
    assert "success posted" in done.out
    assert "deployed" in done.out


@pytest.mark.parametrize(("content", "code"), [("", 3), ('{"headers": {', 2)], ids=["nothing read", "harness broke"])
def test_nothing_is_posted_without_a_verdict(ready: Cli, tmp_path: Path, content: str, code: int) -> None:
    """The broker keeps knowing nothing of the version."""
    captures = tmp_path / "c.ndjson"
    captures.write_text(content, encoding="utf-8")
    done = verify(ready, captures, *AS_VERSION)
    assert done.code == code
    assert done.document["pacts"][0]["result"] is None
    assert done.document["pacts"][0]["published"] is False
    assert can_i_deploy(ready) == 1


def test_a_pending_pact_of_the_broker_doesnt_fail_the_build(ready: Cli, settings: Settings, tmp_path: Path) -> None:
    """Content that no version has satisfied yet is pending there: its mismatch is a note and its result false."""
    tests = settings.root / "consumer_tests" / "test_expectations.py"
    text = tests.read_text(encoding="utf-8")
    tests.write_text(text.replace('"it is read"', '"it is read again"'), encoding="utf-8")
    captures = emissions(tmp_path / "c.ndjson", [COMPLETED])
    assert verify(ready, captures, *AS_VERSION).code == 0
    assert ready("capture").code == 0
    narrowed = settings.root / "pacts" / f"{CONSUMER}-{TRACKER}.json"
    document = json.loads(narrowed.read_text(encoding="utf-8"))
    for interaction in document["interactions"]:
        interaction["matchingRules"]["body"]["$.id"] = {
            "combine": "AND",
            "matchers": [{"match": "regex", "regex": "^narrow.*$"}],
        }
    # Another project's toolkit may publish what this one wouldn't capture.
    _publish_raw(ready, document, "c2")
    done = verify(ready, captures, "--publish", "--version", "p2", "--branch", "main")
    pacts = {pact["consumer_version"]: pact for pact in done.document["pacts"]}
    assert done.code == 0
    assert (pacts["c1"]["broker_pending"], pacts["c1"]["result"]) == (False, True)
    assert (pacts["c2"]["broker_pending"], pacts["c2"]["result"]) == (True, False)
    assert "pact-mismatch" in {note["rule"] for note in done.document["notes"]}


def _publish_raw(cli: Cli, document: object, version: str) -> None:
    from contracts.broker.publishing import PactPublication, publish
    from contracts.model.pact import parse_pact

    pact = parse_pact(json.dumps(document), source="another toolkit")
    publish(cli.client, PactPublication(CONSUMER, version, "main", (pact,), None))


def test_a_broker_that_dies_before_the_result_is_exit_4(
    own_cli: Cli, settings: Settings, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The run's verdict is shown, nothing is called published, and the error says what the broker answered."""
    add_consumer_tests(settings.root)
    assert own_cli("capture").code == 0
    assert own_cli("publish", "--version", "c1", "--branch", "main").code == 0
    session = session_for(settings.root / ".contracts" / "broker.sqlite")
    adapter = session.get_adapter(BASE_URL)
    sent = adapter.send

    def refuse_results(request: requests.PreparedRequest, **options: Any) -> requests.Response:
        if request.method in ("POST", "PUT") and "for-verification" not in str(request.url):
            raise requests.ConnectionError("the broker is gone")
        return sent(request, **options)

    monkeypatch.setattr(adapter, "send", refuse_results)
    monkeypatch.setattr("contracts.broker.embedded.inprocess.session_for", lambda _: session)
    done = verify(own_cli, emissions(tmp_path / "c.ndjson", [COMPLETED]), *AS_VERSION)
    assert done.code == 4
    assert done.document["success"] is False
    assert done.document["pacts"][0]["published"] is False
    assert "the broker" in done.err


def test_an_unreachable_broker_is_exit_4_before_anything_is_driven(own_cli: Cli, tmp_path: Path) -> None:
    """One JSON document with what, where and next."""
    with stub_broker(http("500 Internal Server Error", "")) as stub:
        done = verify(own_cli, emissions(tmp_path / "c.ndjson", [COMPLETED]), "--broker-base-url", stub.url)
    assert done.code == 4
    assert set(done.document["error"]) == {"what", "where", "next", "steps"}


@pytest.mark.parametrize(
    ("options", "said"),
    [
        (("--publish",), "--publish goes with --broker"),
        (("--branch", "main"), "--branch goes with --broker"),
        (("--broker", *AS_VERSION, "--report-only"), "--report-only publishes nothing"),
        (("--broker", "--selector", "{"), "--selector is no JSON"),
        (("--broker", "--selector", "[]"), "--selector is no JSON object"),
        (("--broker", "--pacts", "pacts"), "two places for the pacts"),
        (("--broker", "--embedded", "--broker-base-url", "http://127.0.0.1:1"), "name two brokers"),
    ],
)
def test_half_a_request_is_refused(own_cli: Cli, tmp_path: Path, options: tuple[str, ...], said: str) -> None:
    """Exit 2, and what to say instead."""
    captures = emissions(tmp_path / "c.ndjson", [COMPLETED])
    done = own_cli("verify", TRACKER, "--captures", str(captures), *options)
    assert done.code == 2
    assert said in done.err


def test_a_violation_is_named_to_whoever_asks_for_the_release(ready: Cli, tmp_path: Path) -> None:
    """Every pair holds and the result is a failure all the same: the decision says which rule was broken."""
    captures = emissions(tmp_path / "c.ndjson", [COMPLETED, "client_webinar_left"])
    done = verify(ready, captures, *AS_VERSION)
    assert done.code == 1
    assert [pact["result"] for pact in done.document["pacts"]] == [False]
    asked = ready("can-i-deploy", TRACKER, "--version", "p1", *PRODUCTION, "--output", "json")
    assert asked.code == 1
    (row,) = asked.document["rows"]
    assert row["violations"] == ["undeclared-emission"]
    assert {pair["event"]: pair["state"] for pair in row["pairs"]}[COMPLETED] == "passed"
    assert len(row["pairs"]) == 3
    assert "undeclared-emission" in asked.document["blockers"][0]["text"]
    assert "violations: undeclared-emission" in ready("can-i-deploy", TRACKER, "--version", "p1", *PRODUCTION).out


def test_a_stand_in_is_never_posted(own_cli: Cli, settings: Settings) -> None:
    """What the settings' stand-in does is no result of the emitter's."""
    with (settings.root / "contracts.toml").open("a", encoding="utf-8") as file:
        file.write(f'\n[emitters.{TRACKER}]\ncaptures = "c.ndjson"\nstand-in = true\n')
    emissions(settings.root / "c.ndjson", [COMPLETED])
    emissions(settings.root / "real.ndjson", [COMPLETED])
    for named in ((), ("--captures", "c.ndjson")):
        done = own_cli("verify", TRACKER, *named, "--broker", *AS_VERSION)
        assert done.code == 2
        assert "stand-in" in done.err
    assert own_cli("verify", TRACKER, "--broker").code == 0
    # The pacts at hand ask something of the tracker, and this broker holds none: exit 3, and not 2.
    assert own_cli("verify", TRACKER, "--captures", "real.ndjson", "--broker", *AS_VERSION).code == 3


SAME_FILE = {
    "another path": ["./c.ndjson"],
    "a path through another folder": ["pacts/../c.ndjson"],
    "an absolute path": ["{root}/c.ndjson"],
    "a link": ["link.ndjson"],
    "a hard link": ["hard.ndjson"],
    "one of several": ["real.ndjson", "./c.ndjson"],
}


@pytest.mark.parametrize("names", SAME_FILE.values(), ids=SAME_FILE)
def test_a_stand_in_under_another_name_is_one(own_cli: Cli, settings: Settings, names: list[str]) -> None:
    """The file counts, not what it is called; another file beside it is the emitter's."""
    root = settings.root
    with (root / "contracts.toml").open("a", encoding="utf-8") as file:
        file.write(f'\n[emitters.{TRACKER}]\ncaptures = "c.ndjson"\nstand-in = true\n')
    for name in ("c.ndjson", "real.ndjson"):
        emissions(root / name, [COMPLETED])
    (root / "pacts").mkdir(exist_ok=True)
    (root / "link.ndjson").symlink_to("c.ndjson")
    (root / "hard.ndjson").hardlink_to(root / "c.ndjson")
    words = [word for name in names for word in ("--captures", name.format(root=root))]
    done = own_cli("verify", TRACKER, *words, "--broker", *AS_VERSION)
    assert done.code == 2
    assert "stand-in" in done.err
    assert own_cli("verify", TRACKER, "--captures", "./real.ndjson", "--broker", *AS_VERSION).code == 3


@pytest.mark.parametrize(
    ("way", "named", "given", "same"),
    [
        ("command", "python emit.py --all", "python  './emit.py' --all", True),
        ("command", "python emit.py --all", "python other.py --all", False),
        ("command", "python emit.py --all", "python emit.py", False),
        ("trigger", "http://Host.example/go/", "http://host.example/go", True),
        ("trigger", "http://host.example/go", "http://host.example/Go", False),
        ("trigger", "http://host.example/go", "http://host.example/go?x=1", False),
        ("python", "emit:send", "emit:send", True),
        ("python", "emit:send", "emit:other", False),
    ],
)
def test_a_driver_is_the_same_by_what_it_reaches(
    settings: Settings, monkeypatch: pytest.MonkeyPatch, way: str, named: str, given: str, same: bool
) -> None:
    """A command by its words and files, an address by what it leads to; another way is never the same."""
    monkeypatch.chdir(settings.root)
    for name in ("emit.py", "other.py"):
        (settings.root / name).write_text("")
    own = replace(settings, emitters={TRACKER: {way: named, "stand-in": True}})
    assert drives_the_same(own, TRACKER, {way: given}) is same
    assert drives_the_same(own, TRACKER, {})
    assert not drives_the_same(own, TRACKER, {"endpoint": given})


def test_a_ci_job_without_a_broker_is_told_so(own_cli: Cli, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A missing secret must not look like a publication; --embedded says that it is meant."""
    monkeypatch.setenv("CI", "true")
    captures = emissions(tmp_path / "c.ndjson", [COMPLETED])
    assert verify(own_cli, captures, *AS_VERSION).code == 2
    assert verify(own_cli, captures, "--embedded").code == 0
