"""Pacts that another tool wrote: judged as a whole, or refused by name."""

from __future__ import annotations

import base64
import json
from typing import Any

import pytest

from contracts.errors import MisuseError
from contracts.model.emission import Emission
from contracts.model.verdict import Verification
from contracts.pact_core.verifier import replay
from tests.verification.support import COMPLETED, emission, interaction, message, pact, rules_of, run

TYPE = {"matchers": [{"match": "type"}]}


def of_another_hand(**changes: Any) -> dict[str, Any]:
    """Return an interaction without a key of ours, which reads two fields by their type."""
    contents = {"type": COMPLETED, "data": {"client_id": "any", "webinar_id": "any"}}
    whole: dict[str, Any] = {
        "type": "Asynchronous/Messages",
        "description": f"{COMPLETED}: as another library writes it",
        "pending": False,
        "contents": {"contentType": "application/cloudevents+json", "encoded": False, "content": contents},
        "matchingRules": {"body": {"$.data.client_id": TYPE, "$.data.webinar_id": TYPE}},
        "metadata": {"contentType": "application/cloudevents+json"},
    }
    return {key: value for key, value in {**whole, **changes}.items() if value is not ...}


def judged(written: dict[str, Any], *emissions: Emission) -> Verification:
    """Judge emissions by the pact of another hand and by one of ours, with the official second opinion."""
    pacts = [pact(of_another_hand(), source="ours.json"), pact(written, source="theirs.json")]
    return run(emissions or (emission(),), pacts=pacts, replay=replay)


def with_topic(topic: str | None) -> Emission:
    """Return a right emission with a header beside its content type."""
    headers = {"content-type": "application/cloudevents+json"} | ({} if topic is None else {"topic": topic})
    return Emission(headers=headers, body=json.dumps(message()).encode())


CONTENT_RULES = {"content": {"$.data.client_id": TYPE, "$.data.webinar_id": TYPE}}
ENCODED = base64.b64encode(json.dumps(of_another_hand()["contents"]["content"]).encode()).decode()


@pytest.mark.parametrize(
    "written",
    [
        of_another_hand(matchingRules=CONTENT_RULES),
        of_another_hand(
            contents={"contentType": "application/cloudevents+json", "encoded": "base64", "content": ENCODED}
        ),
        of_another_hand(contents=..., matchingRules=...),
        of_another_hand(metadata=...),
    ],
    ids=["rules under content", "base64", "no contents", "no metadata"],
)
def test_what_a_right_emission_satisfies_passes(written: dict[str, Any]) -> None:
    """And the official verifier agrees, so that the result is posted."""
    result = judged(written)
    assert result.success
    assert [each.result for each in result.pacts] == [True, True]


@pytest.mark.parametrize("content_type", ["application/json", None], ids=repr)
def test_a_pact_of_another_content_type_fails_its_pair(content_type: str | None) -> None:
    """What it demands the emitter may not send: the verifier refuses it too, and nobody says yes."""
    written = of_another_hand(
        contents={**of_another_hand()["contents"], "contentType": content_type},
        metadata=... if content_type is None else {"contentType": content_type},
    )
    result = judged(written)
    (finding,) = result.pairs[0].findings
    assert (finding.rule, finding.path, finding.expected, finding.actual) == (
        "pact-mismatch", "content-type", "application/json", "application/cloudevents+json",
    )  # fmt: skip
    assert rules_of(result)["error"] == set()
    assert [each.result for each in result.pacts] == [True, False]


@pytest.mark.parametrize(("topic", "passes"), [("webinars", True), ("other", False), (None, False)])
def test_metadata_are_the_emissions_headers(topic: str | None, passes: bool) -> None:
    """A header that the pact asks for is judged, and found missing where it is."""
    asked = {"contentType": "application/cloudevents+json", "Topic": "webinars"}
    result = judged(of_another_hand(metadata=asked), with_topic(topic))
    assert result.success is passes
    assert [finding.path for finding in result.pairs[0].findings] == ([] if passes else ["Topic"])
    assert rules_of(result)["error"] == set()


def test_one_pact_that_cant_be_judged_in_full_stops_the_run() -> None:
    """A verdict without it would say more than was judged."""
    with pytest.raises(MisuseError, match="rules under 'header'") as caught:
        judged(of_another_hand(matchingRules={**CONTENT_RULES, "header": {"topic": TYPE}}))
    assert str(caught.value.where) == "theirs.json"


def test_an_interaction_of_no_event_is_said_and_its_pact_fails() -> None:
    """No emission is ever judged by it: a note, and false for whoever relies on it."""
    written = pact(of_another_hand(), of_another_hand(description="a completed webinar is stated"))
    result = run([emission()], pacts=[pact(interaction(COMPLETED)), written])
    assert result.success
    (note,) = [note for note in result.notes if note.rule == "stale-pact"]
    assert note.interaction == "a completed webinar is stated"
    assert [each.result for each in result.pacts] == [True, False]
