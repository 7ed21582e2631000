"""What the consumer reads, and what a broker is told of each pact."""

from __future__ import annotations

from typing import Any

import pytest

from contracts.model.emission import Fault
from contracts.model.pact import PactUnderTest
from contracts.model.verdict import Verdict, Verification
from tests.verification.support import (
    COMPLETED,
    ENTERED,
    FORM,
    LEFT,
    emission,
    interaction,
    message,
    pact,
    rules_of,
    run,
)


def stricter(event: str = COMPLETED, **rest: Any) -> dict[str, Any]:
    """Return an interaction that reads more than the event promises: ids that start with `strict`."""
    whole = interaction(event, title="is read strictly", **rest)
    whole["matchingRules"]["body"]["$.id"] = {"combine": "AND", "matchers": [{"match": "regex", "regex": "^strict.*$"}]}
    whole["contents"]["content"]["id"] = "strict-1"
    return whole


def test_an_emission_must_satisfy_every_interaction_of_its_event() -> None:
    """pact-mismatch names the interaction that wasn't satisfied."""
    result = run([emission()], pacts=[pact(interaction(COMPLETED), stricter())])
    (finding,) = result.pairs[0].findings
    assert (finding.rule, finding.path) == ("pact-mismatch", "$.id")
    assert finding.interaction == f"{COMPLETED}/is-read-strictly"
    assert run([emission(message(id="strict-7"))], pacts=[pact(interaction(COMPLETED), stricter())]).success


def test_every_emission_is_matched_not_only_the_first() -> None:
    """The second emission is as wrong as it is."""
    second = message(id="loose", data={"client_id": "client-2", "webinar_id": "webinar-1"})
    result = run([emission(message(id="strict-1")), emission(second)], pacts=[pact(stricter())])
    assert rules_of(result)["finding"] == {"pact-mismatch"}


def test_pacts_are_not_asked_of_a_message_with_another_shape() -> None:
    """event-schema says it all; a key that is no fact leaves the pact to be asked."""
    wrong = message(id="loose", extra=1)
    assert rules_of(run([emission(wrong)], pacts=[pact(stricter())]))["finding"] == {"event-schema"}
    no_fact = message(id="loose", button=1)
    found = rules_of(run([emission(no_fact)], pacts=[pact(stricter())]))["finding"]
    assert found == {"not-a-fact", "pact-mismatch"}


def test_a_stale_pact_is_a_note() -> None:
    """stale-pact: its flag differs from the registry, or it expects what the emitter may not state."""
    stale = pact(interaction(COMPLETED, pending=True), interaction(ENTERED), interaction(FORM))
    assert rules_of(run([emission()], pacts=[stale]))["note"] == {"stale-pact"}
    foreign = pact(interaction(COMPLETED), interaction(ENTERED), interaction(FORM), interaction(LEFT))
    assert rules_of(run([emission()], pacts=[foreign]))["note"] == {"stale-pact"}
    assert rules_of(run([emission()]))["note"] == set()


def posted(result: Verification) -> bool | None:
    """Return what the broker is told of the one pact."""
    (only,) = result.pacts
    return only.result


def test_true_is_posted_when_every_required_interaction_passed() -> None:
    """Planned pairs don't matter, emitted or not, right or wrong."""
    assert posted(run([emission()])) is True
    assert posted(run([emission(), emission(message(ENTERED, data={}))])) is True


def test_false_is_posted_when_a_required_interaction_failed() -> None:
    """A finding, or silence."""
    assert posted(run([emission(message(id=" "))])) is False
    assert posted(run([emission(message(ENTERED))])) is False


def test_false_is_posted_when_the_run_has_a_violation() -> None:
    """Even if every interaction passed."""
    assert posted(run([emission(), emission(message(LEFT))])) is False


def test_an_interaction_that_isnt_pending_in_the_pact_is_required_whatever_the_registry_says() -> None:
    """An older registry keeps the build green while the broker learns the truth."""
    promoted = pact(interaction(COMPLETED), interaction(ENTERED, pending=False))
    result = run([emission()], pacts=[promoted])
    assert result.success
    assert posted(result) is False
    assert posted(run([emission(), emission(message(ENTERED))], pacts=[promoted])) is True


def test_an_interaction_that_is_pending_in_a_stale_pact_is_required_by_the_registry() -> None:
    """Implemented in the registry: it must pass."""
    stale = pact(interaction(COMPLETED, pending=True))
    assert posted(run([emission(message(id=" "))], pacts=[stale])) is False
    assert posted(run([emission()], pacts=[stale])) is True


def test_nothing_is_posted_where_nothing_is_required() -> None:
    """A pact of planned pairs alone has no result, with or without violations."""
    planned = pact(interaction(ENTERED), interaction(FORM))
    for observations in ([emission()], [emission(), emission(message(LEFT))]):
        result = run(observations, pacts=[planned])
        assert posted(result) is None
        assert "no interaction of this pact is required" in result.pacts[0].reason


@pytest.mark.parametrize(
    "observations", [[], [emission(), Fault("unreadable-capture", "torn")]], ids=["nothing read", "harness broke"]
)
def test_nothing_is_posted_without_a_verdict(observations: list[Any]) -> None:
    """An empty matrix is no evidence, and neither is a run that broke."""
    assert posted(run(observations)) is None


@pytest.mark.parametrize("wip", [False, True], ids=["pending", "wip"])
def test_a_pact_that_the_broker_holds_as_pending_doesnt_fail_the_build(wip: bool) -> None:
    """Its mismatch is a note, and its posted result is false."""
    lenient = PactUnderTest(pact(stricter()), broker_pending=not wip, wip=wip)
    result = run([emission()], pacts=[PactUnderTest(pact()), lenient])
    assert result.success
    assert result.pairs[0].verdict is Verdict.PASSED
    assert "pact-mismatch" in rules_of(result)["note"]
    assert [each.result for each in result.pacts] == [True, False]
    assert not run([emission()], pacts=[PactUnderTest(pact()), PactUnderTest(pact(stricter()))]).success
