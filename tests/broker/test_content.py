"""The digest of a pact: equal for equal content, however it is written; different for any other content."""

from __future__ import annotations

import copy
import json
import random
from typing import Any

from hypothesis import given, settings
from hypothesis import strategies as st

from contracts.broker.embedded.content import digest, with_interaction_ids
from tests.broker.running import UNHURRIED, interaction, pact

values = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False, allow_infinity=False) | st.text(),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(), inner, max_size=3),
    max_leaves=8,
)
interactions = st.lists(st.dictionaries(st.text(min_size=1), values, min_size=1, max_size=4), min_size=1, max_size=4)


def _shuffled(value: Any, shuffle: random.Random, *, interactions: bool = False) -> Any:
    if isinstance(value, dict):
        keys = list(value)
        shuffle.shuffle(keys)
        return {key: _shuffled(value[key], shuffle, interactions=key == "interactions") for key in keys}
    if isinstance(value, list):
        items = [_shuffled(item, shuffle) for item in value]
        if interactions:
            shuffle.shuffle(items)
        return items
    return value


@settings(UNHURRIED)
@given(interactions, st.randoms(use_true_random=False), values)
def test_order_and_the_writing_library_do_not_matter(
    content: list[dict[str, Any]], shuffle: random.Random, library: Any
) -> None:
    """Every order of keys and interactions, and every other metadata, is the same content."""
    before = {**pact("c", "p"), "interactions": content}
    after = _shuffled(before, shuffle)
    after["metadata"] = {**after["metadata"], "pactRust": library}
    assert digest(before) == digest(json.loads(json.dumps(after)))


@settings(UNHURRIED)
@given(interactions, values, st.data())
def test_every_change_of_an_interaction_matters(content: list[dict[str, Any]], value: Any, data: st.DataObject) -> None:
    """Any other value under any key of any interaction is other content."""
    before = {**pact("c", "p"), "interactions": content}
    after = copy.deepcopy(before)
    place = data.draw(st.integers(0, len(content) - 1))
    key = data.draw(st.sampled_from(sorted(content[place])))
    after["interactions"][place][key] = [value, "changed"]
    unchanged = json.dumps(after["interactions"][place][key]) == json.dumps(content[place][key])
    assert (digest(before) == digest(after)) is unchanged


def test_the_order_of_other_lists_matters() -> None:
    """Only interactions have no order: two provider states the other way round are other content."""
    states = [{"name": "a"}, {"name": "b"}]
    one = pact("c", "p", {**interaction("completed"), "providerStates": states})
    other = pact("c", "p", {**interaction("completed"), "providerStates": states[::-1]})
    assert digest(one) != digest(other)


def test_numbers_and_texts_are_kept_apart() -> None:
    """1, 1.0, "1" and true are four contents."""
    contents = [{"interactions": [{"value": value}]} for value in (1, 1.0, "1", True)]
    assert len({digest(content) for content in contents}) == 4


def test_the_specification_version_is_part_of_the_content() -> None:
    """In each of the places that pacts have it; whoever wrote the rest of the metadata is not."""
    places: list[dict[str, Any]] = [
        {"pactSpecification": {"version": "4.0"}},
        {"pact-specification": {"version": "4.0"}},
        {"pactSpecificationVersion": "4.0"},
    ]
    base: dict[str, Any] = {"interactions": []}
    assert len({digest({**base, "metadata": place}) for place in places}) == 1
    assert digest({**base, "metadata": places[0]}) != digest(base)


def test_files_that_hold_no_interactions_are_told_apart_by_all_they_hold() -> None:
    """Odd files don't collapse into one content."""
    odd: list[dict[str, Any]] = [{}, {"metadata": {}}, {"interactions": {}}, {"messages": "none"}, {"a": 1}]
    assert len({digest(content) for content in odd}) == len(odd)


@settings(UNHURRIED)
@given(interactions)
def test_interaction_ids_depend_on_the_interaction_alone(content: list[dict[str, Any]]) -> None:
    """Equal interactions have equal ids, an old id doesn't count, and what isn't an object is left alone."""
    first = with_interaction_ids({"interactions": [*content, "odd"]})["interactions"]
    again = with_interaction_ids({"interactions": [*first[:-1], "odd"]})["interactions"]
    assert first == again
    assert first[-1] == "odd"
    ids = {one["_id"] for one in first[:-1]}
    bare = [{key: value for key, value in one.items() if key != "_id"} for one in content]
    assert len(ids) == len({json.dumps(one, sort_keys=True) for one in bare})
