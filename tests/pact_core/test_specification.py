"""The message cases of the Pact specification, version 4: read where they are at hand, and never copied here."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from contracts.model.emission import Emission
from tests.pact_core.support import mismatches, officially

FOLDER = Path(__file__).parents[2].parent / "shared" / "pact-specification-v4" / "message"
"""Beside the checkout."""
HOW_MANY = 31


def cases() -> dict[str, tuple[dict[str, Any], Emission, bool]]:
    """Return each case's interaction, its message and whether they match.

    The rules of a message stand under `content` in the specification and under `body` in what Pact's own
    libraries write, so a case with rules is read in both ways.
    """
    found = {}
    for file in sorted(FOLDER.rglob("*.json")):
        case = json.loads(file.read_text(encoding="utf-8"))
        contents = case["actual"]["contents"]
        emission = Emission(
            headers={"content-type": contents["contentType"]}, body=json.dumps(contents["content"]).encode()
        )
        expected = case["expected"]
        found[file.stem] = (expected, emission, case["match"])
        if rules := expected.get("matchingRules"):
            under_body = {**expected, "matchingRules": {"body": rules["content"]}}
            found[f"{file.stem}, under body"] = (under_body, emission, case["match"])
    return found


CASES = cases()
pytestmark = pytest.mark.skipif(not CASES, reason="the specification's cases aren't beside the checkout")


@pytest.fixture(scope="module")
def official() -> dict[str, bool]:
    """What the official verifier says of every case, asked in one run."""
    answers = officially([(interaction, emission) for interaction, emission, _ in CASES.values()])
    return dict(zip(CASES, answers, strict=True))


@pytest.mark.parametrize("name", CASES)
def test_both_engines_give_the_specifications_answer(name: str, official: dict[str, bool]) -> None:
    """In process, and by the official verifier."""
    interaction, emission, match = CASES[name]
    found = mismatches(interaction, emission)
    assert (found == (), official[name]) == (match, match), found


def test_all_of_them_were_read() -> None:
    """A folder that is there in part is no test of the whole."""
    assert len([name for name in CASES if not name.endswith(", under body")]) == HOW_MANY
