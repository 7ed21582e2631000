"""The shapes of fields: what can be put into a pact, with which matchers and which example."""

from __future__ import annotations

import json
from datetime import date
from decimal import Decimal
from typing import Annotated, Any, Literal
from uuid import UUID

import pytest
from pydantic import AwareDatetime, BaseModel, Field, StringConstraints, create_model

from contracts.errors import MisuseError
from contracts.expectations.examples import example_of
from contracts.expectations.matchers import rules_of
from contracts.expectations.pacts import Expecting
from contracts.expectations.shapes import Shape, Text, paths_of, shape_of


class Node(BaseModel):
    """A model that holds itself."""

    child: Node | None = None


def field_shape(annotation: Any) -> Shape:
    """Return the shape of a field of this type."""
    model = create_model("Model", value=(annotation, ...))
    return shape_of(model).fields[0].shape


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
        (Literal["a", 1], "a choice of anything but strings or integers"),
        (Node, "it holds itself"),
    ],
)
def test_a_type_without_a_matcher_is_refused_by_name(annotation: Any, why: str) -> None:
    """The error names the field and lists what can be put into a pact."""
    with pytest.raises(MisuseError, match=why) as refused:
        field_shape(annotation)
    assert refused.value.what.startswith("value")
    assert "a UUID" in str(refused.value.next_step)


def test_a_field_that_a_path_cannot_name_is_refused() -> None:
    """A dot in a name would make its path ambiguous."""
    model = create_model("Model", value=(int, Field(alias="a.b")))
    with pytest.raises(MisuseError, match="dots or brackets"):
        shape_of(model)


def test_fields_are_known_by_their_names_in_json() -> None:
    """An alias is the name that emitters send."""
    model = create_model("Model", value=(int, Field(alias="valueOf")))
    assert list(paths_of(shape_of(model))) == ["valueOf"]


@pytest.mark.parametrize(
    ("annotation", "example"),
    [
        (Literal["a"], "a"),
        (bool, True),
        (int, 1),
        (float, 1.5),
        (Annotated[int, Field(ge=10, lt=12)], 10),
        (Annotated[int, Field(gt=10, multiple_of=11)], 11),
        (Annotated[float, Field(le=-2)], -2),
        (Annotated[str, StringConstraints(min_length=12)], "value-111111"),
        (Annotated[str, StringConstraints(max_length=3)], "1"),
        (Annotated[str, StringConstraints(pattern="^[A-Z]$")], "A"),
        (Annotated[str, Field(pattern="^x9$", examples=["no", "x9"])], "x9"),
        (AwareDatetime, "2026-01-31T18:00:00+03:00"),
        (Annotated[list[int], Field(min_length=2)], [1, 1]),
    ],
)
def test_an_example_is_one_that_the_field_takes(annotation: Any, example: Any) -> None:
    """Examples follow from the field alone, so that they are the same on every machine."""
    assert example_of(field_shape(annotation), "value") == example


def test_an_example_that_nobody_can_think_of_has_to_be_given() -> None:
    """The error says where to write it."""
    with pytest.raises(MisuseError, match="no example of 'value'") as refused:
        example_of(field_shape(Annotated[str, StringConstraints(pattern="^[0-9]{5}-x$")]), "value")
    assert "Field(examples=" in str(refused.value.next_step)


def test_different_fields_have_different_uuids() -> None:
    """A handler that mixes them up is found out."""
    shape = shape_of(create_model("Model", a=(UUID, ...), b=(UUID, ...)))
    example = example_of(shape)
    assert example["a"] != example["b"]
    assert example == example_of(shape)


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
    expecting = Expecting({"value": {"pact:matcher:type": rules, "value": taken[0]}})
    for text in taken:
        model.model_validate({"value": text})
        assert expecting.mismatches(json.dumps({"value": text})) == []
    for text in refused:
        with pytest.raises(ValueError, match="pattern"):
            model.model_validate({"value": text})
        assert expecting.mismatches(json.dumps({"value": text}))
