"""Whatever pact and message hypothesis makes, the core in process and the official verifier give one answer."""

from __future__ import annotations

import base64
import json
from typing import Any

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from contracts.errors import MisuseError
from contracts.model.emission import Emission
from contracts.pact_core.actual import actual_message
from contracts.pact_core.judging import judge_for
from contracts.pact_core.verifier import Replayed, replay
from tests.pact_core.support import EMITTER, JSON, pact_of, sent

VALUES: st.SearchStrategy[Any] = st.sampled_from([
    None, True, False, 0, 1, -7, 2.5, "", "a", "b1", "é", "2026-01-01", [], [1], ["a", "b"], {},
])  # fmt: skip
CONTENTS = st.dictionaries(st.sampled_from(["id", "n", "list", "a b", "ключ"]), VALUES, max_size=3)
MATCHERS = st.sampled_from([
    {"match": "type"}, {"match": "regex", "regex": "[a-z]+"}, {"match": "regex", "regex": ".*"}, {"match": "integer"},
    {"match": "number"}, {"match": "decimal"}, {"match": "boolean"}, {"match": "null"}, {"match": "equality"},
    {"match": "include", "value": "a"}, {"match": "type", "min": 1}, {"match": "type", "max": 1}, {"match": "notEmpty"},
    {"match": "date", "format": "yyyy-MM-dd"}, {"match": "semver"},
])  # fmt: skip
RULES = st.builds(
    lambda matchers, combine: {"matchers": matchers, "combine": combine},
    st.lists(MATCHERS, min_size=1, max_size=2),
    st.sampled_from(["AND", "OR"]),
)
CONTENT_TYPES = st.sampled_from([
    JSON, "application/cloudevents+json", "Application/JSON", "application/json; charset=utf-8", "text/plain",
])  # fmt: skip
METADATA = st.dictionaries(st.sampled_from(["topic", "Key", "partition"]), st.sampled_from(["a", "b", "3", 3]))


@st.composite
def interactions(draw: st.DrawFn) -> dict[str, Any]:
    """Draw an interaction with rules of its own keys, under either name, in any encoding."""
    content = draw(CONTENTS)
    paths = [f"$['{key}']" for key in content] + ["$"]
    rules = draw(st.dictionaries(st.sampled_from(paths), RULES, max_size=2))
    metadata = draw(METADATA)
    ruled = st.dictionaries(st.sampled_from(sorted(metadata) or ["topic"]), RULES, max_size=1)
    whole: dict[str, Any] = {
        "matchingRules": {draw(st.sampled_from(["body", "content"])): rules, "metadata": draw(ruled)},
        "metadata": metadata | draw(st.sampled_from([{}, {"contentType": JSON}, {"Content-Type": "APPLICATION/json"}])),
    }
    contents: dict[str, Any] = {"content": content, "encoded": False}
    if (encoding := draw(st.sampled_from([False, "json", "base64"]))) == "json":
        contents = {"content": json.dumps(content), "encoded": encoding}
    elif encoding:
        contents = {"content": base64.b64encode(json.dumps(content).encode()).decode(), "encoded": encoding}
    if draw(st.booleans()):
        contents["contentType"] = draw(st.none() | CONTENT_TYPES)
    if draw(st.sampled_from([True, True, False])):
        whole["contents"] = contents
    return whole


@st.composite
def cases(draw: st.DrawFn) -> tuple[dict[str, Any], Emission]:
    """Draw an interaction with a message that often satisfies it."""
    interaction = draw(interactions())
    (read,) = pact_of(interaction).interactions
    body = dict(read.contents or {}) | draw(st.just({}) | CONTENTS)
    named = {**read.metadata, **draw(METADATA)}
    headers: dict[str, str | None] = {
        name.lower(): str(value) for name, value in named.items() if "content" not in name.lower()
    }
    stated = draw(st.sampled_from([read.content_type or JSON]) | CONTENT_TYPES)
    return interaction, sent(body, content_type=stated, **headers)


@settings(max_examples=20, deadline=None, suppress_health_check=list(HealthCheck))
@given(st.lists(cases(), min_size=20, max_size=20))
def test_the_two_engines_give_one_answer(drawn: list[tuple[dict[str, Any], Emission]]) -> None:
    """Rules under either name, metadata and theirs, encodings and content types, right messages and wrong ones."""
    asked = []
    for interaction, emission in drawn:
        pact = pact_of(interaction)
        (only,) = pact.interactions
        try:
            judge = judge_for(pact, only)
        except MisuseError:
            continue
        asked.append(Replayed(pact, only, emission, accepted=judge(actual_message(emission, only)) == ()))
    assert replay(EMITTER, asked) == tuple(case.accepted for case in asked)
