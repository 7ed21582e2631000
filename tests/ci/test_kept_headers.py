"""An emitter's CI records the headers that the broker's pacts ask for, and is judged by them."""

from __future__ import annotations

import json
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from contracts.broker.access import BrokerAccess
from contracts.broker.client import client_for
from contracts.broker.publishing import PactPublication, publish
from contracts.model.pact import parse_pact
from tests.ci.conftest import CONSUMER, TOKEN
from tests.ci.repository import ROOT, TRACKER, line, provider_ci
from tests.release.brokers import served

SEND = """
import json, os, sys, urllib.request as r
headers = {"Content-Type": "application/cloudevents+json", "X-Region": sys.argv[1], "X-Key": "s-1"}
body = json.loads(open("recorded").read())["body"].encode()
r.urlopen(r.Request(os.environ["CONTRACTS_SINK_URL"], body, headers), timeout=10)
"""


@pytest.fixture(scope="module")
def variables(tmp_path_factory: pytest.TempPathFactory) -> Iterator[dict[str, str]]:
    """A broker whose pact wants each message to name a region."""
    with served(tmp_path_factory.mktemp("broker") / "broker.sqlite", token=TOKEN) as (url, _):
        document = json.loads((ROOT / "pacts" / f"{CONSUMER}-{TRACKER}.json").read_text(encoding="utf-8"))
        for interaction in document["interactions"]:
            interaction["metadata"] = {**interaction.get("metadata", {}), "X-Region": "eu"}
        pact = parse_pact(json.dumps(document), source="the pact")
        client = client_for(BrokerAccess(url, token=TOKEN))
        publish(client, PactPublication(CONSUMER, "c1", "main", (pact,)))
        yield {"PACT_BROKER_BASE_URL": url, "PACT_BROKER_TOKEN": TOKEN}


@pytest.mark.parametrize(("region", "is_right"), [("eu", True), ("us", False)])
def test_a_header_that_the_broker_s_pact_asks_for_is_recorded_and_judged(
    repository: Path, variables: dict[str, str], region: str, is_right: bool
) -> None:
    """No header is named by hand; what nobody asks for stays out. The broker holds the pact as pending."""
    (repository / "recorded").write_text(line(), encoding="utf-8")
    (repository / "send.py").write_text(SEND, encoding="utf-8")
    done = provider_ci(
        repository,
        *("--emitter", TRACKER, "--captures", "captures.ndjson", "--version", f"p-{region}", "--no-publish"),
        *("--test-command", f"{sys.executable} send.py {region}"),
        **variables,
    )
    assert done.code == 0, done.said
    assert ("pact-mismatch" in done.out) == (not is_right)
    headers = json.loads((repository / "captures.ndjson").read_text(encoding="utf-8"))["headers"]
    assert (headers["x-region"], headers["x-key"]) == (region, "(not recorded)")
