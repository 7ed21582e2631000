"""SARIF, as code scanning reads it."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from contracts.errors import Where
from contracts.model.verdict import Verdict, Verification
from contracts.report.annotations import complaint
from contracts.report.sarif import render_sarif
from tests.report.examples import COMPLETED, HOSTILE, domain, finding, green, pair, red, run


def _results(*runs: Verification, **more: Any) -> list[dict[str, Any]]:
    document = json.loads(render_sarif(runs, domain(), **more))
    assert document["version"] == "2.1.0"
    (one,) = document["runs"]
    rules = one["tool"]["driver"]["rules"]
    for result in one["results"]:
        # What OASIS' schema and GitHub's code scanning ask of a result.
        assert rules[result["ruleIndex"]]["id"] == result["ruleId"]
        assert result["level"] in ("error", "warning", "note")
        assert result["message"]["text"]
        (location,) = result["locations"]
        place = location["physicalLocation"]
        assert not place["artifactLocation"]["uri"].startswith("/")
        assert place.get("region", {"startLine": 1})["startLine"] >= 1
    return list(one["results"])


def test_a_finding_is_a_result_at_its_line() -> None:
    """The rule, the level, the message and the place of each finding are there, errors first."""
    results = _results(red("words"))
    first = results[0]
    assert {"error"} == {result["level"] for result in results[:2]}
    (wrong,) = [one for one in results if one["ruleId"] == "wrong-fact" and "words" in one["message"]["text"]]
    place = wrong["locations"][0]["physicalLocation"]
    assert place == {"artifactLocation": {"uri": "captures.ndjson"}, "region": {"startLine": 3}}
    assert COMPLETED in wrong["message"]["text"]
    assert first["partialFingerprints"]


def test_planned_pairs_are_notes_and_what_holds_is_nothing() -> None:
    """A planned pair's finding is no error, and a pair that passed is no result."""
    assert _results(run(pair(Verdict.PASSED))) == []
    assert {result["level"] for result in _results(run(pair(Verdict.PENDING, finding())))} == {"note"}


def test_what_has_no_place_stands_in_the_registry() -> None:
    """Code scanning refuses a result without a place."""
    (result,) = _results(others=[complaint("capture", "stale", None)])
    assert result["locations"][0]["physicalLocation"]["artifactLocation"]["uri"].endswith("emitters.toml")


def test_a_path_is_a_uri(tmp_path: Path) -> None:
    """Blanks and other letters of a path are escaped, and it is relative to the checkout."""
    place = Where(str(tmp_path / "my captures" / "ё.ndjson"), 1)
    (result,) = _results(others=[complaint("capture", "stale", place)], root=tmp_path)
    uri = result["locations"][0]["physicalLocation"]["artifactLocation"]["uri"]
    assert uri == "my%20captures/%D1%91.ndjson"


def test_fingerprints_are_unique_and_stable() -> None:
    """The same findings at other lines have the same fingerprints, and each has its own."""

    def fingerprints(line: int) -> list[str]:
        found = [finding(where=Where("c.ndjson", line + n), actual=line) for n in range(3)]
        results = _results(run(pair(Verdict.FAILED, *found)), run(pair(Verdict.FAILED, finding()), emitter="another"))
        return [result["partialFingerprints"]["contracts/v1"] for result in results]

    assert len(set(fingerprints(1))) == 4
    assert fingerprints(1) == fingerprints(90)


@pytest.mark.parametrize("text", [HOSTILE, "\ud800"])
def test_hostile_text_stays_text(text: str) -> None:
    """Control characters of an emitter are escaped in a message."""
    assert not any("\x1b" in result["message"]["text"] for result in _results(red(text), green()))


@settings(deadline=None)
@given(st.text())
def test_any_text_gives_a_document(text: str) -> None:
    """Whatever an emitter sent, the document can be encoded and read."""
    render_sarif([red(text)], domain()).encode()
