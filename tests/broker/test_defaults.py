"""A real broker's defaults and refusals: names that resemble others, blank values, what is too much to hold."""

from __future__ import annotations

import json
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from contracts.broker.embedded.store import stored
from contracts.model.strict_json import decode
from tests.broker.conftest import Names
from tests.broker.growing import grown
from tests.broker.running import Broker, interaction, pact


@pytest.mark.parametrize(
    ("known", "new", "alike"),
    [
        ("order-tracker", "Order_Tracker", True),
        ("order-tracker", "OrderTrackers", True),
        ("order-tracker", "order tracker api", True),
        ("order-tracker", "order-tracker-service", True),
        ("provider-orders", "OrderAPI", True),
        ("HTTPServer", "http-server", True),
        ("Order::Tracker", "order/tracker", True),
        ("order-tracker", "order-tracker-v2", False),
        ("order-tracker", "tracker-order", False),
        ("order-tracker", "ordertracker", False),
        ("order-tracker", "order.tracker", False),
        ("order-class", "order-clas", False),
        ("order", "Ordér", False),
    ],
)
def test_a_name_that_resembles_another_is_refused(broker: Broker, known: str, new: str, alike: bool) -> None:
    """A plural s, case, separators, and the words api, provider, service don't tell names apart."""
    assert broker.call("POST", "/pacticipants", {"name": known}).status_code == 201
    answered = broker.publish("consumer", "1", pact("consumer", new))
    assert answered.status_code == (409 if alike else 200)
    if alike:
        assert known in answered.text
        # Whoever means it creates it first.
        assert broker.call("POST", "/pacticipants", {"name": new}).status_code == 201
        assert broker.publish("consumer", "1", pact("consumer", new)).status_code == 200


_BAD: list[tuple[str, str, str, dict[str, Any], str]] = [
    ("a blank display name", "PATCH", "/pacticipants/{consumer}", {"displayName": " "}, "displayName"),
    ("a blank main branch", "PATCH", "/pacticipants/{consumer}", {"mainBranch": ""}, "mainBranch"),
    ("a main branch with spaces", "PATCH", "/pacticipants/{consumer}", {"mainBranch": "a b"}, "mainBranch"),
    ("a two-line repository", "PATCH", "/pacticipants/{consumer}", {"repositoryName": "a\nb"}, "repositoryName"),
    ("another name", "PATCH", "/pacticipants/{consumer}", {"name": "renamed"}, "name"),
    ("no contacts", "POST", "/environments", {"name": "e1", "production": True, "contacts": "x"}, "contacts"),
    ("a nameless contact", "POST", "/environments", {"name": "e2", "production": True, "contacts": [{}]}, "contacts"),
    (
        "a contact's details",
        "POST",
        "/environments",
        {"name": "e3", "production": True, "contacts": [{"name": "a", "details": []}]},
        "contacts",
    ),
    ("a version's tags", "PUT", "/pacticipants/{consumer}/versions/1", {"tags": [{"name": "a"}]}, "tags"),
]  # fmt: skip


@pytest.mark.parametrize(("method", "path", "body", "field"), [row[1:] for row in _BAD], ids=[row[0] for row in _BAD])
def test_nothing_is_dropped(
    shared_broker: Broker, names: Names, method: str, path: str, body: dict[str, Any], field: str
) -> None:
    """What can't be done as it is asked for is refused with the field's name."""
    shared_broker.publish(names.consumer, "1", pact(names.consumer, names.provider))
    answered = shared_broker.call(method, path.format(consumer=names.consumer), body)
    assert (answered.status_code, list(answered.json()["errors"])) == (400, [field])


def test_a_repository_is_kept(shared_broker: Broker, names: Names) -> None:
    """Its URL, name and namespace are stored, and PATCH keeps what it doesn't name."""
    given = {"repositoryUrl": "https://git.example/a/b", "repositoryName": "b", "repositoryNamespace": "a"}
    assert shared_broker.call("POST", "/pacticipants", {"name": names.consumer, **given}).status_code == 201
    changed = shared_broker.call("PATCH", f"/pacticipants/{names.consumer}", {"mainBranch": "trunk"}).json()
    assert {key: changed.get(key) for key in given} == given


def test_what_has_ended_is_not_begun_again(shared_broker: Broker, names: Names) -> None:
    """`currentlyDeployed: true` is 422: a deployment is recorded anew; so is `currentlySupported: true`."""
    uuid = shared_broker.environment(names.environment)
    shared_broker.publish(names.consumer, "1", pact(names.consumer, names.provider))
    for kind, field in (("deployed", "currentlyDeployed"), ("released", "currentlySupported")):
        path = f"/pacticipants/{names.consumer}/versions/1/{kind}-versions/environment/{uuid}"
        own = shared_broker.call("POST", path, {}).json()["_links"]["self"]["href"]
        patch = {"Content_Type": "application/merge-patch+json"}
        for value, status, after in ((True, 422, True), ("no", 400, True), (1, 400, True), (False, 200, False)):
            assert shared_broker.call("PATCH", own, {field: value}, **patch).status_code == status
            assert shared_broker.get(own)[field] is after


@pytest.mark.parametrize(
    ("body", "status"),
    [
        ({"providerVersionBranch": ""}, 200),
        ({"providerVersionBranch": "", "includePendingStatus": False}, 200),
        ({"providerVersionBranch": "", "includePendingStatus": True}, 400),
        ({"providerVersionBranch": "", "includeWipPactsSince": "2020-01-01"}, 400),
        ({"providerVersionBranch": "", "includePendingStatus": True, "providerVersionTags": ["a"]}, 200),
        ({"providerVersionBranch": " "}, 400),
    ],
)
def test_an_empty_branch(shared_broker: Broker, names: Names, body: dict[str, Any], status: int) -> None:
    """It is taken for none, but where what is asked needs one."""
    shared_broker.publish(names.consumer, "1", pact(names.consumer, names.provider))
    assert shared_broker.for_verification(names.provider, **body).status_code == status


def test_an_empty_branch_is_no_publication(shared_broker: Broker, names: Names) -> None:
    """A variable that is empty in a build is an error in it, and nothing is stored."""
    answered = shared_broker.publish(names.consumer, "1", pact(names.consumer, names.provider), branch="")
    assert (answered.status_code, list(answered.json()["errors"])) == (400, ["branch"])
    assert shared_broker.call("GET", f"/pacticipants/{names.consumer}").status_code == 404


@pytest.mark.parametrize("text", ["1e400", "-1E999", '"\\ud800"', '{"\\udfff": 1}'])
def test_what_cannot_be_written_again_is_refused_when_it_arrives(
    shared_broker: Broker, names: Names, text: str
) -> None:
    """A number beyond a double and half a character are 400 in a pact and in a result, and the rest stays readable."""
    shared_broker.publish(names.consumer, "1", pact(names.consumer, names.provider))
    address = f"/pacts/provider/{names.provider}/consumer/{names.consumer}/version/2"
    assert shared_broker.call("PUT", address, f'{{"interactions": [{text}]}}'.encode()).status_code == 400
    links = shared_broker.pact(names.consumer, names.provider, "1")["_links"]
    result = json.dumps({"success": True, "providerApplicationVersion": "1", "testResults": 0})
    body = result.replace('"testResults": 0', f'"testResults": [{text}]').encode()
    assert shared_broker.call("POST", links["pb:publish-verification-results"]["href"], body).status_code == 400
    assert shared_broker.call("GET", links["pb:latest-verification-results"]["href"]).status_code == 404
    whole = {"success": True, "providerApplicationVersion": "1", "testResults": ["\U0001f600", 1e308]}
    assert shared_broker.call("POST", links["pb:publish-verification-results"]["href"], whole).status_code == 201
    assert shared_broker.get(links["pb:latest-verification-results"]["href"])["testResults"] == ["\U0001f600", 1e308]


@pytest.mark.parametrize(
    ("text", "reason"),
    [
        ("[" * 48 + "]" * 48, "nested deeper than 48"),
        ('{"a": 1, "a": 2}', "twice"),
        ('"\\u0000"', "NUL"),
        ("[" * 100_000, "nested deeper than 48"),
        ("[" + "[]," * 1_000_000 + "[]]", "more than 1,000,000 values"),
    ],
    ids=["deep", "a key twice", "a NUL", "very deep", "many values"],
)
def test_what_its_own_answer_could_not_be_read_with_is_refused(
    shared_broker: Broker, names: Names, text: str, reason: str
) -> None:
    """In a pact and in a result, with the reason; what is nested as deep as it may is read in every answer."""
    shared_broker.publish(names.consumer, "1", pact(names.consumer, names.provider))
    address = f"/pacts/provider/{names.provider}/consumer/{names.consumer}/version/2"
    links = shared_broker.pact(names.consumer, names.provider, "1")["_links"]
    results = links["pb:publish-verification-results"]
    for call in (
        shared_broker.call("PUT", address, f'{{"interactions": {text}}}'.encode()),
        shared_broker.call("POST", results["href"], f'{{"testResults": {text}}}'.encode()),
    ):
        assert (call.status_code, reason in call.text) == (400, True)
    deep = f'{{"success": true, "providerApplicationVersion": "1", "testResults": {"[" * 47}{"]" * 47}}}'
    assert shared_broker.call("POST", results["href"], deep.encode()).status_code == 201
    latest = shared_broker.call("GET", links["pb:latest-verification-results"]["href"])
    assert "[" * 47 in str(decode(latest.text))


@pytest.mark.parametrize("words", [("page", "size"), ("pageNumber", "pageSize")])
def test_pages_of_versions_and_pacticipants(shared_broker: Broker, names: Names, words: tuple[str, str]) -> None:
    """Both spellings page through, by the links to what comes next."""
    for index in range(5):
        shared_broker.call("PUT", f"/pacticipants/{names.consumer}/versions/{index}", {})
        shared_broker.call("POST", "/pacticipants", {"name": f"{index}{names.provider}{index}"})
    for path, member, count in (
        (f"/pacticipants/{names.consumer}/versions?", "versions", 5),
        (f"/pacticipants?q={names.provider.upper()}&", "pacticipants", 5),
    ):
        url, found = f"{path}{words[0]}=1&{words[1]}=2", []
        while url:
            document = shared_broker.get(url)
            found += [str(one.get("number", one.get("name"))) for one in document["_embedded"][member]]
            assert document["page"]["totalElements"] == count
            url = document["_links"].get("next", {}).get("href")
        assert len(set(found)) == len(found) == count
        for wrong in ("0", "x", "-1", "9" * 12):
            assert shared_broker.call("GET", f"{path}{words[1]}={wrong}").status_code == 400


@pytest.mark.parametrize(("days", "progress"), [(29, 1), (31, 2)])
def test_a_branch_success_ends_progress_for_thirty_days(tmp_path: Path, days: int, progress: int) -> None:
    """An older one doesn't: the branch is asked again, as a real broker asks it; what is pending stays as it was."""
    history = grown(tmp_path / "broker.sqlite")
    broker = history.broker
    broker.publish("c", "1", pact("c", "p"))
    for number, branch in (("2", "feat/x"), ("3", "feat/y")):
        broker.publish("c", number, pact("c", "p", interaction("completed", example=f"c-{number}")), branch=branch)
    broker.put_on_branch("p", "main", "p1")
    broker.post_result(broker.pact("c", "p", "2"), "p1", success=True)
    at = stored(datetime.now(UTC) - timedelta(days=days))
    with history.store.write() as db:
        db.execute("UPDATE verifications SET created_at = ?", (at,))
        db.execute("UPDATE verified_contents SET verified_at = ?", (at,))
    for branch in ("main", "new"):
        body = {"consumerVersionSelectors": [{"mainBranch": True}], "providerVersionBranch": branch}
        answered = broker.for_verification("p", includeWipPactsSince="2020-01-01", **body).json()
        found = [one["verificationProperties"] for one in answered["_embedded"]["pacts"]]
        assert sum("wip" in one for one in found) == progress
    feature = {"consumerVersionSelectors": [{"branch": "feat/x"}], "providerVersionBranch": "main"}
    (one,) = broker.for_verification("p", **feature).json()["_embedded"]["pacts"]
    assert one["verificationProperties"]["pending"] is False
