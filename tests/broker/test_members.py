"""The members of each document: those that a Pact Broker 2.120.0 was recorded to answer with.

`members.json` lists them by document, as paths; `[]` stands for the first entry of a list.
"""

from __future__ import annotations

import json
import os
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from tests.broker.conftest import Names
from tests.broker.running import Broker, interaction, pact

RECORDED: dict[str, list[str]] = json.loads(Path(__file__).with_name("members.json").read_text())

# What the embedded broker leaves out: the start of the paths, and why.
LEFT_OUT = {
    "index": {
        "_links.pb:webhook": "it has no webhooks",
        "_links.pb:integrations": "the matrix says it",
        "_links.pb:metrics": "it counts nothing",
        "_links.pb:tagged-pact-versions": "the selection by tag says it",
        "_links.pb:provider-pacts-with-tag": "the selection by tag says it",
        "_links.pb:branch-pact-versions": "the selection by branch says it",
        "_links.pb:latest-branch-pact-versions": "the selection by branch says it",
        "_links.pb:main-branch-pact-versions": "the selection by branch says it",
        "_links.pb:latest-main-branch-pact-versions": "the selection by branch says it",
        "_links.beta:provider-pacts-for-verification.name": "deprecated",
    },
    "pact": {
        "_links.pb:diff": "it compares no pacts",
        "_links.pb:previous-distinct": "it compares no pacts",
        "_links.pb:pact-webhooks": "it has no webhooks",
        "_links.pb:consumer-webhooks": "it has no webhooks",
        "_links.pb:triggered-webhooks": "it has no webhooks",
        "_links.pb:latest-untagged-pact-version": "deprecated",
        "_links.pb:latest-tagged-pact-version": "the selection by tag says it",
        "_links.pb:tag-": "the version's own link says it",
    },
    "pacticipant": {
        "_links.pb:label": "it has no labels",
        "_links.pb:can-i-deploy": "it has no badges",
        "_links.pb:deployed-environments": "the version says it",
        "_links.versions": "deprecated",
    },
    "result": {"_links.pb:triggered-webhooks": "it has no webhooks", "_links.pb:pact-version.name": "its href says it"},
    "consumer results": {
        "_embedded.verificationResults[]._links.pb:triggered-webhooks": "it has no webhooks",
        "_embedded.verificationResults[]._links.pb:pact-version.name": "its href says it",
    },
}


def _paths(value: Any, here: str = "") -> Iterator[str]:
    if isinstance(value, dict):
        for key, inner in value.items():
            path = f"{here}.{key}" if here else key
            yield path
            yield from _paths(inner, path)
    elif isinstance(value, list) and value:
        yield from _paths(value[0], f"{here}[]")


@pytest.fixture(scope="module")
def documents(shared_broker: Broker) -> dict[str, Any]:
    """One document of each kind."""
    names = Names("consumer-of-members", "provider-of-members", "environment-of-members")
    broker, consumer, provider = shared_broker, names.consumer, names.provider
    found: dict[str, Any] = {"index": broker.get("/")}
    found["receipt"] = broker.publish(consumer, "1", pact(consumer, provider)).json()
    found["conflict"] = broker.publish(consumer, "1", pact(consumer, provider, interaction("other"))).json()
    found["problem"] = broker.call("POST", "/contracts/publish", {}, Accept="application/problem+json").json()
    found["environment"] = broker.call("POST", "/environments", {"name": names.environment, "production": True}).json()
    found["version"] = broker.get(f"/pacticipants/{consumer}/versions/1")
    found["deployment"] = broker.deploy(consumer, "1", found["environment"]["uuid"]).json()
    found["selection"] = broker.for_verification(provider, providerVersionBranch="main").json()
    found["pact"] = broker.get(found["selection"]["_embedded"]["pacts"][0]["_links"]["self"]["href"])
    found["pacticipant"] = broker.get(f"/pacticipants/{provider}")
    found["branch version"] = broker.put_on_branch(provider, "main", "p1").json()
    by = {"implementation": "tests", "version": "1", "clientLanguage": {"name": "python", "version": "3"}}
    url = "https://ci.example/1"
    found["result"] = broker.post_result(
        found["pact"], "p1", success=True, buildUrl=url, testResults=[{"interactionId": "x"}], verifiedBy=by
    ).json()
    query = f"q[][pacticipant]={provider}&q[][version]=p1&latestby=cvpv&environment={names.environment}"
    found["matrix"] = broker.get(f"/matrix?{query}")
    found["consumer results"] = broker.get(f"/verification-results/consumer/{consumer}/version/1/latest")
    return found


@pytest.mark.skipif("CONTRACTS_TEST_BROKER_URL" in os.environ, reason="a real broker is what was recorded")
@pytest.mark.parametrize("name", RECORDED)
def test_documents_have_the_recorded_members(name: str, documents: dict[str, Any]) -> None:
    """Each document has every recorded member but those that are left out, each of which is really absent."""
    actual = set(_paths(documents[name]))
    missing = set(RECORDED[name]) - actual
    starts = LEFT_OUT.get(name, {})
    assert {path for path in missing if not any(path.startswith(start) for start in starts)} == set()
    unused = [start for start in starts if not any(path.startswith(start) for path in missing)]
    assert unused == []
