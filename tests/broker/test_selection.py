"""Which pacts are to be verified: the rules that recorded histories touch too seldom."""

from __future__ import annotations

from typing import Any

from tests.broker.conftest import Names
from tests.broker.running import Broker, interaction, pact


def _published(broker: Broker, names: Names) -> Any:
    """Publish a pact on main and another on a feature branch; return the latter."""
    broker.publish(names.consumer, "1", pact(names.consumer, names.provider))
    other = pact(names.consumer, names.provider, interaction("entered"))
    broker.publish(names.consumer, "2", other, branch="feat/x")
    return broker.pact(names.consumer, names.provider, "2")


def _select(broker: Broker, names: Names, *selectors: dict[str, Any], **options: Any) -> list[tuple[Any, Any]]:
    """Return pending and work in progress of each selected pact; main is selected unless selectors are given."""
    body = {
        "includePendingStatus": True,
        "includeWipPactsSince": "2020-01-01",
        "consumerVersionSelectors": list(selectors) or [{"mainBranch": True}],
        **options,
    }
    found = broker.for_verification(names.provider, **body).json()["_embedded"]["pacts"]
    properties = [one["verificationProperties"] for one in found]
    return [(one.get("pending"), one.get("wip")) for one in properties]


def _tag(broker: Broker, names: Names, number: str, tag: str) -> None:
    broker.call("PUT", f"/pacticipants/{names.provider}/versions/{number}/tags/{tag}", {})


def test_a_new_branch_takes_over_what_others_verified_before(shared_broker: Broker, names: Names) -> None:
    """Neither pending nor work in progress: another branch verified it before this one existed."""
    read = _published(shared_broker, names)
    shared_broker.put_on_branch(names.provider, "main", "p1")
    shared_broker.post_result(read, "p1", success=True)
    assert _select(shared_broker, names, providerVersionBranch="new") == [(True, None)]
    shared_broker.put_on_branch(names.provider, "new", "p2")
    assert _select(shared_broker, names, providerVersionBranch="new") == [(True, None)]


def test_a_branch_does_not_take_over_what_others_verify_later(shared_broker: Broker, names: Names) -> None:
    """A success of another branch after this one was created counts for the other one only."""
    read = _published(shared_broker, names)
    shared_broker.put_on_branch(names.provider, "own", "p1")
    shared_broker.put_on_branch(names.provider, "main", "p2")
    shared_broker.post_result(read, "p2", success=True)
    assert _select(shared_broker, names, providerVersionBranch="own") == [(True, None), (True, True)]
    assert _select(shared_broker, names, providerVersionBranch="main") == [(True, None)]
    feature = {"branch": "feat/x"}
    assert _select(shared_broker, names, feature, providerVersionBranch="own", includeWipPactsSince="2999-01-01") == [
        (True, None)
    ]


def test_a_branch_is_as_old_as_its_first_version(shared_broker: Broker, names: Names) -> None:
    """For work in progress; for pending it is as old as the branch itself."""
    read = _published(shared_broker, names)
    shared_broker.call("PUT", f"/pacticipants/{names.provider}/versions/p1", {})
    shared_broker.put_on_branch(names.provider, "main", "p2")
    shared_broker.post_result(read, "p2", success=True)
    shared_broker.put_on_branch(names.provider, "own", "p1")
    assert _select(shared_broker, names, providerVersionBranch="own") == [(True, None), (True, True)]
    feature = {"branch": "feat/x"}
    assert _select(shared_broker, names, feature, providerVersionBranch="own") == [(False, None), (True, True)]


def test_a_tag_that_is_given_later_changes_no_progress(shared_broker: Broker, names: Names) -> None:
    """Work in progress looks at the tags a version had when its result was posted; pending at those it has."""
    read = _published(shared_broker, names)
    shared_broker.post_result(read, "p1", success=True)
    _tag(shared_broker, names, "p1", "blue")
    assert _select(shared_broker, names, providerVersionTags=["blue"]) == [(True, None), (True, True)]
    assert (False, None) in _select(shared_broker, names, {"branch": "feat/x"}, providerVersionTags=["blue"])
    shared_broker.post_result(read, "p1", success=True)
    assert _select(shared_broker, names, providerVersionTags=["blue"]) == [(True, None)]


def test_a_success_as_work_in_progress_does_not_count(shared_broker: Broker, names: Names) -> None:
    """Only a result for the pact when it was asked for by name ends its progress."""
    _published(shared_broker, names)
    options = {"providerVersionBranch": "main", "includePendingStatus": True, "includeWipPactsSince": "2020-01-01"}
    selectors = [{"mainBranch": True}]
    listed = shared_broker.for_verification(names.provider, consumerVersionSelectors=selectors, **options).json()
    (wip,) = (
        one["_links"]["self"]["href"]
        for one in listed["_embedded"]["pacts"]
        if one["verificationProperties"].get("wip")
    )
    shared_broker.put_on_branch(names.provider, "main", "p1")
    assert shared_broker.post_result(shared_broker.get(wip), "p1", success=True).status_code == 201
    assert _select(shared_broker, names, providerVersionBranch="main") == [(True, None), (True, True)]
    plain = shared_broker.pact(names.consumer, names.provider, "2")
    shared_broker.post_result(plain, "p1", success=True)
    assert _select(shared_broker, names, providerVersionBranch="main") == [(True, None)]


def test_what_was_published_before_the_date_is_no_work_in_progress(shared_broker: Broker, names: Names) -> None:
    """The date bounds it; without a branch or tags there is none at all."""
    _published(shared_broker, names)
    later = {"includeWipPactsSince": "2999-01-01", "providerVersionBranch": "main"}
    assert _select(shared_broker, names, **later) == [(True, None)]
    assert _select(shared_broker, names) == [(True, None)]


def test_one_content_is_listed_once(shared_broker: Broker, names: Names) -> None:
    """Two versions with one content, selected twice, are one pact to verify: that of the later version."""
    for number, branch in (("1", "main"), ("2", "feat/x")):
        shared_broker.publish(names.consumer, number, pact(names.consumer, names.provider), branch=branch)
    body = {"consumerVersionSelectors": [{"mainBranch": True}, {"branch": "feat/x"}]}
    (one,) = shared_broker.for_verification(names.provider, **body).json()["_embedded"]["pacts"]
    read = shared_broker.get(one["_links"]["self"]["href"])
    assert read["_links"]["pb:consumer-version"]["name"] == "2"
