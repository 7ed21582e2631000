"""Promotion and demotion, with hotfixes in between: each question answered as a Pact Broker 2.120.0 answers it.

Consumer versions `c..` and emitter versions `p..`; `n..` belong to a second emitter with planned pairs only.
With CONTRACTS_TEST_BROKER_URL set, the same walk runs against a real broker.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, Literal

from tests.broker.conftest import Names
from tests.broker.running import Broker, interaction, pact

# What a consumer version reads: (event, pending).
PLANNED = (("completed", False), ("entered", True), ("submitted", True))
PROMOTED = (("completed", False), ("entered", False), ("submitted", True))
UNRELATED = (*PROMOTED, ("left", True))
SECOND = (("imported", True),)

Side = Literal["consumer", "tracker", "second"]


@dataclass(frozen=True)
class Publish:
    """A consumer version is published; `second` adds the pact with the second emitter."""

    number: str
    reads: tuple[tuple[str, bool], ...]
    branch: str = "main"
    second: bool = False


@dataclass(frozen=True)
class Result:
    """An emitter's version posts a result for the pact of a consumer version."""

    number: str
    against: str
    success: bool = True
    branch: str = "main"
    emitter: Side = "tracker"


@dataclass(frozen=True)
class Deploy:
    """A version is recorded as deployed."""

    side: Side
    number: str


@dataclass(frozen=True)
class Ask:
    """Whether versions may be deployed: the answer that each of them has to get."""

    side: Side
    answers: dict[str, bool | None]
    ignoring: Side | None = None


WALK: tuple[Publish | Result | Deploy | Ask, ...] = (
    Publish("c1", PLANNED),
    Ask("consumer", {"c1": None}),
    Ask("tracker", {"p1": False}),
    Deploy("consumer", "c1"),
    Result("p1", "c1"),
    Ask("tracker", {"p1": True}),
    # A result alone doesn't do: the emitter has to be deployed.
    Ask("consumer", {"c1": None}),
    Deploy("tracker", "p1"),
    Ask("consumer", {"c1": True}),
    # The emitter emits the planned event first, ...
    Result("p2", "c1"),
    Deploy("tracker", "p2"),
    Ask("consumer", {"c1": True}),
    Ask("tracker", {"p1": True, "p2": True}),
    # ... then the consumer requires it: new content, which blocks nobody but its own version.
    Publish("c2", PROMOTED),
    Publish("c2.1", PROMOTED),
    Publish("c2.2", UNRELATED),
    Publish("c1.1", PLANNED, branch="hotfix-c"),
    Ask("consumer", {"c2": None, "c2.1": None, "c2.2": None, "c1.1": True, "c1": True}),
    Ask("tracker", {"p1": True, "p2": True}),
    # A hotfix of the emitter under the older registry.
    Result("p1h", "c1", branch="hotfix"),
    Ask("tracker", {"p1h": True}),
    # The deployed emitter verifies the new content: one result serves every version with it.
    Result("p2", "c2"),
    Ask("consumer", {"c2": True, "c2.1": True, "c2.2": None}),
    Ask("tracker", {"p1": True, "p2": True, "p1h": True}),
    # Once it is deployed, the older emitter versions are no way back.
    Deploy("consumer", "c2"),
    Ask("tracker", {"p1": None, "p2": True, "p1h": None}),
    Result("p1h", "c2", success=False, branch="hotfix"),
    Ask("tracker", {"p1h": False}),
    Result("p1h", "c2", branch="hotfix"),
    Ask("tracker", {"p1h": True}),
    Result("p1", "c2", success=False),
    Ask("tracker", {"p1": False}),
    Ask("consumer", {"c2": True, "c1": True}),
    # Demotion in the wrong order: the emitter first.
    Result("p3", "c2", success=False),
    Ask("tracker", {"p3": False}),
    Publish("c3", PLANNED),
    Ask("consumer", {"c3": True}),
    Ask("tracker", {"p3": False}),
    # In the right order: the old content's results count again.
    Deploy("consumer", "c3"),
    Ask("tracker", {"p1": True, "p2": True, "p1h": True, "p3": None}),
    Result("p3", "c3"),
    Ask("tracker", {"p3": True}),
    Deploy("tracker", "p3"),
    Ask("consumer", {"c3": True, "c2": False}),
    # An emitter with planned pairs only, deployed nowhere, blocks the consumer that publishes for it.
    Publish("c4", PLANNED, second=True),
    Ask("consumer", {"c4": None, "c3": True}),
    Ask("consumer", {"c4": True}, ignoring="second"),
    Ask("tracker", {"p3": True}),
    Ask("second", {"n1": False}),
    Result("n1", "c4", emitter="second"),
    Ask("consumer", {"c4": None}),
    Ask("second", {"n1": True}),
    Deploy("consumer", "c4"),
    Ask("second", {"n1": True}),
    Ask("tracker", {"p3": True, "p2": True}),
    Deploy("second", "n1"),
    Ask("consumer", {"c4": True}),
    Result("n2", "c4", success=False, emitter="second"),
    Ask("second", {"n2": False}),
    Ask("consumer", {"c4": True}),
    # c5 has no pact with the second emitter; the second is free of c4 once c5 is deployed.
    Publish("c5", PLANNED),
    Ask("consumer", {"c5": True}),
    Ask("second", {"n2": False}),
    Deploy("consumer", "c5"),
    Ask("second", {"n2": True}),
)


def test_who_is_deployable_when(shared_broker: Broker, names: Names) -> None:
    """Each question of the walk gets the recorded answer."""
    called = {"consumer": names.consumer, "tracker": names.provider, "second": f"second-{names.provider}"}
    environment = shared_broker.environment(names.environment)
    for place, step in enumerate(WALK):
        if isinstance(step, Publish):
            _publish(shared_broker, step, called)
        elif isinstance(step, Result):
            shared_broker.put_on_branch(called[step.emitter], step.branch, step.number)
            read = shared_broker.pact(called["consumer"], called[step.emitter], step.against)
            assert shared_broker.post_result(read, step.number, success=step.success).status_code == 201
        elif isinstance(step, Deploy):
            assert shared_broker.deploy(called[step.side], step.number, environment).status_code == 201
        else:
            answers = {number: _ask(shared_broker, step, number, called, names) for number in step.answers}
            assert answers == step.answers, (place, step)


def test_what_is_pending_during_a_promotion(shared_broker: Broker, names: Names) -> None:
    """The promoted content is pending for every branch; the deployed one for none, also for a new branch."""
    called = {"consumer": names.consumer, "tracker": names.provider}
    environment = shared_broker.environment(names.environment)
    for step in WALK[: WALK.index(Result("p2", "c2"))]:
        if isinstance(step, Publish):
            _publish(shared_broker, step, called)
        elif isinstance(step, Result):
            shared_broker.put_on_branch(names.provider, step.branch, step.number)
            read = shared_broker.pact(names.consumer, names.provider, step.against)
            shared_broker.post_result(read, step.number, success=step.success)
        elif isinstance(step, Deploy):
            shared_broker.deploy(called[step.side], step.number, environment)
    for branch in ("main", "hotfix", "feature-x"):
        listed = shared_broker.for_verification(
            names.provider,
            providerVersionBranch=branch,
            includePendingStatus=True,
            consumerVersionSelectors=[{"mainBranch": True}, {"deployedOrReleased": True}],
        ).json()["_embedded"]["pacts"]
        found = {
            len(shared_broker.get(one["_links"]["self"]["href"])["interactions"]): one["verificationProperties"]
            for one in listed
        }
        # Only the head of main is selected: c2.2, which reads one event more, hides c2 and c2.1.
        assert {size: properties["pending"] for size, properties in found.items()} == {3: False, 4: True}, branch


def _publish(broker: Broker, step: Publish, called: dict[str, str]) -> None:
    pacts = [pact(called["consumer"], called["tracker"], *_interactions(step.reads))]
    if step.second:
        pacts.append(pact(called["consumer"], called["second"], *_interactions(SECOND)))
    assert broker.publish(called["consumer"], step.number, *pacts, branch=step.branch).status_code == 200


def _interactions(reads: tuple[tuple[str, bool], ...]) -> list[dict[str, Any]]:
    return [interaction(event, pending=pending) for event, pending in reads]


def _ask(broker: Broker, step: Ask, number: str, called: dict[str, str], names: Names) -> bool | None:
    query = f"q[][pacticipant]={called[step.side]}&q[][version]={number}&latestby=cvpv&environment={names.environment}"
    if step.ignoring:
        query += f"&ignore[][pacticipant]={called[step.ignoring]}"
    deployable: bool | None = broker.get(f"/matrix?{query}")["summary"]["deployable"]
    return deployable
