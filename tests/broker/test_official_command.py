"""The official `pact broker` command against the embedded broker: a test a verb, exit codes as recorded."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from tests.broker.programs import pact_broker
from tests.broker.running import Broker, interaction, pact


@pytest.fixture
def pacts(tmp_path: Path) -> Path:
    """A folder with a pact, as a consumer's build leaves it."""
    folder = tmp_path / "pacts"
    folder.mkdir()
    (folder / "service-tracker.json").write_text(json.dumps(pact("service", "tracker")))
    return folder


@pytest.fixture
def published(broker: Broker) -> Broker:
    """A broker with version 1 of a consumer on a branch with a slash, tagged, and an environment."""
    assert broker.publish("service", "1", pact("service", "tracker"), branch="feat/x", tags=["blue"]).ok
    broker.environment("production")
    return broker


def test_publish(broker: Broker, pacts: Path) -> None:
    """A folder of pacts is published with its branch and build URL, and can be published again."""
    arguments = ("publish", str(pacts), "--consumer-app-version", "1", "--branch", "feat/x")
    for _ in range(2):
        answered = pact_broker(broker, *arguments, "--build-url", "https://ci.example/1")
        assert (answered.returncode, "Warning" in answered.stdout) == (0, False), answered
    version = broker.get("/pacticipants/service/versions/1")
    assert version["buildUrl"] == "https://ci.example/1"
    assert [one["name"] for one in version["_embedded"]["branchVersions"]] == ["feat/x"]


def test_publish_changed_content(published: Broker, pacts: Path) -> None:
    """Other content under a published version exits 1 and says to use a new one."""
    changed = pact("service", "tracker", interaction("completed", example="c-2"))
    (pacts / "service-tracker.json").write_text(json.dumps(changed))
    answered = pact_broker(published, "publish", str(pacts), "--consumer-app-version", "1", "--branch", "main")
    assert answered.returncode == 1
    assert "new version" in answered.stdout + answered.stderr


def test_create_environment(broker: Broker) -> None:
    """An environment is created once; its name can't be taken twice."""
    arguments = ("create-environment", "--name", "production", "--production")
    assert pact_broker(broker, *arguments).returncode == 0
    assert pact_broker(broker, *arguments).returncode == 1
    (one,) = broker.get("/environments")["_embedded"]["environments"]
    assert (one["name"], one["displayName"], one["production"]) == ("production", "Production", True)


def test_list_environments(broker: Broker) -> None:
    """An empty list is fine, and so is one with entries."""
    assert pact_broker(broker, "list-environments").returncode == 0
    broker.environment("staging", production=False)
    answered = pact_broker(broker, "list-environments")
    assert (answered.returncode, "staging" in answered.stdout) == (0, True)


def test_record_deployment(published: Broker) -> None:
    """A known version is recorded; an unknown version or environment exits 1 and records nothing."""
    arguments = ("record-deployment", "--pacticipant", "service", "--version")
    assert pact_broker(published, *arguments, "1", "--environment", "production").returncode == 0
    assert pact_broker(published, *arguments, "9", "--environment", "production").returncode == 1
    assert pact_broker(published, *arguments, "1", "--environment", "mars").returncode == 1
    assert _live(published, "deployed", "currently-deployed") == ["1"]


def test_record_undeployment(published: Broker) -> None:
    """What is deployed can be taken back once."""
    version = ("--pacticipant", "service", "--version", "1", "--environment", "production")
    pact_broker(published, "record-deployment", *version)
    arguments = ("record-undeployment", "--pacticipant", "service", "--environment", "production")
    assert pact_broker(published, *arguments).returncode == 0
    assert pact_broker(published, *arguments).returncode == 1
    assert _live(published, "deployed", "currently-deployed") == []


def test_record_deployment_of_instances(published: Broker) -> None:
    """Two instances run two versions; undeploying one leaves the other."""
    published.publish("service", "2", pact("service", "tracker"))
    for number, instance in (("1", "blue"), ("2", "green")):
        version = ("--pacticipant", "service", "--version", number, "--environment", "production")
        assert pact_broker(published, "record-deployment", *version, "--application-instance", instance).returncode == 0
    assert sorted(_live(published, "deployed", "currently-deployed")) == ["1", "2"]
    ended = ("record-undeployment", "--pacticipant", "service", "--environment", "production")
    assert pact_broker(published, *ended, "--application-instance", "blue").returncode == 0
    assert _live(published, "deployed", "currently-deployed") == ["2"]


def test_record_release_and_support_ended(published: Broker) -> None:
    """Releases stand beside each other until their support ends; a release can be supported again."""
    published.publish("service", "2", pact("service", "tracker"))
    for number in ("1", "2"):
        version = ("--pacticipant", "service", "--version", number, "--environment", "production")
        assert pact_broker(published, "record-release", *version).returncode == 0
    assert sorted(_live(published, "released", "currently-supported")) == ["1", "2"]
    ended = (
        "record-support-ended",
        "--pacticipant",
        "service",
        "--version",
        "1",
        "--environment",
        "production",
    )
    assert pact_broker(published, *ended).returncode == 0
    assert pact_broker(published, *ended).returncode == 1
    assert _live(published, "released", "currently-supported") == ["2"]
    again = ("record-release", "--pacticipant", "service", "--version", "1", "--environment", "production")
    assert pact_broker(published, *again).returncode == 0
    assert sorted(_live(published, "released", "currently-supported")) == ["1", "2"]


def test_can_i_deploy(published: Broker) -> None:
    """Unknown exits 1, a success against the deployed provider exits 0, a failure exits 1."""
    question = (
        "can-i-deploy",
        "--pacticipant",
        "service",
        "--version",
        "1",
        "--to-environment",
        "production",
    )
    assert pact_broker(published, *question).returncode == 1
    read = published.pact("service", "tracker", "1")
    uuid = published.get("/environments")["_embedded"]["environments"][0]["uuid"]
    for success, code in ((True, 0), (False, 1)):
        published.post_result(read, "p1", success=success)
        assert published.deploy("tracker", "p1", uuid).ok
        assert pact_broker(published, *question).returncode == code


@pytest.mark.parametrize(
    "question",
    [
        ("--pacticipant", "service", "--version", "9", "--to-environment", "production"),
        ("--pacticipant", "service", "--version", "1", "--to-environment", "mars"),
        ("--pacticipant", "nobody", "--version", "1", "--to-environment", "production"),
    ],
)
def test_can_i_deploy_of_what_is_unknown(published: Broker, question: tuple[str, ...]) -> None:
    """An unknown version, environment or pacticipant exits 1."""
    assert pact_broker(published, "can-i-deploy", *question).returncode == 1


def test_can_i_deploy_ignores_and_retries(published: Broker) -> None:
    """An ignored provider doesn't block; what stays unknown is asked for again and then exits 1."""
    question = (
        "can-i-deploy",
        "--pacticipant",
        "service",
        "--version",
        "1",
        "--to-environment",
        "production",
    )
    assert pact_broker(published, *question, "--ignore", "tracker").returncode == 0
    retried = pact_broker(published, *question, "--retry-while-unknown", "2", "--retry-interval", "1")
    assert retried.returncode == 1


def test_can_i_merge(published: Broker) -> None:
    """A version is checked against the main branches of those it works with."""
    question = ("can-i-merge", "--pacticipant", "service", "--version", "1")
    assert pact_broker(published, *question).returncode == 1
    published.put_on_branch("tracker", "main", "p1")
    published.post_result(published.pact("service", "tracker", "1"), "p1", success=True)
    assert pact_broker(published, *question).returncode == 0


def test_describe_version(published: Broker) -> None:
    """A version is found by its number, as the latest, and by its tag; an unknown one exits 1."""
    arguments = ("describe-version", "--pacticipant", "service")
    for more in (("--version", "1"), (), ("--latest", "blue")):
        answered = pact_broker(published, *arguments, *more)
        assert (answered.returncode, "blue" in answered.stdout) == (0, True), more
    assert pact_broker(published, *arguments, "--version", "9").returncode == 1


def test_describe_version_in_an_environment(published: Broker) -> None:
    """What is deployed is shown."""
    uuid = published.get("/environments")["_embedded"]["environments"][0]["uuid"]
    published.deploy("service", "1", uuid)
    answered = pact_broker(published, "describe-version", "--pacticipant", "service", "--environment", "production")
    assert (answered.returncode, "Deployed" in answered.stdout) == (0, True)


def test_list_latest_pact_versions(published: Broker) -> None:
    """The latest pact of each integration is listed."""
    published.publish("service", "2", pact("service", "tracker"), pact("service", "other"))
    answered = pact_broker(published, "list-latest-pact-versions")
    assert answered.returncode == 0
    rows = [line for line in answered.stdout.splitlines() if "service" in line]
    assert len(rows) == 2
    assert all('"2"' in row for row in rows)


@pytest.mark.parametrize(
    "arguments",
    [
        ("list-pacticipants",),
        ("describe-pacticipant", "--name", "service"),
        ("create-or-update-pacticipant", "--name", "service", "--main-branch", "trunk"),
        ("create-or-update-pacticipant", "--name", "new", "--main-branch", "trunk"),
        ("create-version-tag", "--pacticipant", "service", "--version", "1", "--tag", "green"),
        ("get-pacts", "--provider", "tracker", "--branch", "feat/x"),
        ("list-environments",),
    ],
)
def test_other_verbs(published: Broker, arguments: tuple[str, ...]) -> None:
    """Verbs that a team may use beside the release flow exit 0 as well."""
    answered = pact_broker(published, *arguments)
    assert answered.returncode == 0, answered


def _live(broker: Broker, kind: str, listed: str) -> list[str]:
    uuid = broker.get("/environments")["_embedded"]["environments"][0]["uuid"]
    found = broker.get(f"/environments/{uuid}/{kind}-versions/{listed}")["_embedded"][f"{kind}Versions"]
    return [one["_embedded"]["version"]["number"] for one in found]
