"""The official verifier of pact-js against the embedded broker, as an emitter in JavaScript would run it."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
from pathlib import Path
from typing import Any

import pytest

from tests.broker.running import Broker, interaction, pact
from tests.npm.modules import npm_module

HERE = Path(__file__).parent
RIGHT, WRONG = {"client_id": "c-1"}, {"client_id": 1}


def _verify(broker: Broker, version: str, **events: Any) -> int:
    modules = npm_module("@pact-foundation/pact").parents[1]
    node = shutil.which("node")
    if node is None:
        pytest.skip("node isn't installed")
    done = subprocess.run(
        [node, str(HERE / "verify.cjs"), broker.url, "tracker", version, json.dumps(events)],
        env={**os.environ, "NODE_PATH": str(modules), "PACT_DO_NOT_TRACK": "true"},
        capture_output=True, text=True, timeout=120, check=False,
    )  # fmt: skip
    return done.returncode


def _result(broker: Broker, number: str) -> tuple[str, bool]:
    links = broker.pact("service", "tracker", number)["_links"]
    result = broker.get(links["pb:latest-verification-results"]["href"])
    return result["providerApplicationVersion"], result["success"]


def test_it_verifies_what_is_selected_and_posts_each_result(broker: Broker) -> None:
    """Work in progress doesn't fail the run, and is posted as it is; once main is verified, a failure fails it."""
    broker.publish("service", "1", pact("service", "tracker"))
    broker.publish("service", "2", pact("service", "tracker", interaction("entered")), branch="feat/x")
    assert _verify(broker, "p1", completed=RIGHT, entered=WRONG) == 0
    assert (_result(broker, "1"), _result(broker, "2")) == (("p1", True), ("p1", False))
    version = broker.get("/pacticipants/tracker/versions/p1")
    assert [one["name"] for one in version["_embedded"]["branchVersions"]] == ["main"]
    assert _verify(broker, "p2", completed=WRONG, entered=RIGHT) == 1
    assert (_result(broker, "1"), _result(broker, "2")) == (("p2", False), ("p2", True))
