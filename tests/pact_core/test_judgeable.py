"""What Pact's core would judge in part, in silence or by chance is refused by name; its neighbours are judged."""

from __future__ import annotations

from typing import Any

import pytest

from contracts.errors import MisuseError
from contracts.pact_core.judging import judge_for
from tests.pact_core.support import TYPE, expects, mismatches, pact_of, regex, sent


def ruled(**categories: Any) -> dict[str, Any]:
    """Return an interaction of nested contents with rules by category."""
    return expects({"data": {"id": "a"}}, matchingRules=categories)


def matched(**matcher: Any) -> dict[str, Any]:
    """Return an interaction with one rule of one matcher."""
    return ruled(body={"$.data.id": {"matchers": [matcher]}})


@pytest.mark.parametrize(
    ("interaction", "reason"),
    [
        (expects(pluginConfiguration={"protobuf": {"a": 1}}), "it needs Pact's plugins, which aren't loaded here"),
        (ruled(contents={"$.data.id": TYPE}), "rules under 'contents'; a message's are body, content, metadata"),
        (ruled(header={"x": TYPE}), "rules under 'header'"),
        (ruled(body={"$.data.id": TYPE}, query={"x": TYPE}), "rules under 'query'"),
        (ruled(body={"$.data.id": {}}), "the rule body $.data.id holds no list of matchers"),
        (ruled(content={"$.data.id": {"matchers": []}}), "the rule content $.data.id holds no list of matchers"),
        (ruled(body={"$.data.id": {"matchers": "type"}}), "holds no list of matchers"),
        (ruled(body={"$.data.id": {"matchers": ["type"]}}), "holds a matcher that is no object"),
        (ruled(metadata={"topic": None}), "the rule metadata topic holds no list of matchers"),
        (ruled(body={"$.data.id": {**TYPE, "combine": "XOR"}}), "combines its matchers by 'XOR'; there are AND and OR"),
        (matched(), "a matcher without a name"),
        (matched(match="protobuf"), "needs the matcher 'protobuf', which Pact's core doesn't know"),
        (matched(match="statusCode"), "needs the matcher 'statusCode'"),
        (matched(match=5), "needs the matcher 5"),
        (
            ruled(body={"$.data.id": TYPE, "$['data']['id']": regex("^q")}),
            "body $.data.id and body $['data']['id'] are one path under two rules",
        ),
        (ruled(body={"$.data.id": TYPE, '$["data"].id': regex("^q")}), "one path under two rules"),
        (ruled(body={"$.data.id": TYPE, "data.id": regex("^q")}), "one path under two rules"),
        (ruled(body={"$.data.id": TYPE}, content={"$.data.id": regex("^q")}), "body $.data.id and content $.data.id"),
        (ruled(metadata={"topic": TYPE, "$.topic": regex("^q")}), "metadata topic and metadata $.topic"),
    ],
)
def test_what_cant_be_judged_in_full_is_refused_by_name(interaction: dict[str, Any], reason: str) -> None:
    """With the pact, the interaction, the reason and who has to act."""
    pact = pact_of(expects(), interaction)
    with pytest.raises(MisuseError) as caught:
        judge_for(pact, pact.interactions[1])
    assert caught.value.what.startswith("'interaction 1' can't be judged in full: ")
    assert reason in caught.value.what
    assert str(caught.value.where) == "pact.json"
    assert caught.value.next_step == "have invoices write it without that"
    judge_for(pact, pact.interactions[0])


def test_a_pact_with_plugins_is_refused_with_their_names() -> None:
    """Its interactions may need them without saying so."""
    pact = pact_of(expects(), plugins=[{"name": "protobuf", "version": "1"}, {"name": "csv"}])
    with pytest.raises(MisuseError, match=r"plugins \(protobuf, csv\), which aren't loaded here"):
        judge_for(pact, pact.interactions[0])


@pytest.mark.parametrize(
    "interaction",
    [
        expects({"data": {"id": "a"}}, pluginConfiguration={}),
        ruled(),
        ruled(header={}, path={}, body={"$.data.id": TYPE}),
        ruled(body={"$.data.id": TYPE, "$['data']['id']": TYPE}),
        ruled(body={"$.data.id": TYPE, "$['data.id']": regex("^q")}),
        ruled(body={"$.data.*": TYPE, "$.data['*']": regex("^q")}),
        ruled(body={"$.data.id": TYPE, "$.data[0]": regex("^q")}),
        ruled(body={"$.data.id": TYPE}, metadata={"$.data.id": regex("^q")}),
        ruled(body={"$.data.id": {**TYPE, "combine": None}}),
        ruled(body={"$.data.id": {**TYPE, "combine": "or"}}),
        matched(match="not-empty"),
        matched(min=1),
        matched(regex="a|b"),
    ],
)
def test_what_is_close_to_it_is_judged(interaction: dict[str, Any]) -> None:
    """Empty categories, one rule in two spellings, other paths, the older forms of a matcher."""
    assert mismatches(interaction, sent({"data": {"id": "a"}})) == ()


@pytest.mark.parametrize("path", ["$..[", "$.data[", "$.data['id", "$$", "$.data.id]"])
def test_a_path_that_the_core_doesnt_read_is_refused_in_its_words(path: str, capfd: pytest.CaptureFixture[str]) -> None:
    """And what it writes on stderr about it isn't seen."""
    pact = pact_of(ruled(body={path: TYPE}))
    with pytest.raises(MisuseError) as caught:
        judge_for(pact, pact.interactions[0])
    assert caught.value.what.startswith("Pact's core doesn't read 'interaction 0': ")
    assert "path expression" in caught.value.what
    assert caught.value.next_step == "have invoices mend the interaction"
    assert capfd.readouterr() == ("", "")
