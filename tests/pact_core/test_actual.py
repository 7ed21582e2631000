"""An emission in the form in which both engines are given it."""

from __future__ import annotations

from typing import Any

import pytest

from contracts.pact_core.actual import actual_message, plain_content_type
from tests.pact_core.support import JSON, expects, pact_of, sent


def metadata_of(interaction: dict[str, Any], **headers: str | None) -> dict[str, Any]:
    """Return the metadata that a message with these headers is asked with."""
    (only,) = pact_of(interaction).interactions
    return dict(actual_message(sent(**headers), only).metadata)


def test_only_what_the_pact_asks_for_is_handed_over() -> None:
    """The content type always, and of the other headers none that the pact doesn't name."""
    assert metadata_of(expects(), authorization="secret", topic="t") == {"contentType": JSON}
    assert metadata_of(expects(metadata={"topic": "x"}), authorization="secret", topic="t") == {
        "contentType": JSON,
        "topic": "t",
    }


def test_names_and_content_types_are_spelled_as_the_pact_spells_them() -> None:
    """A header's name has no case, and neither has a media type or a charset."""
    asked = expects(metadata={"CE-Type": "x", "Content-Type": "Application/JSON; charset=UTF-8"})
    assert metadata_of(asked, ce_type="t", content_type="application/json;charset=utf-8") == {
        "contentType": "application/json;charset=utf-8",
        "CE-Type": "t",
        "Content-Type": "Application/JSON; charset=UTF-8",
    }
    assert metadata_of(asked, content_type="Text/Plain")["Content-Type"] == "text/plain"


def test_what_a_message_doesnt_carry_stays_missing() -> None:
    """Neither an empty text nor null: the pact's mismatch says that it is missing."""
    assert metadata_of(expects(metadata={"topic": "t", "contentType": JSON}), content_type=None) == {}


@pytest.mark.parametrize(
    ("expected", "header", "value"),
    [
        (3, "3", 3),
        (3, "x", "x"),
        (3, "3.5", 3.5),
        (3, "true", "true"),
        (3, '"3"', '"3"'),
        (True, "true", True),
        (True, "yes", "yes"),
        (True, "1", "1"),
        ({"a": 1}, '{"a": 2}', {"a": 2}),
        ("3", "3", "3"),
        ("true", "true", "true"),
        (None, "null", "null"),
    ],
)
def test_a_header_is_the_value_that_it_spells_where_the_pact_expects_such_a_value(
    expected: Any, header: str, value: Any
) -> None:
    """A header is text; a pact that expects a number could never be satisfied otherwise."""
    assert metadata_of(expects(metadata={"n": expected}), n=header)["n"] == value


@pytest.mark.parametrize(
    ("written", "plain"),
    [
        ("Application/JSON", "application/json"),
        (' application/json ; Charset = "UTF-8" ;', "application/json;charset=utf-8"),
        ('application/json;Profile="A"', "application/json;profile=A"),
        ("application/json; x", "application/json;x"),
        ("", ""),
    ],
)
def test_one_spelling_of_a_content_type(written: str, plain: str) -> None:
    """What has no case is in lower case, what has one stays."""
    assert plain_content_type(written) == plain
