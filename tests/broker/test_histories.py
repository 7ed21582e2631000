"""Recorded histories of a Pact Broker 2.120.0, replayed: the same writes, the same answers."""

from __future__ import annotations

import os
import uuid

import pytest

from tests.broker.replayer import Replay, ensure_environments, histories, kinds
from tests.broker.running import Broker

# Answers of the real broker that ours knowingly gives otherwise: "seed kind index" of the answer, and why.
KEPT_DIFFERENCES: dict[str, str] = {}

SLICES = 10
RECORDED = histories()


@pytest.mark.parametrize("part", range(SLICES))
def test_every_answer_is_the_recorded_one(part: int, shared_broker: Broker) -> None:
    """Publications, results, deployments and questions are answered as the real broker answered them."""
    environments = ensure_environments(shared_broker)
    prefix = f"{uuid.uuid4().hex[:8]}-"
    mine = RECORDED[part::SLICES]
    found = [
        difference
        for history in mine
        for difference in Replay(shared_broker, history, environments, prefix).differences()
    ]
    against_real = "CONTRACTS_TEST_BROKER_URL" in os.environ
    seeds = {str(history["seed"]) for history in mine}
    kept = {name for name in KEPT_DIFFERENCES if name.split()[0] in seeds} if not against_real else set()
    assert {difference.name for difference in found} == kept, found[:3]


def test_the_histories_cover_what_they_are_for() -> None:
    """Each kind of write and read is recorded often enough to mean something."""
    counted = kinds(RECORDED)
    assert len(RECORDED) == 300
    assert counted["matrix"] + counted["for-verification"] == 3010
    assert min(counted[kind] for kind in ("publish", "verify", "branch", "tag", "deploy", "undeploy", "release")) > 90
    deployable = {
        query["answer"]["deployable"]
        for history in RECORDED
        for query in history["queries"]
        if query["kind"] == "matrix" and query["answer"]["status"] == 200
    }
    assert deployable == {True, False, None}
