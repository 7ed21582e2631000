"""Questions that need a place, and what records that a version has come to one."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta, timezone
from typing import Any

import pytest

from tests.broker.conftest import Names
from tests.broker.programs import pact_broker
from tests.broker.running import Broker, interaction, pact


@pytest.fixture
def verified(shared_broker: Broker, names: Names) -> Broker:
    """A broker with a consumer version that the provider's p1 has verified, and an empty environment."""
    shared_broker.environment(names.environment)
    shared_broker.publish(names.consumer, "1", pact(names.consumer, names.provider))
    shared_broker.post_result(shared_broker.pact(names.consumer, names.provider, "1"), "p1", success=True)
    return shared_broker


def _ask(broker: Broker, names: Names, query: str) -> Any:
    query = query.format(environment=names.environment, consumer=names.consumer, provider=names.provider)
    response = broker.call("GET", f"/can-i-deploy?{query}")
    return response.json()["summary"]["deployable"] if response.ok else response.status_code


@pytest.mark.parametrize(
    ("query", "answer"),
    [
        ("pacticipant={consumer}&version=1&environment={environment}", None),
        ("pacticipant={consumer}&version=1", 400),
        ("pacticipant={consumer}&version=1&environment=", 400),
        ("pacticipant={consumer}&version=1&environment=%20", 400),
        ("pacticipant={consumer}&version=1&to=", 400),
        ("pacticipant={consumer}&version=1&toEnvironment={environment}", 400),
        ("pacticipant={consumer}&version=1&environment={environment}&to=", 400),
        ("pacticipant={consumer}&version=1&environment={environment}&to=prod", 400),
        ("pacticipant={consumer}&version=1&environment=mars", 400),
        ("pacticipant={consumer}&version=&environment={environment}", 400),
        ("pacticipant=&version=1&environment={environment}", 400),
        ("pacticipant={consumer}&version=1&environment={environment}&ignore[]={provider}", True),
        ("pacticipant={consumer}&version=1&environment={environment}&ignore[][pacticipant]={provider}", True),
        ("pacticipant={consumer}&version=1&environment={environment}&ignore[][pacticipant]=nobody", None),
        ("pacticipant={consumer}&version=1&environment={environment}&ignore[][version]=1", 400),
    ],
)
def test_can_i_deploy_needs_a_place(verified: Broker, names: Names, query: str, answer: Any) -> None:
    """Without an environment or a tag, or with an empty one, there is no answer, and never a yes."""
    assert _ask(verified, names, query) == answer


def test_one_version_of_several_is_ignored(verified: Broker, names: Names) -> None:
    """`ignore[][version]` ignores that version; the other one that runs there still counts."""
    environments = verified.get("/environments")["_embedded"]["environments"]
    (uuid,) = [one["uuid"] for one in environments if one["name"] == names.environment]
    verified.post_result(verified.pact(names.consumer, names.provider, "1"), "p2", success=False)
    for number, instance in (("p1", "a"), ("p2", "b")):
        path = f"/pacticipants/{names.provider}/versions/{number}/deployed-versions/environment/{uuid}"
        assert verified.call("POST", path, {"applicationInstance": instance}).ok
    question = "pacticipant={consumer}&version=1&environment={environment}"
    ignored = "&ignore[][pacticipant]={provider}&ignore[][version]="
    assert _ask(verified, names, question) is False
    assert _ask(verified, names, f"{question}{ignored}p2") is True
    assert _ask(verified, names, f"{question}{ignored}p1") is False


def _deployed(broker: Broker, environment: str) -> list[str]:
    listed = broker.get("/environments")["_embedded"]["environments"]
    (uuid,) = [one["uuid"] for one in listed if one["name"] == environment]
    found = broker.get(f"/environments/{uuid}/deployed-versions/currently-deployed")
    return [one["_embedded"]["version"]["number"] for one in found["_embedded"]["deployedVersions"]]


def test_a_tag_named_like_an_environment_deploys(verified: Broker, names: Names) -> None:
    """The official command's tag records a deployment, which the unverified provider then has to satisfy."""
    verified.put_on_branch(names.provider, "main", "p9")
    question = ("can-i-deploy", "--pacticipant", names.provider, "--version", "p9")
    assert pact_broker(verified, *question, "--to-environment", names.environment).returncode == 0
    tagged = ("create-version-tag", "--pacticipant", names.consumer, "--version", "1", "--tag")
    assert pact_broker(verified, *tagged, f"{names.environment}-not").returncode == 0
    assert _deployed(verified, names.environment) == []
    assert pact_broker(verified, *tagged, names.environment).returncode == 0
    assert _deployed(verified, names.environment) == ["1"]
    assert pact_broker(verified, *question, "--to-environment", names.environment).returncode == 1


def test_a_tag_that_came_before_its_environment_deploys_when_it_is_put_again(
    shared_broker: Broker, names: Names
) -> None:
    """A publication's tags deploy nothing; a tag that is put does, and takes the place of the version before."""
    for number, example in (("1", "c-1"), ("2", "c-2")):
        content = pact(names.consumer, names.provider, interaction("completed", example=example))
        shared_broker.publish(names.consumer, number, content, tags=[names.environment])
    shared_broker.environment(names.environment)
    assert _deployed(shared_broker, names.environment) == []
    for number in ("1", "2", "2"):
        address = f"/pacticipants/{names.consumer}/versions/{number}/tags/{names.environment}"
        assert shared_broker.call("PUT", address, {}).status_code == 200
    assert _deployed(shared_broker, names.environment) == ["2"]


def test_a_question_without_a_place_is_warned_of(verified: Broker, names: Names) -> None:
    """`latest` says how to choose the others and not where; the official command shows the warning."""
    query = f"q[][pacticipant]={names.consumer}&q[][version]=1&latestby=cvp"
    for more in ("", "&latest=true"):
        assert "warning" in {notice["type"] for notice in verified.get(f"/matrix?{query}{more}")["notices"]}
    for more in (f"&environment={names.environment}", "&latest=true&tag=prod", "&latest=true&mainBranch=true"):
        assert "warning" not in {notice["type"] for notice in verified.get(f"/matrix?{query}{more}")["notices"]}
    answered = pact_broker(verified, "can-i-deploy", "--pacticipant", names.consumer, "--version", "1")
    assert (answered.returncode, "environment" in answered.stdout + answered.stderr) == (0, True), answered


def test_a_question_without_a_version_number_is_warned_of(verified: Broker, names: Names) -> None:
    """The head of a branch is another version tomorrow; a pacticipant alone is no such question."""
    place = f"&environment={names.environment}&latestby=cvp"
    named = f"q[][pacticipant]={names.consumer}"
    (warned,) = [
        notice
        for notice in verified.get(f"/matrix?{named}&q[][branch]=main&q[][latest]=true{place}")["notices"]
        if notice["type"] == "warning"
    ]
    assert "number" in warned["text"]
    assert all(notice["type"] != "warning" for notice in verified.get(f"/matrix?{named}{place}")["notices"])


def test_contacts_stand_in_the_list_of_environments(shared_broker: Broker, names: Names) -> None:
    """The official command's contact is listed, with the links to what runs there."""
    contact = ("--contact-name", "Ops", "--contact-email-address", "ops@example.org")
    answered = pact_broker(shared_broker, "create-environment", "--name", names.environment, *contact)
    assert answered.returncode == 0, answered
    listed = shared_broker.get("/environments")["_embedded"]["environments"]
    (mine,) = [one for one in listed if one["name"] == names.environment]
    assert mine["contacts"] == [{"name": "Ops", "details": {"emailAddress": "ops@example.org"}}]
    assert {"pb:currently-deployed-deployed-versions", "pb:currently-supported-released-versions"} <= set(
        mine["_links"]
    )


@pytest.mark.parametrize("hours", [-5, 0, 5])
def test_work_in_progress_since_a_time_with_any_offset(shared_broker: Broker, names: Names, hours: int) -> None:
    """A moment is the same in every offset."""
    for number, branch in (("1", "main"), ("2", "feat/x")):
        content = pact(names.consumer, names.provider, interaction("completed", example=f"c-{number}"))
        shared_broker.publish(names.consumer, number, content, branch=branch)
    zone = timezone(timedelta(hours=hours))
    for since, progress in ((-1, [None, True]), (1, [None])):
        asked = (datetime.now(UTC) + timedelta(hours=since)).astimezone(zone).isoformat(timespec="seconds")
        found = shared_broker.for_verification(
            names.provider,
            consumerVersionSelectors=[{"mainBranch": True}],
            providerVersionBranch="main",
            includePendingStatus=True,
            includeWipPactsSince=asked,
        )
        pacts = found.json()["_embedded"]["pacts"]
        assert [one["verificationProperties"].get("wip") for one in pacts] == progress


def test_only_the_instance_that_is_asked_for_is_listed(shared_broker: Broker, names: Names) -> None:
    """`target` is the older word for the instance; blank means: those without one."""
    uuid = shared_broker.environment(names.environment)
    for number, body in (("1", {}), ("2", {"target": "blue"}), ("3", {"applicationInstance": "green"})):
        shared_broker.call("PUT", f"/pacticipants/{names.consumer}/versions/{number}", {})
        path = f"/pacticipants/{names.consumer}/versions/{number}/deployed-versions/environment/{uuid}"
        assert shared_broker.call("POST", path, body).status_code == 201
    for query, numbers in (
        ("", ["3", "2", "1"]),
        ("?target=blue", ["2"]),
        ("?applicationInstance=green", ["3"]),
        ("?target=", ["1"]),
        ("?target=red", []),
    ):
        listed = shared_broker.get(f"/environments/{uuid}/deployed-versions/currently-deployed{query}")
        found = [one["_embedded"]["version"]["number"] for one in listed["_embedded"]["deployedVersions"]]
        assert found == numbers, query


def test_a_limit_of_rows(verified: Broker, names: Names) -> None:
    """The matrix shows as many of the latest rows as are asked for."""
    for number in ("p2", "p3"):
        verified.post_result(verified.pact(names.consumer, names.provider, "1"), number, success=True)
    pair = f"q[][pacticipant]={names.consumer}&q[][pacticipant]={names.provider}"
    for limit, count in (("1", 1), ("002", 2), ("9" * 30, 3)):
        assert len(verified.get(f"/matrix?{pair}&limit={limit}")["matrix"]) == count
    for wrong in ("0", "-1", "x"):
        assert verified.call("GET", f"/matrix?{pair}&limit={wrong}").status_code == 400
