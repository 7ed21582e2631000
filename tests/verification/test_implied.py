"""Which interactions the compiled contract implies, what is asked all the same, and that nothing changes by it."""

from __future__ import annotations

import json
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from contracts.errors import ExitCode
from contracts.model.emission import Answered, Emission, Trigger
from contracts.model.events import RFC3339_PATTERN, TOKEN_PATTERN
from contracts.model.pact import PactUnderTest
from contracts.model.verdict import Verification
from contracts.pact_core.actual import actual_message
from contracts.pact_core.judging import Mismatch, judge_for
from contracts.testing.strategies import canonical_events
from contracts.verification import expectations
from contracts.verification.compiled import CompiledContract
from contracts.verification.expectations import Expectations
from contracts.verification.implied import is_implied
from contracts.verification.plain_schema import leaves_of
from tests.verification.support import (
    COMPLETED,
    ENTERED,
    FACTS,
    TRACKER,
    emission,
    interaction,
    message,
    pact,
    rules_of,
    run,
    webinar_domain,
)
from tests.verification.test_rules import FOLDERS, verified

Change = Callable[[dict[str, Any]], Any]
LEAVES = {event: leaves_of(webinar_domain().catalogue[event], TRACKER) or () for event in (COMPLETED, ENTERED)}
TOKEN, TYPE = {"match": "regex", "regex": TOKEN_PATTERN}, {"match": "type"}


def changed(change: Change, event: str = COMPLETED) -> dict[str, Any]:
    """Return an interaction of the whole event, changed."""
    whole = interaction(event)
    change(whole)
    return whole


def ruled(path: str, *matchers: dict[str, Any], **rest: Any) -> Change:
    """Put a rule at a path of the body."""
    return lambda whole: whole["matchingRules"]["body"].update({path: {"matchers": list(matchers), **rest}})


IMPLIED: dict[str, Change] = {
    "as the catalogue writes it": lambda whole: whole.copy(),
    "rules under content": lambda whole: whole.update(matchingRules={"content": whole["matchingRules"]["body"]}),
    "its own pattern and a text": ruled("$.id", TOKEN, TYPE, combine="AND"),
    "its own pattern or a text": ruled("$.id", TOKEN, TYPE, combine="OR"),
    "a text": ruled("$.data.client_id", TYPE),
    "the only value there is": ruled("$.specversion", {"match": "equality"}),
    "its own time": ruled("$.time", {"match": "regex", "regex": RFC3339_PATTERN}),
    "the source as a token": ruled("$.source", TOKEN),
    "less than the whole": lambda whole: (
        whole["contents"]["content"].pop("time"), whole["matchingRules"]["body"].pop("$.time"),
    ),
    "its content type beside": lambda whole: whole.update(metadata={"contentType": "Application/CloudEvents+JSON"}),
}  # fmt: skip

ASKED: dict[str, Change] = {
    "another pattern": ruled("$.id", {"match": "regex", "regex": "^x.*$"}),
    "its own pattern and another": ruled("$.id", TOKEN, {"match": "regex", "regex": "^x.*$"}),
    "either of two": ruled("$.id", TOKEN, {"match": "regex", "regex": "^x.*$"}, combine="OR"),
    "one value of many": lambda whole: whole["matchingRules"]["body"].pop("$.id"),
    "one value of many, by a rule": ruled("$.id", {"match": "equality"}),
    "another source": lambda whole: whole["contents"]["content"].update(source="other"),
    "another event's type": lambda whole: whole["contents"]["content"].update(type=ENTERED),
    "a number": ruled("$.id", {"match": "integer"}),
    "a part of it": ruled("$.id", {"match": "include", "value": "a"}),
    "a bound of its type": ruled("$.id", {"match": "type", "min": 1}),
    "a rule for all keys": ruled("$.data.*", TYPE),
    "a rule for the whole": ruled("$", TYPE),
    "a rule in brackets": ruled("$['id']", TOKEN),
    "a rule of no text": ruled("$.data", TYPE),
    "a key that is optional": lambda whole: whole["contents"]["content"].update(datacontenttype="application/json"),
    "a key of no event": lambda whole: whole["contents"]["content"]["data"].update(visit_id="v"),
    "a value that is no text": lambda whole: whole["contents"]["content"].update(id=5),
    "an object that is empty": lambda whole: whole["contents"]["content"].update(data={}),
    "nothing": lambda whole: whole["contents"].update(content={}),
    "no contents": lambda whole: whole.pop("contents"),
    "metadata": lambda whole: whole.update(metadata={"topic": "t"}),
    "metadata that say a content type": lambda whole: whole.update(metadata={"topic": "application/cloudevents+json"}),
    "a rule of metadata": lambda whole: whole["matchingRules"].update(metadata={"contentType": {"matchers": [TYPE]}}),
    "another content type": lambda whole: whole["contents"].update(contentType="application/json"),
    "a charset": lambda whole: whole["contents"].update(contentType="application/cloudevents+json;charset=utf-8"),
    "another content type beside": lambda whole: whole.update(metadata={"contentType": "application/json"}),
    "no content type": lambda whole: whole["contents"].pop("contentType"),
}


def implied(whole: dict[str, Any], event: str = COMPLETED) -> bool:
    """Is the interaction implied by the compiled event?"""
    return is_implied(pact(whole).interactions[0], event, LEAVES[event])


@pytest.mark.parametrize("name", IMPLIED)
def test_what_follows_from_the_event_is_implied(name: str) -> None:
    """Rule by rule, in any place where a rule may stand."""
    assert implied(changed(IMPLIED[name]))


@pytest.mark.parametrize("name", ASKED)
def test_anything_else_is_asked_each_time(name: str) -> None:
    """Also what happens to follow, where that isn't plain."""
    assert not implied(changed(ASKED[name]))


def test_the_projects_own_pacts_are_implied() -> None:
    """The matchers that the catalogue's shapes make are those that the compiled contract decides."""
    (file,) = (Path(__file__).parents[2] / "pacts").glob("*.json")
    for each in json.loads(file.read_text(encoding="utf-8"))["interactions"]:
        (only,) = pact(each).interactions
        assert is_implied(only, only.event, leaves_of(webinar_domain().catalogue[only.event], TRACKER) or ())


@settings(max_examples=60, deadline=None, suppress_health_check=list(HealthCheck))
@given(st.data())
def test_whoever_passes_the_compiled_contract_satisfies_what_it_implies(data: st.DataObject) -> None:
    """Asked of Pact's own core, for every instance of the event and every interaction that is called implied."""
    whole = changed(IMPLIED[data.draw(st.sampled_from(sorted(IMPLIED)))])
    body = {**data.draw(canonical_events(webinar_domain().catalogue[COMPLETED])), "source": TRACKER}
    sent = emission(body)
    if CompiledContract(webinar_domain().catalogue, {TRACKER: [COMPLETED]}).read(sent) is not None:
        document = pact(whole)
        (only,) = document.interactions
        assert judge_for(document, only)(actual_message(sent, only)) == ()


def counted(documents: Sequence[Any]) -> tuple[Expectations, list[str]]:
    """Return expectations of several pacts that note which interaction was asked."""
    asked: list[str] = []
    all_of_them = Expectations([PactUnderTest(each) for each in documents], LEAVES)
    for expected in all_of_them.all:

        def judge(sent: Any, key: str = expected.interaction.key, real: Any = expected.judge) -> tuple[Mismatch, ...]:
            asked.append(key)
            return tuple(real(sent))

        expected.judge = judge
    return all_of_them, asked


def test_what_is_implied_is_asked_of_the_first_message_and_of_a_sample() -> None:
    """Two implied interactions of two events and one that isn't: that one is asked each time."""
    strict = changed(ruled("$.id", {"match": "regex", "regex": "^client.*$"}))
    strict["key"] = "strict"
    found, asked = counted([pact(interaction(COMPLETED), strict), pact(interaction(ENTERED))])
    for _ in range(expectations.SAMPLE + 1):
        for event in (COMPLETED, ENTERED):
            assert list(found.judge(event, emission(message(event)), accepted=True)) == []
    assert asked.count("strict") == expectations.SAMPLE + 1
    assert [asked.count(f"{event}/is-read") for event in (COMPLETED, ENTERED)] == [2, 2]
    list(found.judge(COMPLETED, emission(), accepted=False))
    assert asked.count(f"{COMPLETED}/is-read") == 3


def test_a_contradiction_is_a_defect_of_the_toolkit(monkeypatch: pytest.MonkeyPatch) -> None:
    """Where the compiled contract took what Pact's core refuses there is no verdict: exit 2, and both are said."""
    monkeypatch.setattr(expectations, "is_implied", lambda *_: True)
    strict = changed(ruled("$.id", {"match": "regex", "regex": "^x.*$"}))
    result = run([emission(), emission(message(ENTERED))], pacts=[pact(strict, interaction(ENTERED))])
    assert rules_of(result)["error"] == {"engines-disagree"}
    assert [pair.verdict.value for pair in result.pairs] == ["error", "pending", "pending"]
    assert [finding.rule for finding in result.pairs[0].findings] == ["pact-mismatch"]
    assert result.exit_code is ExitCode.MISUSE
    assert [each.result for each in result.pacts] == [None]


def both_ways(judge: Callable[[], Verification]) -> tuple[str, str]:
    """Return what a run says, with the compiled contract and without it."""
    fast = json.dumps(judge().to_json(), sort_keys=True)
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(CompiledContract, "read", lambda *_: None)
        return fast, json.dumps(judge().to_json(), sort_keys=True)


@pytest.mark.parametrize("name", ["breaks", "near_miss"])
@pytest.mark.parametrize("folder", sorted(FOLDERS.iterdir()), ids=lambda folder: folder.name)
def test_every_rules_cases_come_to_the_same(folder: Path, name: str) -> None:
    """Byte for byte, messages and places included; what is driven asks for new facts, so its rules are compared."""
    if (folder / f"{name}.ndjson").exists():
        fast, exact = both_ways(lambda: verified(folder, name))
        assert fast == exact
    else:
        with pytest.MonkeyPatch.context() as patch:
            fast_rules = rules_of(verified(folder, name))
            patch.setattr(CompiledContract, "read", lambda *_: None)
            assert fast_rules == rules_of(verified(folder, name))


EMISSIONS = st.builds(
    lambda event, client, marker, odd, **rest: emission(
        message(event, id=marker, data=FACTS[event] | {"client_id": client}) | odd, **rest
    ),
    st.sampled_from([COMPLETED, ENTERED]),
    st.sampled_from(["a", "b"]),
    st.sampled_from(["m-1", "m-2", "m 3"]),
    st.sampled_from([{}, {}, {"datacontenttype": "application/json"}, {"time": "2026-03-01T18:00:01+03:00"}, {"x": 1}]),
    content_type=st.sampled_from(["application/cloudevents+json"] * 3 + ["application/json"]),
    context=st.sampled_from([None, "a"]),
    response=st.sampled_from([None, Answered(status=503), Answered(status=202)]),
    trigger=st.sampled_from([None, None, Trigger(event=COMPLETED, fact={"client_id": "a"}), Trigger(event=ENTERED)]),
)


@settings(max_examples=80, deadline=None, suppress_health_check=list(HealthCheck))
@given(st.lists(EMISSIONS, max_size=12), st.booleans())
def test_whole_runs_come_to_the_same(sent: list[Emission], strict: bool) -> None:
    """Repeats, reused markers, other contents, lost facts and wrong facts, of right messages and wrong ones mixed."""
    picky = changed(ruled("$.id", {"match": "regex", "regex": "^m-1$"}))
    picky["key"] = "picky"
    pacts = [pact(interaction(COMPLETED), interaction(ENTERED), *([picky] if strict else []))]
    fast, exact = both_ways(lambda: run(sent, pacts=pacts))
    assert fast == exact


@pytest.mark.parametrize("modes", ['["binary"]', '["batch", "binary"]', '["structured", "binary"]'])
def test_a_mode_that_isnt_permitted_is_not_accepted(tmp_path: Path, modes: str) -> None:
    """Where the registry permits other modes alone, a right message in structured mode is none."""
    registry = tmp_path / "emitters.toml"
    own = webinar_domain().registry_file.read_text(encoding="utf-8")
    registry.write_text(f"{own}\n[messages]\nmodes = {modes}\n", encoding="utf-8")
    fast, exact = both_ways(lambda: run([emission(), emission(message(ENTERED))], registry=registry))
    assert fast == exact
    assert ("content-type" in fast) is ("structured" not in modes)
