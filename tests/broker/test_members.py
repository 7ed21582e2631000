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

from contracts.broker.embedded.differences import MISSING_MEMBERS
from tests.broker.conftest import Names
from tests.broker.running import Broker, interaction, pact

RECORDED: dict[str, list[str]] = json.loads(Path(__file__).with_name("members.json").read_text())

LEFT_OUT: dict[str, dict[str, str]] = {}
for _missing in MISSING_MEMBERS:
    LEFT_OUT.setdefault(_missing.document, {})[_missing.path] = _missing.why


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
