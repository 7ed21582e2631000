"""JUnit XML, as CI systems read it."""

from __future__ import annotations

from xml.etree import ElementTree as ET

import pytest
from hypothesis import given
from hypothesis import strategies as st

from contracts.errors import ExitCode, Where
from contracts.model.verdict import Verdict
from contracts.report.annotations import complaint
from contracts.report.junit import render_junit
from tests.report.examples import COMPLETED, ENTERED, HOSTILE, SUBMITTED, finding, green, pair, red, run
from tests.report.junit_schema import faults


def _parse(xml: str) -> ET.Element:
    return ET.fromstring(xml.encode())  # noqa: S314 - our own output


def _cases(xml: str) -> dict[str, ET.Element]:
    return {case.get("name", ""): case for case in _parse(xml).iter("testcase")}


def test_each_pair_is_a_test_case() -> None:
    """A passed pair is empty, a planned one is skipped with its reason."""
    cases = _cases(render_junit([green()]))
    assert list(cases) == [COMPLETED, ENTERED, SUBMITTED]
    assert len(cases[COMPLETED]) == 0
    ready, missing = (cases[name].find("skipped") for name in (ENTERED, SUBMITTED))
    assert ready is not None
    assert ready.get("message") == "pending: ready: promote it"
    assert missing is not None
    assert missing.get("message") == "pending: not-emitted: no emission of it was seen"


def test_failures_errors_and_violations_are_told_apart() -> None:
    """A failed pair and a violation are failures; a broken harness is an error; each has its place and text."""
    xml = render_junit([red("words")])
    cases = _cases(xml)
    failure = cases[COMPLETED].find("failure")
    assert failure is not None
    assert failure.get("type") == "wrong-fact"
    assert failure.get("message") == "wrong-fact: words (and 1 more)"
    assert 'actual: {"client_id": "words"}' in (failure.text or "")
    assert "captures.ndjson:3" in (failure.text or "")
    assert cases[SUBMITTED].find("error") is not None
    assert cases["violation 1: unknown-event"].find("failure") is not None
    assert cases["error 1: unreadable-capture"].find("error") is not None


def test_the_counts_are_those_of_the_cases() -> None:
    """The suite's and the document's counts agree with what they hold."""
    root = _parse(render_junit([green(), red()]))
    for element in (root, *root.iter("testsuite")):
        for attribute, tag in (("failures", "failure"), ("errors", "error"), ("skipped", "skipped")):
            if attribute in element.attrib or element.tag == "testsuite":
                assert int(element.get(attribute, "-1")) == len(list(element.iter(tag)))
        assert int(element.get("tests", "-1")) == len(list(element.iter("testcase")))


def test_jenkins_and_gitlab_take_it() -> None:
    """Whatever a run holds, the document has the form that the strictest readers of it validate."""
    checks = {"lint": [complaint("fact-key", "no key", Where("events.py", 7))], "capture": []}
    everything = [green(), red("words"), run(pair(Verdict.PENDING), nothing_read=True, failures=(ExitCode.BROKER,))]
    for index, one in enumerate(everything):
        assert faults(_parse(render_junit([one], checks=checks if index else {}))) == []


def test_the_form_is_really_asked_for() -> None:
    """An attribute or element that Jenkins' schema doesn't know, and a name that GitLab would hide, are found."""
    case = '<testcase classname="a" name="b" file="c"><properties/></testcase>'
    found = faults(_parse(f'<testsuites skipped="1"><testsuite name="s">{case}{case}</testsuite></testsuites>'))
    assert {"testsuites has skipped", "testcase has file", "testcase holds properties", "testsuite has no tests"} <= {
        *found
    }
    assert "several cases are called ('a', 'b')" in found


def test_a_strict_run_fails_a_ready_planned_pair() -> None:
    """With strict-pending a planned pair that is ready is a failure, and one that isn't stays skipped."""
    ready, missing = pair(Verdict.PENDING, ready=True), pair(Verdict.PENDING, finding(), event=ENTERED)
    cases = _cases(render_junit([run(ready, missing, strict_pending=True)]))
    assert cases[COMPLETED].find("failure") is not None
    assert cases[ENTERED].find("skipped") is not None


def test_what_fails_a_run_beside_its_pairs_is_a_case() -> None:
    """A run that read nothing, or whose publication failed, isn't green in JUnit."""
    assert "emissions" in _cases(render_junit([run(pair(Verdict.PENDING), nothing_read=True)]))
    assert "publication" in _cases(render_junit([run(pair(Verdict.PASSED), failures=(ExitCode.BROKER,))]))


def test_other_checks_are_cases_of_the_project() -> None:
    """A lint finding or a stale pact fails its case, so that JUnit isn't green where the exit code isn't 0."""
    found = [complaint("fact-key", "no key", Where("events.py", 7), "name it"), complaint("capture", "stale", None)]
    cases = _cases(render_junit([green()], checks={"lint": found, "capture": []}))
    failure = cases["lint"].find("failure")
    assert failure is not None
    assert "events.py:7: no key" in (failure.text or "")
    assert len(cases["capture"]) == 0


def test_hostile_content_gives_valid_xml() -> None:
    """Control characters, CDATA ends and markup from an emitter stay text."""
    xml = render_junit([red(HOSTILE)])
    failure = _cases(xml)[COMPLETED].find("failure")
    assert failure is not None
    assert "<script>alert(1)</script> ]]> \\x1b[31mred\\x00" in (failure.get("message") or "")


@pytest.mark.parametrize(
    "character", ["\x00", "\x0b", "\x1f", "\x7f", "\x85", "\ud800", "\ufffe", "\uffff", "\U0010ffff"]
)
def test_characters_that_xml_cannot_hold_are_escaped(character: str) -> None:
    """What XML 1.0 forbids is written as its escape."""
    assert _cases(render_junit([red(character)]))


@given(st.text(alphabet=st.characters()))
def test_any_text_gives_valid_xml(text: str) -> None:
    """Whatever an emitter sent, the document is well formed."""
    assert len(_cases(render_junit([red(text)]))) == 5
