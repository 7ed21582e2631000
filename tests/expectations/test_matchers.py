"""What can be put into a pact, and with which matchers."""

from __future__ import annotations

import json
from datetime import date
from decimal import Decimal
from typing import Annotated, Any, Literal

import pytest
from pydantic import BaseModel, Field, StringConstraints, create_model

from contracts.errors import MisuseError
from contracts.expectations.matchers import matched_shape, rules_of, unmatched
from contracts.expectations.pacts import judge_of_contents
from contracts.model.schemas import shape_of
from contracts.model.shapes import Text


class Node(BaseModel):
    """A model that holds itself."""

    child: Node | None = None


@pytest.mark.parametrize(
    ("annotation", "why"),
    [
        (Decimal, "one of several types"),
        (int | str, "one of several types"),
        (dict[str, int], "type object"),
        (set[int], "type array"),
        (tuple[int, str], "type array"),
        (list[int | None], "its items may be null"),
        (date, "format 'date'"),
        (Any, "type any"),
        (None, "always null"),
        (list[dict[str, int]], "type object"),
        (list[date] | None, "format 'date'"),
        (Literal["a", 1], "a choice of anything but strings or integers"),
        (Node, "it holds itself"),
    ],
)
def test_a_type_without_a_matcher_is_refused_by_name(annotation: Any, why: str) -> None:
    """The error names the field and lists what can be put into a pact."""
    with pytest.raises(MisuseError, match=why) as refused:
        matched_shape(create_model("Model", value=(annotation, ...)))
    assert refused.value.what.startswith("value")
    assert "a UUID" in str(refused.value.next_step)


def test_a_field_that_a_path_cannot_name_is_refused() -> None:
    """A dot in a name would make its path ambiguous."""
    model = create_model("Model", value=(int, Field(alias="a.b")))
    with pytest.raises(MisuseError, match="dots or brackets"):
        matched_shape(model)


class Inner(BaseModel):
    """One field that has a matcher, and two that have none."""

    code: Annotated[str, Field(pattern="^a$")]
    when: date
    bag: set[int]


class Outer(BaseModel):
    """A model in a list, and one that may be absent."""

    a: list[Inner]
    b: Inner | None = None
    c: int


def test_every_field_without_a_matcher_is_found() -> None:
    """Also inside of lists and of what may be null; beside fields that have one."""
    assert [path for path, _ in unmatched(shape_of(Outer))] == ["a[].when", "a[].bag", "b.when", "b.bag"]


@pytest.mark.parametrize(
    ("pattern", "taken", "refused"),
    [
        ("^a+$", ["a", "aa"], ["ba", "ab", "a\n"]),
        ("b", ["b", "abc", "\nb\n"], ["", "ac"]),
        ("^a", ["a", "ab"], ["ba"]),
        ("a$", ["a", "ba"], ["ab"]),
        ("^a|b$", ["ac", "cb"], ["cac", "c"]),
        ("^(a|b)$", ["a", "b"], ["ac", "cb"]),
        (r"^[|(]\|$", ["||", "(|"], ["|", "||x"]),
        (r"^a\$", ["a$", "a$b"], ["a", "ba$"]),
        (r"^a\\$", ["a\\"], ["a\\b"]),
    ],
)
def test_a_pattern_means_to_pact_what_it_means_to_the_model(pattern: str, taken: list[str], refused: list[str]) -> None:
    """JSON Schema finds a pattern anywhere in a text, Pact's core matches the whole of it."""
    model = create_model("Model", value=(Annotated[str, StringConstraints(pattern=pattern)], ...))
    rules = rules_of(Text(pattern=pattern))
    mismatches = judge_of_contents({"value": {"pact:matcher:type": rules, "value": taken[0]}})
    for text in taken:
        model.model_validate({"value": text})
        assert mismatches(json.dumps({"value": text})) == ()
    for text in refused:
        with pytest.raises(ValueError, match="pattern"):
            model.model_validate({"value": text})
        assert mismatches(json.dumps({"value": text}))
