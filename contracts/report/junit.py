"""Verifications as JUnit XML, which every CI system reads.

A test suite an emitter, a test case a pair. The form is the one that the strictest readers take, the schema of Jenkins'
xUnit plugin: it knows no `file` and no `line` of a test case, so that a place stands in the text.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from types import MappingProxyType
from typing import Literal
from xml.etree import ElementTree as ET

from contracts.model.printable import one_line, printable
from contracts.model.registry import Status
from contracts.model.verdict import Finding, PairVerdict, Verdict, Verification
from contracts.report.annotations import Annotation
from contracts.report.text import finding_fields, outcome, pact_line, remark

# XML 1.0, section 2.2: what a document can't hold, not even escaped.
_FORBIDDEN = re.compile("[^\t\n\r\u0020-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")

_PROJECT = "project"
"""The suite of what is checked beside the emitters."""

_Outcome = Literal["passed", "failure", "error", "skipped"]


@dataclass(frozen=True, slots=True)
class _Case:
    name: str
    outcome: _Outcome
    kind: str = ""
    message: str = ""
    text: str = ""


def render_junit(
    runs: Iterable[Verification], *, checks: Mapping[str, Sequence[Annotation]] = MappingProxyType({})
) -> str:
    """Return the runs as one JUnit document, to be written as UTF-8.

    A pair is a test case: failed is a failure, planned is skipped with its reason, error an error. Each
    violation and each error of the harness is a test case of its own. Any content gives valid XML.

    Args:
        runs: the verifications.
        checks: what else was checked, by its name, and what it found; a test case each.
    """
    root = ET.Element("testsuites", name="contracts")
    totals = dict.fromkeys(("tests", "failures", "errors"), 0)
    for run in runs:
        cases = tuple(_cases(run))
        counts = _counts(cases)
        totals = {name: count + counts[name] for name, count in totals.items()}
        root.append(_suite(run, cases, counts))
    if checks:
        cases = tuple(_check_case(name, tuple(found)) for name, found in checks.items())
        counts = _counts(cases)
        totals = {name: count + counts[name] for name, count in totals.items()}
        root.append(_bare_suite(_PROJECT, cases, counts))
    for name, count in totals.items():
        root.set(name, str(count))
    ET.indent(root)
    return '<?xml version="1.0" encoding="utf-8"?>\n' + ET.tostring(root, encoding="unicode") + "\n"


def _counts(cases: tuple[_Case, ...]) -> dict[str, int]:
    kinds = [case.outcome for case in cases]
    return {
        "tests": len(kinds),
        "failures": kinds.count("failure"),
        "errors": kinds.count("error"),
        "skipped": kinds.count("skipped"),
    }


def _cases(run: Verification) -> Iterator[_Case]:
    yield from (_pair_case(run, pair) for pair in run.pairs)
    yield from (_finding_case("violation", number, found) for number, found in enumerate(run.violations, 1))
    yield from (_finding_case("error", number, found) for number, found in enumerate(run.errors, 1))
    if run.nothing_read:
        yield _Case("emissions", "error", "nothing-to-verify", outcome(run) or "")
    yield from (
        _Case("publication", "error", code.name.lower(), f"what follows the verification failed: exit {int(code)}")
        for code in run.failures
    )


def _pair_case(run: Verification, pair: PairVerdict) -> _Case:
    text = "\n".join(_described(finding) for finding in pair.findings)
    first = pair.findings[0] if pair.findings else None
    message = _headline(first, len(pair.findings)) if first else remark(pair)
    kind = first.rule if first else ""
    result: _Outcome = "passed"
    if pair.verdict is Verdict.FAILED:
        result = "failure"
    elif pair.verdict is Verdict.ERROR:
        result, message = "error", message or "no verdict: the harness broke"
    elif pair.verdict is Verdict.PENDING:
        strict = run.strict_pending and pair.ready and pair.status is Status.PLANNED
        result = "failure" if strict else "skipped"
        message = f"pending: {message or 'planned'}"
    return _Case(pair.event, result, kind, message, text)


def _finding_case(what: Literal["violation", "error"], number: int, finding: Finding) -> _Case:
    return _Case(
        # Names tell the cases of one rule apart, also for tools that merge equal names.
        name=f"{what} {number}: {finding.rule}",
        outcome="failure" if what == "violation" else "error",
        kind=finding.rule,
        message=finding.message,
        text=_described(finding),
    )


def _check_case(name: str, found: tuple[Annotation, ...]) -> _Case:
    if not found:
        return _Case(name, "passed")
    more = f" (and {len(found) - 1} more)" if len(found) > 1 else ""
    text = "\n".join(f"{one.where}: {one.message}" if one.where else one.message for one in found)
    return _Case(name, "failure", found[0].rule, f"{found[0].message}{more}", text)


def _headline(finding: Finding, number: int) -> str:
    more = f" (and {number - 1} more)" if number > 1 else ""
    return f"{finding.rule}: {finding.message}{more}"


def _described(finding: Finding) -> str:
    lines = [f"{finding.rule}: {printable(finding.message)}"]
    lines += [f"  {label}: {value}" for label, value in finding_fields(finding)]
    return "\n".join(lines)


def _bare_suite(name: str, cases: tuple[_Case, ...], counts: dict[str, int]) -> ET.Element:
    suite = ET.Element("testsuite", {"name": _xml(name)} | {kind: str(count) for kind, count in counts.items()})
    suite.extend(_element(name, case) for case in cases)
    return suite


def _suite(run: Verification, cases: tuple[_Case, ...], counts: dict[str, int]) -> ET.Element:
    suite = _bare_suite(run.emitter, cases, counts)
    properties = ET.Element("properties")
    suite.insert(0, properties)
    for name, value in (("toolkit", run.toolkit), ("registry", run.registry), ("contract", run.judged_by)):
        ET.SubElement(properties, "property", name=name, value=_xml(value))
    said = [f"note {_described(note)}" for note in run.notes]
    said += [f"untested {rule}: {one_line(reason)}" for rule, reason in (run.untested or {}).items()]
    said += [f"pact {pact_line(pact)}" for pact in run.pacts]
    if said:
        ET.SubElement(suite, "system-out").text = _xml("\n".join(said))
    return suite


def _element(emitter: str, case: _Case) -> ET.Element:
    element = ET.Element("testcase", classname=_xml(emitter), name=_xml(one_line(case.name)))
    if case.outcome != "passed":
        inner = ET.SubElement(element, case.outcome, message=_xml(one_line(case.message)))
        if case.outcome != "skipped" and case.kind:
            inner.set("type", case.kind)
        inner.text = _xml(case.text) or None
    return element


def _xml(text: str) -> str:
    return _FORBIDDEN.sub(lambda match: match.group().encode("unicode_escape").decode(), printable(text))
