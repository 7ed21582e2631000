"""Publishing pacts: what is refused before anything is sent, what is confirmed, what is reported."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
import requests

from contracts.broker.access import BrokerAccess
from contracts.broker.client import BrokerClient
from contracts.broker.retry import RetryPolicy
from contracts.broker.transport import Timeouts, Transport
from contracts.errors import BrokenContractError, BrokerError, MisuseError
from contracts.model.domain import Domain
from contracts.model.identity import Found, Identity
from contracts.model.publication import Content, Receipt
from contracts.project.domain import load_domain
from contracts.project.settings import Settings
from contracts.release.publish import publish_pacts
from tests.release.brokers import served
from tests.release.project import COMPLETED, CONSUMER, CRM, ENTERED, TRACKER, pact, registry_toml, write_pact
from tests.release.stub_broker import http, stub_broker


def identity(version: str = "c1", branch: str = "main") -> Identity:
    """Return under what a test publishes."""
    return Identity(Found(version, "--version"), Found(branch, "--branch"), Found("https://ci.example/1", "BUILD_URL"))


def fresh(_settings: Settings, _domain: Domain) -> None:
    """Stand for a capture that is not stale."""


def publish(settings: Settings, client: BrokerClient, version: str = "c1", branch: str = "main") -> Receipt:
    """Publish the project's pacts."""
    return publish_pacts(
        settings, load_domain(settings), identity(version, branch), broker=lambda: client, refuse_stale=fresh
    )


def test_the_receipt_says_what_is_new_changed_and_unchanged(settings: Settings, client: BrokerClient) -> None:
    """The first pact is new, the same content under another version unchanged, other content changed."""
    write_pact(settings.root, pact())
    (first,) = publish(settings, client, "c1").pacts
    (again,) = publish(settings, client, "c1").pacts
    (same,) = publish(settings, client, "c2").pacts
    write_pact(settings.root, pact({COMPLETED: "implemented", ENTERED: "implemented"}))
    (other,) = publish(settings, client, "c3").pacts
    assert [p.content for p in (first, again, same, other)] == [
        Content.NEW,
        Content.UNCHANGED,
        Content.UNCHANGED,
        Content.CHANGED,
    ]
    assert first.digest == same.digest != other.digest
    assert client.get(first.url, doing="looking at it")["consumer"] == {"name": CONSUMER}


def test_changed_content_under_a_published_version_breaks_the_contract(
    settings: Settings, client: BrokerClient
) -> None:
    """A version's pacts never change: exit 1, and the broker keeps what it had."""
    write_pact(settings.root, pact())
    (before,) = publish(settings, client).pacts
    write_pact(settings.root, pact(revision="2"))
    with pytest.raises(BrokenContractError, match="changed content under a published version") as caught:
        publish(settings, client)
    assert caught.value.exit_code == 1
    assert "new version" in (caught.value.next_step or "")
    kept = client.get(before.url, doing="looking at it")
    assert kept["interactions"][0]["contents"]["content"]["id"] == "id-1"


def test_a_name_that_resembles_another_is_no_changed_content(settings: Settings, client: BrokerClient) -> None:
    """It is a refusal of the broker (exit 4), with its own words and what to do; what changed beside it is changed."""
    known = CONSUMER.replace("-", "_").upper()
    client.send("POST", client.link("pb:pacticipants"), {"name": known}, repeatable=False)
    write_pact(settings.root, pact())
    with pytest.raises(BrokerError) as caught:
        publish(settings, client)
    assert caught.value.exit_code == 4
    assert known in caught.value.what
    assert "create-or-update-pacticipant" in (caught.value.next_step or "")


def test_the_order_of_interactions_is_no_change(settings: Settings, client: BrokerClient) -> None:
    """A pact with its interactions in another order is the same pact, and is confirmed as such."""
    document = pact()
    write_pact(settings.root, document)
    publish(settings, client)
    write_pact(settings.root, {**document, "interactions": document["interactions"][::-1]})
    (again,) = publish(settings, client).pacts
    assert again.content is Content.UNCHANGED


def test_planned_pacts_are_left_out_and_named(settings: Settings, client: BrokerClient) -> None:
    """An emitter without an implemented pair isn't published: its pact under planned/ is listed as left out."""
    emitters = {TRACKER: {COMPLETED: "implemented"}, CRM: {COMPLETED: "planned"}}
    (settings.root / "emitters.toml").write_text(registry_toml(emitters), encoding="utf-8")
    write_pact(settings.root, pact({COMPLETED: "implemented"}))
    write_pact(settings.root, pact({COMPLETED: "planned"}, provider=CRM), planned=True)
    receipt = publish(settings, client)
    assert [p.provider for p in receipt.pacts] == [TRACKER]
    assert receipt.planned == (f"pacts/planned/{CONSUMER}-{CRM}.json",)


def test_all_pacts_go_in_one_request(settings: Settings, client: BrokerClient) -> None:
    """If one of two pacts is refused, the other isn't there either."""
    emitters = {TRACKER: {COMPLETED: "implemented"}, CRM: {COMPLETED: "implemented"}}
    (settings.root / "emitters.toml").write_text(registry_toml(emitters), encoding="utf-8")
    write_pact(settings.root, pact({COMPLETED: "implemented"}))
    publish(settings, client, "c1")
    write_pact(settings.root, pact({COMPLETED: "implemented"}, revision="2"))
    write_pact(settings.root, pact({COMPLETED: "implemented"}, provider=CRM))
    with pytest.raises(BrokenContractError):
        publish(settings, client, "c1")
    url = client.link("pb:publish-pact", provider=CRM, consumer=CONSUMER, consumerApplicationVersion="c1")
    assert client.find(url, doing="looking for the other pact") is None


def test_a_branch_with_a_slash_is_confirmed(settings: Settings, client: BrokerClient) -> None:
    """Branch names hold slashes; the version is found on its branch again."""
    write_pact(settings.root, pact())
    assert publish(settings, client, "feat/1", "feat/one").identity.branch.value == "feat/one"


def test_a_dry_run_sends_nothing(settings: Settings, client: BrokerClient) -> None:
    """With --dry-run everything is checked and the broker stays as it was."""
    write_pact(settings.root, pact())
    receipt = publish_pacts(
        settings,
        load_domain(settings),
        identity(),
        broker=lambda: client,
        refuse_stale=fresh,
        dry_run=True,
    )
    assert receipt.to_json()["confirmed"] is False
    assert client.get(client.link("pb:latest-pact-versions"), doing="looking")["pacts"] == []


def unreachable() -> BrokerClient:
    """Stand for a broker that must not be asked."""
    raise AssertionError("the broker was asked")


def test_a_stale_capture_is_refused_before_the_broker_is_asked(settings: Settings) -> None:
    """What refuses a stale capture speaks before anything is sent."""

    def stale(_settings: Settings, _domain: Domain) -> None:
        raise BrokenContractError("the pacts are stale", next_step="contracts capture")

    write_pact(settings.root, pact())
    with pytest.raises(BrokenContractError, match="stale"):
        publish_pacts(settings, load_domain(settings), identity(), broker=unreachable, refuse_stale=stale)


@pytest.mark.parametrize(
    ("document", "error", "words"),
    [
        (None, MisuseError, "there is no pact to publish"),
        (pact(consumer="someone-else"), MisuseError, "pact of someone-else"),
        (pact(provider="crm-sync"), BrokenContractError, "no emitter of the registry"),
    ],
    ids=["none", "another consumer", "unknown emitter"],
)
def test_pacts_that_cannot_be_published(
    settings: Settings, document: dict[str, object] | None, error: type[Exception], words: str
) -> None:
    """No pact, another consumer's, or one of an emitter that isn't permitted: said before anything is sent."""
    if document is not None:
        write_pact(settings.root, document)
    with pytest.raises(error, match=words):
        publish_pacts(settings, load_domain(settings), identity(), broker=unreachable, refuse_stale=fresh)


def test_a_pact_that_is_no_json_names_its_file(settings: Settings) -> None:
    """A file that can't be read as a pact is named."""
    write_pact(settings.root, pact()).write_text("{", encoding="utf-8")
    with pytest.raises(MisuseError, match="no JSON") as caught:
        publish_pacts(settings, load_domain(settings), identity(), broker=unreachable, refuse_stale=fresh)
    assert caught.value.where is not None
    assert caught.value.where.file.startswith("pacts/")


def _stubbed(url: str) -> BrokerClient:
    policy = RetryPolicy(attempts=2)
    return BrokerClient(
        Transport(requests.Session(), BrokerAccess(url), policy, Timeouts(2, 2, 5), sleep=lambda _: None)
    )


def _index(url: str) -> bytes:
    version = "provider/{provider}/consumer/{consumer}/version/{consumerApplicationVersion}"
    links = {
        "pb:publish-contracts": f"{url}/contracts/publish",
        "pb:publish-pact": f"{url}/pacts/{version}",
        "pb:latest-pact-versions": f"{url}/pacts/latest",
        "pb:pacticipant-version": f"{url}/pacticipants/{{pacticipant}}/versions/{{version}}",
    }
    return http("200 OK", json.dumps({"_links": {rel: {"href": href} for rel, href in links.items()}}))


OTHER_BRANCH = http("200 OK", json.dumps({"_embedded": {"branchVersions": [{"name": "feat"}]}}))
VERSION = http("200 OK", json.dumps({"_embedded": {"branchVersions": [{"name": "main"}]}}))


@pytest.mark.parametrize(
    ("answers", "words"),
    [
        ([http("500 Internal Server Error")], "publishing the pacts failed"),
        ([http("401 Unauthorized", "", "text/plain")], "401"),
        ([http("400 Bad Request", '{"errors": {"contracts": ["is missing"]}}')], "is missing"),
        ([http("302 Found", "<html>", "text/html")], "302"),
        ([b""], "can't be reached"),
        ([http("200 OK", "{}"), http("200 OK", "{}")], "on the branch main"),
        ([http("200 OK", "{}"), OTHER_BRANCH], "on the branch main"),
        ([http("200 OK", "{}"), http("404 Not Found")], "on the branch main"),
        ([http("200 OK", "{}"), VERSION, http("404 Not Found")], "not confirmed: the broker doesn't have the pact"),
        ([http("200 OK", "{}"), VERSION, http("200 OK", json.dumps(pact(revision="9")))], "another content"),
        ([http("200 OK", "{}"), VERSION, http("200 OK", "<html>", "text/html")], "no JSON object"),
        ([http("200 OK", "{}"), VERSION, b""], "can't be reached"),
    ],
    ids=[
        "500", "401", "400", "redirect", "nothing", "no branch", "other branch", "no version", "no pact",
        "other content", "html", "dies before confirming",
    ],
)  # fmt: skip
def test_only_what_the_broker_confirms_is_published(settings: Settings, answers: list[bytes], words: str) -> None:
    """Whatever the broker answers to the publication or after it, without its confirmation it's exit 4."""
    write_pact(settings.root, pact())
    with stub_broker(b"") as stub:
        stub.answers[:] = [_index(stub.url), http("200 OK", '{"pacts": []}'), *answers]
        with pytest.raises(BrokerError, match=words) as caught:
            publish(settings, _stubbed(stub.url))
    assert caught.value.exit_code == 4


def test_publishing_is_repeated_after_a_passing_fault(settings: Settings) -> None:
    """Publishing equal content twice is the same as once, so a 503 is tried again."""
    write_pact(settings.root, pact())
    with stub_broker(b"") as stub:
        stub.answers[:] = [
            _index(stub.url),
            http("200 OK", '{"pacts": []}'),
            http("503 Service Unavailable"),
            http("200 OK", "{}"),
            VERSION,
            http("200 OK", json.dumps(pact())),
        ]
        receipt = publish(settings, _stubbed(stub.url))
    assert receipt.pacts[0].content is Content.NEW
    assert stub.paths().count("POST /contracts/publish") == 2


def test_a_broker_that_ends_between_two_publications_loses_nothing(settings: Settings, tmp_path: Path) -> None:
    """The second publication fails with exit 4; after a restart the first is there and the second can be done."""
    write_pact(settings.root, pact())
    database = tmp_path / "served.sqlite"
    with served(database) as (url, process):
        publish(settings, _stubbed(url), "c1")
        process.kill()
        process.wait(timeout=10)
        with pytest.raises(BrokerError, match="can't be reached"):
            publish(settings, _stubbed(url), "c2")
    with served(database) as (url, _):
        (second,) = publish(settings, _stubbed(url), "c2").pacts
    assert second.content is Content.UNCHANGED
