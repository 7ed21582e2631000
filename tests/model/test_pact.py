"""Reading pact documents: what can't be used is refused with its source and what to do."""

from __future__ import annotations

import copy
import json
from collections.abc import Callable
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from contracts.errors import MisuseError
from contracts.model.pact import parse_pact
from tests.verification.support import COMPLETED, CONSUMER, ENTERED, TRACKER, interaction

Change = Callable[[dict[str, Any]], Any]


def document() -> dict[str, Any]:
    """Return a right pact."""
    return {
        "consumer": {"name": CONSUMER},
        "provider": {"name": TRACKER},
        "interactions": [interaction(COMPLETED), interaction(ENTERED) | {"_id": "abc"}],
        "metadata": {"pactSpecification": {"version": "4.0"}},
    }


def refusal(text: str | bytes) -> str:
    """Return how a pact is refused."""
    with pytest.raises(MisuseError) as caught:
        parse_pact(text, source="pacts/p.json")
    assert str(caught.value.where) == "pacts/p.json"
    assert "contracts capture" in str(caught.value.next_step)
    return caught.value.what


def test_what_is_read_of_a_pact() -> None:
    """Parties, and of each interaction its event, state, params, flag and the broker's id."""
    pact = parse_pact(json.dumps(document()), source="pacts/p.json")
    assert (pact.consumer, pact.provider, pact.source) == (CONSUMER, TRACKER, "pacts/p.json")
    first, second = pact.interactions
    assert (first.event, first.key, first.pending) == (COMPLETED, f"{COMPLETED}/is-read", False)
    assert (first.state, dict(first.params)) == (COMPLETED, {"client_id": "client-1", "webinar_id": "webinar-1"})
    assert (second.pending, second.interaction_id, first.interaction_id) == (True, "abc", None)
    assert [each.key for each in pact.of_event(ENTERED)] == [second.key]


def test_a_pact_of_another_hand_is_read_by_its_descriptions() -> None:
    """Without keys and provider states the description names the event."""
    raw = document()
    raw["interactions"] = [{"type": "Asynchronous/Messages", "description": f"{COMPLETED}: is read"}]
    (only,) = parse_pact(json.dumps(raw), source="p").interactions
    assert (only.event, only.key, only.state, only.pending) == (COMPLETED, f"{COMPLETED}: is read", None, False)
    assert (dict(only.params), dict(only.matching_rules), only.contents) == ({}, {}, None)


@pytest.mark.parametrize(
    ("text", "reason"),
    [
        ("", "is no JSON"),
        ("{", "is no JSON"),
        (b"\xff\xfe\xff", "is not UTF-8"),
        ("[" * 100_000, "is nested deeper than 64 levels"),
        ("1" * 5000, "a number of 5000 digits"),
        ('{"a": 1, "a": 2}', "names the key 'a' twice"),
        (r'["\ud800"]', "surrogate"),
        ("[1e999]", "too large"),
        ("[" + "[]," * 1_000_000 + "[]]", "more than 1,000,000 values"),
        ("null", "is no V4 pact"),
        ("[]", "is no V4 pact"),
        ('"pact"', "is no V4 pact"),
        ("{}", "it has no 'metadata'"),
    ],
)
def test_no_pact_at_all(text: str | bytes, reason: str) -> None:
    """Also what exhausts a parser."""
    assert reason in refusal(text)


@pytest.mark.parametrize(
    ("change", "reason"),
    [
        (lambda d: d.pop("consumer"), "it has no 'consumer'"),
        (lambda d: d["provider"].clear(), "it has no 'name'"),
        (lambda d: d.update(consumer={"name": 5}), "consumer.name is no text"),
        (lambda d: d.update(provider="tracker"), "is no V4 pact"),
        (lambda d: d.pop("interactions"), "it has no 'interactions'"),
        (lambda d: d.update(interactions=None), "is no V4 pact"),
        (lambda d: d.update(interactions={"a": 1}), "is no V4 pact"),
        (lambda d: d["metadata"].update(pactSpecification={"version": "3.0.0"}), "version 3.0.0, not 4"),
        (lambda d: d.update(metadata={"pact-specification": {"version": "2"}}), "it has no 'pactSpecification'"),
        (lambda d: d["interactions"][0].update(type="Synchronous/HTTP"), "no asynchronous message"),
        (lambda d: d["interactions"][0].pop("type"), "no asynchronous message"),
        (lambda d: d["interactions"][0].pop("description"), "it has no 'description'"),
        (lambda d: d["interactions"][0].update(description=None), "description is no text"),
        (lambda d: d["interactions"][0].update(key=17), "key is no text"),
        (lambda d: d["interactions"][0].update(providerStates="x"), "is no V4 pact"),
        (lambda d: d["interactions"][0].update(providerStates=[{"name": "x", "params": [1]}]), "no object"),
        (lambda d: d["interactions"][0].update(contents=[1]), "has contents [1], which is no object"),
        (lambda d: d["interactions"][0].update(metadata="x"), 'has metadata "x", which is no object'),
        (lambda d: d["interactions"][0].update(matchingRules=[1]), "matchingRules [1], which is no object"),
        (lambda d: d["interactions"][0]["matchingRules"].update(body=[]), "matchingRules.body [], which is no object"),
        (lambda d: d["interactions"][0]["contents"].update(contentType=5), "contentType 5, which is no text"),
    ],
)
def test_what_is_missing_or_of_a_wrong_type(change: Change, reason: str) -> None:
    """Each part that is read."""
    raw = document()
    change(raw)
    assert reason in refusal(json.dumps(raw))


@pytest.mark.parametrize("flag", ["false", "true", 0, 1, "", [], None])
def test_a_flag_that_is_neither_true_nor_false_is_refused(flag: object) -> None:
    """To some languages "false" is true; whether an interaction is required must not hang on that."""
    raw = document()
    raw["interactions"][1]["pending"] = flag
    assert f"pending {json.dumps(flag)}, which is neither true nor false" in refusal(json.dumps(raw))


@pytest.mark.parametrize(
    "contents",
    [
        {"content": {"a": 1}},
        {"content": {"a": 1}, "encoded": None},
        {"content": {"a": 1}, "encoded": False},
        {"content": '{"a": 1}', "encoded": True},
        {"content": '{"a": 1}', "encoded": "JSON"},
        {"content": "eyJhIjogMX0=", "encoded": "base64"},
        {"content": "eyJhIjogMX0=", "encoded": "Base64"},
    ],
    ids=repr,
)
def test_contents_are_read_out_of_their_encoding(contents: dict[str, Any]) -> None:
    """Whoever shows what a consumer reads shows its fields."""
    raw = document()
    raw["interactions"][0]["contents"] = contents
    assert parse_pact(json.dumps(raw), source="p").interactions[0].contents == {"a": 1}


@pytest.mark.parametrize("content", ["plain", "cGxhaW4=", "/w=="], ids=["json", "base64", "no UTF-8"])
def test_encoded_contents_that_are_no_json_are_shown_as_their_text(content: str) -> None:
    """Bytes that are no text stay in the pact's own form."""
    raw = document()
    raw["interactions"][0]["contents"] = {"content": content, "encoded": "json" if content == "plain" else "base64"}
    shown = "/w==" if content == "/w==" else "plain"
    assert parse_pact(json.dumps(raw), source="p").interactions[0].contents == shown


@pytest.mark.parametrize(
    ("contents", "reason"),
    [
        ({"content": "7b7d", "encoded": "hex"}, 'has encoded "hex", which is none of false, true, "json" and "base64"'),
        ({"content": "{}", "encoded": 0}, "has encoded 0"),
        ({"content": "{}", "encoded": []}, "has encoded []"),
        ({"content": "{}", "encoded": "base64"}, "in base64, and they aren't"),
        ({"content": {}, "encoded": "base64"}, "contents.content is no text"),
    ],
)
def test_contents_in_another_encoding_than_they_say(contents: dict[str, Any], reason: str) -> None:
    """Refused by name: read as something else, a right emitter would fail."""
    raw = document()
    raw["interactions"][0]["contents"] = contents
    assert reason in refusal(json.dumps(raw))


def test_the_bodys_rules_are_read_wherever_version_4_and_the_core_put_them() -> None:
    """`content` is the specification's place, `body` the core's; a pact may hold both."""
    raw = document()
    raw["interactions"][0]["matchingRules"] = {"content": {"$.id": 1}, "body": {"$.time": 2}, "metadata": {"x": 3}}
    assert parse_pact(json.dumps(raw), source="p").interactions[0].body_rules == {"$.id": 1, "$.time": 2}


def _spots(value: Any, above: tuple[str | int, ...] = ()) -> list[tuple[str | int, ...]]:
    children = value.items() if isinstance(value, dict) else enumerate(value) if isinstance(value, list) else ()
    return [above, *(spot for key, child in children for spot in _spots(child, (*above, key)))]


@given(
    st.sampled_from(_spots(document())[1:]),
    st.sampled_from([None, True, 0, 1.5, "", "x", [], [None], {}, {"name": 1}, [[]], ...]),
)
def test_no_corruption_raises_anything_else(spot: tuple[str | int, ...], value: Any) -> None:
    """Whatever stands at any place of a pact, it is read or refused."""
    raw = copy.deepcopy(document())
    node: Any = raw
    for step in spot[:-1]:
        node = node[step]
    if value is ...:
        del node[spot[-1]]
    else:
        node[spot[-1]] = value
    try:
        pact = parse_pact(json.dumps(raw), source="p")
    except MisuseError:
        return
    assert all(isinstance(each.matching_rules, dict) and each.params is not None for each in pact.interactions)
