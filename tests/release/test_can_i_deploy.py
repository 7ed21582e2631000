"""`contracts can-i-deploy` and the records it rests on, through the commands."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from contracts.broker import hal
from contracts.broker.client import BrokerClient
from contracts.broker.publishing import PactPublication, publish
from contracts.broker.version_matrix import release_matrix
from contracts.broker.versions import put_on_branch
from contracts.model.pact import parse_pact
from contracts.model.release import Answer, Decision, Knowledge, Question
from contracts.model.release_decision import decide
from contracts.project.settings import Settings
from contracts.release.question import decision_when_known
from tests.release.commands import Cli, emissions, verify_and_post
from tests.release.project import CI_VARIABLES, COMPLETED, CONSUMER, ENTERED, TRACKER, pact

PRODUCTION = ("--to-environment", "production")


def publish_service(client: BrokerClient, version: str, branch: str = "main", revision: str = "1") -> None:
    """Publish a pact of the scenario service with the tracker."""
    document = parse_pact(json.dumps(pact(revision=revision)), source="here")
    publish(client, PactPublication(CONSUMER, version, branch, (document,)))


def post_native(client: BrokerClient, version: str, consumer_version: str, success: bool, **more: object) -> None:
    """Post a result as another tool does, without this toolkit's words in it."""
    url = client.link(
        "pb:publish-pact", provider=TRACKER, consumer=CONSUMER, consumerApplicationVersion=consumer_version
    )
    document = client.get(url, doing="fetching the pact")
    put_on_branch(client, TRACKER, version, "main")
    body = {"success": success, "providerApplicationVersion": version, **more}
    answer = client.send("POST", hal.link(document, "pb:publish-verification-results"), body, repeatable=True)
    assert answer.status == 201


@pytest.fixture
def released(cli: Cli) -> Cli:
    """Return the commands on a broker with an environment and one version of the service."""
    assert cli("create-environment", "production", "--production").code == 0
    publish_service(cli.client, "c1")
    return cli


def test_an_emitter_that_was_never_verified_is_not_released(released: Cli) -> None:
    """With no consumer deployed the broker says yes to it: an empty matrix is no evidence."""
    put_on_branch(released.client, TRACKER, "p1", "main")
    assert release_matrix(released.client, TRACKER, "p1", "production").deployable is True
    done = released("can-i-deploy", TRACKER, "--version", "p1", *PRODUCTION)
    assert done.code == 1
    assert f"{CONSUMER} c1 (head of its main branch) and {TRACKER} p1 were never verified with each other" in done.out
    assert f"contracts verify {TRACKER} --broker --publish --version p1 --branch main" in done.out


def test_a_failed_emitter_is_not_released_while_no_consumer_is_deployed(released: Cli) -> None:
    """Nor one that failed: only a successful result of this very version is evidence."""
    post_native(released.client, "p1", "c1", success=False)
    assert released("can-i-deploy", TRACKER, "--version", "p1", *PRODUCTION).code == 1
    post_native(released.client, "p2", "c1", success=True)
    done = released("can-i-deploy", TRACKER, "--version", "p2", *PRODUCTION)
    assert done.code == 0
    assert "nothing in production relies on it yet; a successful result for p2 exists" in done.out
    assert released("can-i-deploy", TRACKER, "--version", "p1", *PRODUCTION).code == 1


def test_unverified_may_be_allowed_loudly(released: Cli) -> None:
    """--allow-unverified releases it and says what isn't known."""
    put_on_branch(released.client, TRACKER, "p1", "main")
    done = released("can-i-deploy", TRACKER, "--version", "p1", *PRODUCTION, "--allow-unverified")
    assert done.code == 0
    assert "warning: --allow-unverified" in done.out
    wrong = released("can-i-deploy", CONSUMER, "--version", "c1", *PRODUCTION, "--allow-unverified")
    assert wrong.code == 2


def test_two_live_emitter_versions_need_two_results(released: Cli) -> None:
    """The broker says yes with one result of two; ours names the version that has none."""
    publish_service(released.client, "c0", revision="0")
    post_native(released.client, "p1", "c1", success=True)
    post_native(released.client, "p2", "c0", success=True)
    assert released("record-deployment", TRACKER, "--version", "p1", *PRODUCTION, "--instance", "blue").code == 0
    assert released("record-deployment", TRACKER, "--version", "p2", *PRODUCTION, "--instance", "green").code == 0
    # This is the hole: the broker's own answer rests on p1 alone.
    assert release_matrix(released.client, CONSUMER, "c1", "production").deployable is True
    done = released("can-i-deploy", CONSUMER, "--version", "c1", *PRODUCTION, "--output", "json")
    assert done.code == 1
    assert done.document["answer"] == "unknown"
    assert "p2 is in production too" in done.document["blockers"][0]["text"]
    post_native(released.client, "p2", "c1", success=True)
    assert released("can-i-deploy", CONSUMER, "--version", "c1", *PRODUCTION).code == 0


def test_released_versions_count_until_their_support_ends(released: Cli) -> None:
    """For a plugin on many sites: every supported version needs a result."""
    publish_service(released.client, "c0", revision="0")
    post_native(released.client, "p1", "c0", success=True)
    post_native(released.client, "p2", "c1", success=True)
    for version in ("p1", "p2"):
        assert released("record-release", TRACKER, "--version", version, *PRODUCTION).code == 0
    assert released("can-i-deploy", CONSUMER, "--version", "c1", *PRODUCTION).code == 1
    ended = released("record-support-ended", TRACKER, "--version", "p1", "--environment", "production")
    assert ended.code == 0
    assert "no longer supported" in ended.out
    assert released("can-i-deploy", CONSUMER, "--version", "c1", *PRODUCTION).code == 0
    assert released("record-support-ended", TRACKER, "--version", "p1", "--environment", "production").code == 2


def test_planned_pairs_are_shown_as_pending(released: Cli, settings: Settings, tmp_path: Path) -> None:
    """The answer names the planned pairs, which block nothing."""
    assert released("record-deployment", CONSUMER, "--version", "c1", *PRODUCTION).code == 0
    captures = emissions(tmp_path / "e.ndjson", (COMPLETED,))
    assert set(verify_and_post(released.client, captures, "p1")) == {"c1"}
    done = released("can-i-deploy", TRACKER, "--version", "p1", *PRODUCTION, "--output", "json")
    states = {pair["event"]: pair["state"] for pair in done.document["rows"][0]["pairs"]}
    assert states[ENTERED] == "pending"


def test_a_failed_pair_is_named_with_its_rule(released: Cli) -> None:
    """The answer names which pair failed and by which rule; foreign results by what they say."""
    assert released("record-deployment", CONSUMER, "--version", "c1", *PRODUCTION).code == 0
    tests = [
        {"interactionDescription": f"{COMPLETED}: it is read", "success": False, "mismatches": [{"attribute": "body"}]},
        {"interactionDescription": f"{ENTERED}: it is read", "success": False, "pending": True},
    ]
    post_native(released.client, "p1", "c1", success=False, testResults=tests)
    done = released("can-i-deploy", TRACKER, "--version", "p1", *PRODUCTION)
    assert done.code == 1
    assert f"no: the verification between {CONSUMER} c1 and {TRACKER} p1 failed: {COMPLETED} (body)" in done.out
    assert "pending" in done.out


def test_a_result_that_tested_nothing_is_no_evidence(released: Cli) -> None:
    """A native run whose filter matched nothing posts a success without tests: the broker's yes isn't ours."""
    post_native(released.client, "p1", "c1", success=True, testResults=[])
    assert release_matrix(released.client, TRACKER, "p1", "production").deployable is True
    assert released("can-i-deploy", TRACKER, "--version", "p1", *PRODUCTION).code == 1
    assert released("record-deployment", CONSUMER, "--version", "c1", *PRODUCTION).code == 0
    assert released("record-deployment", TRACKER, "--version", "p1", *PRODUCTION).code == 0
    for name, version in ((TRACKER, "p1"), (CONSUMER, "c1")):
        done = released("can-i-deploy", name, "--version", version, *PRODUCTION)
        assert done.code == 1
        assert "tested no interaction" in done.out
    tests = [{"interactionDescription": f"{COMPLETED}: it is read", "success": True}]
    post_native(released.client, "p1", "c1", success=True, testResults=tests)
    assert released("can-i-deploy", TRACKER, "--version", "p1", *PRODUCTION).code == 0


def test_ignore_leaves_out_and_says_so(released: Cli) -> None:
    """--ignore for an emitter that is nowhere: the rest decides, the warning stays."""
    assert released("can-i-deploy", CONSUMER, "--version", "c1", *PRODUCTION).code == 1
    done = released("can-i-deploy", CONSUMER, "--version", "c1", *PRODUCTION, "--ignore", TRACKER)
    assert done.code == 0
    assert f"warning: --ignore {TRACKER}" in done.out
    assert released("can-i-deploy", CONSUMER, "--version", "c1", *PRODUCTION, "--ignore", "nobody").code == 2


def test_a_dry_run_shows_no_and_exits_0(released: Cli) -> None:
    """--dry-run is for a first look: the answer is no, the exit 0, and stderr says why."""
    done = released("can-i-deploy", TRACKER, "--version", "p9", *PRODUCTION, "--dry-run", "--output", "json")
    assert done.code == 0
    assert done.document["deployable"] is False
    assert "--dry-run" in done.err


def test_unknown_environments_and_names_are_misuse(released: Cli) -> None:
    """A mistyped environment or pacticipant is no "no": exit 2 and the nearest right name."""
    environment = released("can-i-deploy", TRACKER, "--version", "p1", "--to-environment", "prodution")
    assert environment.code == 2
    assert "did you mean 'production'" in environment.err
    name = released("can-i-deploy", "client-webinar-tracker-v3", "--version", "p1", *PRODUCTION, "--output", "json")
    assert name.code == 2
    assert "did you mean" in name.document["error"]["what"]


def test_unknown_is_asked_again_as_often_as_said() -> None:
    """The answer is asked for again while it is unknown, at most N times, with the interval between."""
    question = Question(CONSUMER, "c1", "production", is_emitter=False, implemented=False)
    unknown = decide(question, Knowledge(True, None, "not yet"))
    yes = decide(question, Knowledge(True, True, "all verified"))
    no = decide(question, Knowledge(True, False, "failed"))
    for answers, retries, expected, pauses in (
        ([unknown, unknown, yes], 5, Answer.YES, 2),
        ([unknown, unknown, yes], 1, Answer.UNKNOWN, 1),
        ([no, yes], 5, Answer.NO, 0),
        ([unknown, no, yes], 5, Answer.NO, 1),
        ([unknown, no, yes], 1, Answer.NO, 1),
        ([unknown], 0, Answer.UNKNOWN, 0),
    ):
        slept: list[float] = []
        left: list[Decision] = list(answers)
        decision = decision_when_known(lambda left=left: left.pop(0), retries=retries, interval=2.5, sleep=slept.append)  # type: ignore[misc]
        assert decision.answer is expected
        assert slept == [2.5] * pauses


def test_records_are_confirmed_and_repeatable(released: Cli) -> None:
    """Recording twice is the same as once; what was there is replaced by the next version."""
    publish_service(released.client, "c2")
    first = released("record-deployment", CONSUMER, "--version", "c1", *PRODUCTION, "--output", "json")
    again = released("record-deployment", CONSUMER, "--version", "c1", *PRODUCTION, "--output", "json")
    assert (first.document["changed"], again.document["changed"]) == (True, False)
    assert released("record-deployment", CONSUMER, "--version", "c2", *PRODUCTION).code == 0
    gone = released("record-undeployment", CONSUMER, "--environment", "production", "--output", "json")
    assert [one["version"] for one in gone.document["recorded"]] == ["c2"]
    nothing = released("record-undeployment", CONSUMER, "--environment", "production")
    assert nothing.code == 2
    assert "isn't recorded as deployed" in nothing.err


def test_a_version_that_the_broker_lacks_is_not_recorded(released: Cli) -> None:
    """The broker refuses an unknown version: exit 4, and where versions come from."""
    done = released("record-deployment", CONSUMER, "--version", "c9", *PRODUCTION)
    assert done.code == 4
    assert "no version c9" in done.err
    assert released("record-release", "nobody", "--version", "1", *PRODUCTION).code == 2


def test_environments_are_created_once(released: Cli) -> None:
    """One that is there and alike is left; one of another kind is misuse."""
    again = released("create-environment", "production", "--production", "--output", "json")
    assert again.document["changed"] is False
    assert released("create-environment", "production").code == 2
    assert released("create-environment", "staging", "--display-name", "The stage").code == 0


@pytest.mark.parametrize(
    "command",
    [
        ("can-i-deploy", TRACKER, "--version", "1", *PRODUCTION),
        ("record-deployment", TRACKER, "--version", "1", *PRODUCTION),
        ("record-release", TRACKER, "--version", "1", *PRODUCTION),
        ("record-undeployment", TRACKER, "--environment", "production"),
        ("record-support-ended", TRACKER, "--version", "1", "--environment", "production"),
        ("create-environment", "production"),
        ("promote", TRACKER, ENTERED),
    ],
    ids=lambda command: command[0],
)
def test_every_command_ends_alike_without_a_usable_broker(
    own_cli: Cli, monkeypatch: pytest.MonkeyPatch, command: tuple[str, ...]
) -> None:
    """No broker in a CI job is exit 2, one that can't be reached exit 4; with JSON, one document on stdout."""
    assert "CI" in CI_VARIABLES
    monkeypatch.setenv("CI", "true")
    unnamed = own_cli(*command, "--output", "json")
    assert unnamed.code == 2
    assert "PACT_BROKER_BASE_URL" in unnamed.document["error"]["what"]
    monkeypatch.setattr("contracts.broker.retry.RetryPolicy.pause", lambda *_: None)
    unreachable = own_cli(*command, "--output", "json", "--broker-base-url", "http://127.0.0.1:9")
    assert unreachable.code == 4
    assert "can't be reached" in unreachable.document["error"]["what"]
    assert unreachable.document["error"]["next"]
