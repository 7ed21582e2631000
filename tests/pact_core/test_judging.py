"""A whole interaction is judged in process, and the official verifier says the same of the same message."""

from __future__ import annotations

import base64
import json
from concurrent.futures import ThreadPoolExecutor
from typing import Any, NamedTuple

import pytest

from contracts.model.emission import Emission
from contracts.pact_core.actual import actual_message
from contracts.pact_core.judging import Mismatch, judge_for
from tests.pact_core.support import JSON, TYPE, expects, mismatches, officially, pact_of, regex, sent

CLOUDEVENT = "application/cloudevents+json"


class Case(NamedTuple):
    """An interaction, a message, and the places where the message differs."""

    interaction: dict[str, Any]
    emission: Emission
    differs_at: tuple[str, ...] = ()


def encoded(value: Any) -> str:
    """Return JSON in base64."""
    return base64.b64encode(json.dumps(value).encode()).decode()


CASES = {
    "equal contents": Case(expects(), sent({"id": "a", "more": 1})),
    "other contents": Case(expects(), sent({"id": "b"}), ("$.id",)),
    "two other values": Case(expects({"id": "a", "n": 1}), sent({"id": "b", "n": 2}), ("$.id", "$.n")),
    "a key is missing": Case(expects({"id": "a", "n": 1}), sent(), ("$.n",)),
    "two keys are missing, one of them below": Case(
        expects({"id": "a", "n": 1, "data": {"id": "b", "other key": 2}}),
        sent({"id": "a", "data": {"id": "b"}}),
        ("$.data.other key", "$.n"),
    ),
    "rules under body": Case(expects(matchingRules={"body": {"$.id": TYPE}}), sent({"id": "b"})),
    "rules under body, broken": Case(expects(matchingRules={"body": {"$.id": TYPE}}), sent({"id": 1}), ("$.id",)),
    "rules under content": Case(expects(matchingRules={"content": {"$.id": TYPE}}), sent({"id": "b"})),
    "rules under content, broken": Case(
        expects(matchingRules={"content": {"$.id": regex("^x")}}), sent({"id": "b"}), ("$.id",)
    ),
    "rules under both": Case(
        expects({"id": "a", "n": 1}, matchingRules={"body": {"$.id": TYPE}, "content": {"$.n": TYPE}}),
        sent({"id": "b", "n": 2}),
    ),
    "rules under both, each broken": Case(
        expects({"id": "a", "n": 1}, matchingRules={"body": {"$.id": TYPE}, "content": {"$.n": TYPE}}),
        sent({"id": 1, "n": "x"}),
        ("$.id", "$.n"),
    ),
    "either of two matchers": Case(
        expects(matchingRules={"body": {"$.id": {**regex("^x"), "combine": "OR"} | {
            "matchers": [{"match": "regex", "regex": "^x"}, {"match": "type"}]}}}),
        sent({"id": "b"}),
    ),
    "metadata": Case(expects(metadata={"topic": "t", "key": "k"}), sent(topic="t", key="k")),
    "metadata in another case": Case(expects(metadata={"Topic": "t"}), sent(topic="t")),
    "other metadata": Case(expects(metadata={"topic": "t", "key": "k"}), sent(topic="x", key="y"), ("key", "topic")),
    "metadata missing": Case(expects(metadata={"topic": "t", "key": "k"}), sent(key="k"), ("topic",)),
    "metadata beyond what is expected": Case(expects(metadata={"topic": "t"}), sent(topic="t", key="k")),
    "a rule of metadata": Case(
        expects(metadata={"topic": "t"}, matchingRules={"metadata": {"topic": regex("^w.*")}}), sent(topic="webinars")
    ),
    "a rule of metadata, broken": Case(
        expects(metadata={"topic": "t"}, matchingRules={"metadata": {"topic": regex("^w.*")}}),
        sent(topic="t"),
        ("topic",),
    ),
    "metadata that is a number": Case(expects(metadata={"partition": 3}), sent(partition="3")),
    "metadata that is another number": Case(expects(metadata={"partition": 3}), sent(partition="4"), ("partition",)),
    "metadata that is no number": Case(expects(metadata={"partition": 3}), sent(partition="x"), ("partition",)),
    "metadata that is a text of digits": Case(expects(metadata={"partition": "3"}), sent(partition="3")),
    "base64": Case(expects(encoded({"id": "a"}), encoded="base64"), sent()),
    "base64, other contents": Case(expects(encoded({"id": "a"}), encoded="base64"), sent({"id": "b"}), ("$.id",)),
    "JSON as a text": Case(expects('{"id": "a"}', encoded="json"), sent()),
    "JSON as a text, other contents": Case(expects('{"id": "a"}', encoded=True), sent({"id": "b"}), ("$.id",)),
    "no contents": Case({}, sent({"anything": [1]})),
    "no contents, but metadata": Case({"metadata": {"topic": "t"}}, sent(topic="x"), ("topic",)),
    "contents that are null": Case(expects(None), sent({"id": "a"})),
    "contents that are null, with a content type beside": Case(
        expects(None, metadata={"contentType": JSON}), sent({"id": "a"}), ("$",)
    ),
    "contents, and a message without a content type": Case(expects(), sent(content_type=None), ("content-type",)),
    "contents without a type": Case(expects(body_type=...), sent()),
    "contents without a type, an emission of another": Case(
        expects(body_type=...), sent(content_type=CLOUDEVENT), ("content-type",)
    ),
    "contents whose type is among the metadata": Case(
        expects(body_type=..., metadata={"contentType": CLOUDEVENT}), sent(content_type=CLOUDEVENT)
    ),
    "a content type of null": Case(expects(body_type=None), sent()),
    "a content type of null, an emission of another": Case(
        expects(body_type=None), sent(content_type=CLOUDEVENT), ("content-type",)
    ),
    "another content type": Case(expects(), sent(content_type=CLOUDEVENT), ("content-type",)),
    "another content type, twice": Case(
        expects(metadata={"contentType": JSON}), sent(content_type=CLOUDEVENT), ("content-type",)
    ),
    "another content type among the metadata alone": Case(
        expects(metadata={"contentType": "text/plain"}), sent(), ("content-type",)
    ),
    "the content type in another case": Case(
        expects(body_type="Application/JSON"), sent(content_type="APPLICATION/json")
    ),
    "the metadata's content type in another case": Case(
        expects(metadata={"Content-Type": "Application/JSON"}), sent(content_type="application/json ;")
    ),
    "a charset that the pact doesn't ask for": Case(
        expects(metadata={"contentType": JSON}), sent(content_type='application/json; Charset="UTF-8"')
    ),
    "a charset that the pact asks for": Case(
        expects(body_type=f"{JSON};charset=utf-8", metadata={"contentType": f"{JSON}; charset=UTF-8"}),
        sent(content_type="application/json; charset=UTF-8"),
    ),
    "a charset that the pact asks for, missing": Case(
        expects(body_type=f"{JSON};charset=utf-8"), sent(), ("content-type",)
    ),
    "a number for a text": Case(expects({"n": "4"}), sent({"n": 4}), ("$.n",)),
    "null for a text": Case(expects({"n": "4"}), sent({"n": None}), ("$.n",)),
    "a longer list": Case(expects({"l": [1]}), sent({"l": [1, 2]}), ("$.l",)),
    "letters beyond ASCII": Case(expects({"ключ": "é\u2028😀"}), sent({"ключ": "é\u2028😀"})),
}  # fmt: skip


@pytest.fixture(scope="module")
def official() -> dict[str, bool]:
    """What the official verifier says of every case, asked in one run."""
    answers = officially([(case.interaction, case.emission) for case in CASES.values()])
    return dict(zip(CASES, answers, strict=True))


@pytest.mark.parametrize("name", CASES)
def test_both_engines_give_one_answer(name: str, official: dict[str, bool]) -> None:
    """The core in process and the verifier over HTTP get the same interaction and the same message."""
    case = CASES[name]
    found = mismatches(case.interaction, case.emission)
    assert tuple(dict.fromkeys(mismatch.path for mismatch in found)) == case.differs_at
    assert official[name] is (found == ())


def test_a_mismatch_says_what_was_expected_and_what_was_sent() -> None:
    """As JSON values where the core gave JSON."""
    assert mismatches(expects({"n": 1}), sent({"n": "1"})) == (
        Mismatch("$.n", "Expected '1' (String) to be equal to 1 (Integer)", 1, "1"),
    )
    (found,) = mismatches(expects(metadata={"contentType": JSON}), sent(content_type=CLOUDEVENT))
    assert found == Mismatch(
        "content-type", f"the pact expects the content type {JSON}, and the message says {CLOUDEVENT}", JSON, CLOUDEVENT
    )


def test_a_judge_keeps_its_interaction() -> None:
    """Several judges of several interactions, asked in turn after their pacts are gone, mix nothing up."""
    pacts = [pact_of(expects({"id": str(number)})) for number in range(20)]
    judges = [judge_for(pact, pact.interactions[0]) for pact in pacts]
    messages = [actual_message(sent({"id": str(number)}), pacts[0].interactions[0]) for number in range(20)]
    del pacts
    for asked, judge in enumerate(judges):
        assert [judge(message) == () for message in messages] == [asked == each for each in range(20)]


def test_a_judge_may_be_asked_from_several_threads() -> None:
    """Nothing of one message is seen in another's answer."""
    pact = pact_of(expects(metadata={"topic": "t"}))
    judge = judge_for(pact, pact.interactions[0])
    kinds = [(sent(topic="t"), ()), (sent({"id": 1}, topic="t"), ("$.id",)), (sent(topic="x"), ("topic",))]
    asked = [(actual_message(emission, pact.interactions[0]), paths) for emission, paths in kinds * 200]
    with ThreadPoolExecutor(4) as threads:
        answers = threads.map(lambda each: tuple(m.path for m in judge(each[0])), asked)
    assert list(answers) == [paths for _, paths in asked]
