"""The JSON that `contracts verify --output json` promises, the exit codes, and the table of rules."""

from __future__ import annotations

import json
from itertools import combinations
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from contracts.errors import (
    BrokenContractError,
    BrokerError,
    ContractsError,
    ExitCode,
    HarnessError,
    MisuseError,
    Where,
    worst,
)
from contracts.model.pact import PactDocument, PactUnderTest
from contracts.model.registry import Status
from contracts.model.rules import RULES, Severity
from contracts.model.verdict import Finding, InteractionResult, PactResult, PairVerdict, Unposted, Verdict, Verification

FINDING = Finding("event-schema", "is missing", where=Where("a.ndjson", 3), path="$.id", expected="present")
PAIR = PairVerdict("e", Status.IMPLEMENTED, Verdict.FAILED, ready=False, emissions=2, findings=(FINDING,))
PASSED = PairVerdict("e", Status.IMPLEMENTED, Verdict.PASSED, ready=True, emissions=2)


def verification(*pairs: PairVerdict, **rest: Any) -> Verification:
    """Return a run of these pairs."""
    return Verification(toolkit="1", registry="0" * 64, emitter="tracker", pairs=pairs, **rest)


def test_the_shape_of_a_run_is_the_promised_one() -> None:
    """Keys and their order, null where nothing is known, every value plain JSON."""
    interaction = InteractionResult("k", "d", "e", "id", required=True, success=False, findings=(FINDING,))
    document = PactDocument("service", "tracker", (), "p.json", {})
    pact = PactResult(PactUnderTest(document, "7", reasons=("why",)), (interaction,), result=False)
    run = verification(PAIR, violations=(Finding("unknown-event", "no"),), untested={"lost-fact": "r"}, pacts=(pact,))
    document = json.loads(json.dumps(run.to_json()))
    assert list(document) == [
        "toolkit", "registry", "contract", "judged_by", "emitter", "success", "pairs", "violations", "notes", "errors",
        "seed", "untested", "pacts", "unposted", "evidence",
    ]  # fmt: skip
    assert list(document["pairs"][0]) == [
        "event", "status", "verdict", "ready", "emissions", "findings", "untested", "optional_fields",
    ]  # fmt: skip
    finding = document["pairs"][0]["findings"][0]
    assert list(finding) == [
        "rule", "message", "consumer", "interaction", "where", "path", "expected", "actual", "next",
    ]  # fmt: skip
    assert finding["where"] == {"file": "a.ndjson", "line": 3}
    assert document["violations"][0] == dict.fromkeys(finding) | {"rule": "unknown-event", "message": "no"}
    assert document["pacts"] == [
        {
            "consumer": "service",
            "consumer_version": "7",
            "source": "p.json",
            "broker_pending": False,
            "wip": False,
            "result": False,
            "published": False,
        }
    ]
    assert list(document["pacts"][0])[:3] == ["consumer", "consumer_version", "source"]
    assert document["untested"] == ["lost-fact"]
    assert document["success"] is False
    assert (document["pairs"][0]["status"], document["pairs"][0]["verdict"]) == ("implemented", "failed")


def expected_code(codes: set[int]) -> int:
    """Return the promised code, by the promise's own words: 2, then 4, then 1, then 3."""
    if 2 in codes:
        return 2
    if 4 in codes:
        return 4
    if 1 in codes:
        return 1
    return 3 if 3 in codes else 0


def test_the_precedence_of_exit_codes_for_every_set() -> None:
    """All 32 of them, and none at all holds."""
    for size in range(len(ExitCode) + 1):
        for chosen in combinations(ExitCode, size):
            assert worst(chosen) == expected_code({int(code) for code in chosen})


@given(
    verdicts=st.lists(st.sampled_from(Verdict), max_size=3),
    flags=st.tuples(*[st.booleans()] * 5),
    failures=st.lists(st.sampled_from(ExitCode), max_size=2),
)
def test_the_exit_code_of_a_run(verdicts: list[Verdict], flags: tuple[bool, ...], failures: list[ExitCode]) -> None:
    """Errors, violations, failed pairs, ready planned pairs and what a publication adds, by the precedence."""
    violated, broke, strict, ready, report_only = flags
    statuses = {Verdict.PENDING: Status.PLANNED}
    pairs = [
        PairVerdict("e", statuses.get(verdict, Status.IMPLEMENTED), verdict, ready=ready, emissions=1)
        for verdict in verdicts
    ]
    some = (Finding("driver-error", "x"),)
    run = verification(
        *pairs,
        violations=some if violated else (),
        errors=some if broke else (),
        strict_pending=strict,
        report_only=report_only,
        failures=tuple(failures),
    )
    codes = {int(code) for code in failures}
    codes |= {2} if broke or Verdict.ERROR in verdicts else set()
    codes |= (
        {1} if violated or Verdict.FAILED in verdicts or (strict and ready and Verdict.PENDING in verdicts) else set()
    )
    assert run.exit_code == (0 if report_only else expected_code(codes))
    assert run.success is (run.exit_code == 0)
    assert run.to_json()["success"] is run.success


def test_nothing_read_is_3_whatever_wasnt_emitted() -> None:
    """Silence isn't the emitter's fault where nobody listened; a harness that broke still speaks first."""
    assert verification(PAIR, nothing_read=True).exit_code is ExitCode.NOTHING
    assert verification(PAIR, nothing_read=True, errors=(FINDING,)).exit_code is ExitCode.MISUSE
    assert verification(PAIR, nothing_read=True, failures=(ExitCode.BROKER,)).exit_code is ExitCode.BROKER
    assert verification(PASSED, notes=(FINDING,)).exit_code is ExitCode.HOLDS


@pytest.mark.parametrize(
    ("error", "code"),
    [
        (ContractsError, 2),
        (MisuseError, 2),
        (HarnessError, 2),
        (BrokenContractError, 1),
        (BrokerError, 4),
    ],
)
def test_each_error_has_its_exit_code_and_says_what_where_and_next(error: type[ContractsError], code: int) -> None:
    """One text for people, its parts for scripts."""
    raised = error("it is wrong", where=Where("f", 3), next_step="mend it")
    assert raised.exit_code == code
    assert str(raised) == "f:3: it is wrong\n  next: mend it"
    assert str(error("it is wrong", where=Where("f"))) == "f: it is wrong"
    assert str(error("it is wrong")) == "it is wrong"


PROMISED = {
    Severity.FINDING: (
        "not-emitted", "content-type", "event-schema", "not-a-fact", "wrong-fact", "pact-mismatch",
        "repeat-changes-id", "id-reused", "repeat-changes-content", "repeated-emission", "lost-fact",
    ),
    Severity.VIOLATION: ("undeclared-emission", "unknown-event", "wrong-source"),
    Severity.ERROR: ("unreadable-capture", "driver-error", "engines-disagree"),
    Severity.NOTE: ("stale-pact", "no-expectation", "planned-but-live", "overdue", "waived", "unused-waiver"),
}  # fmt: skip


def test_the_table_of_rules_is_the_promised_one() -> None:
    """Every rule in its severity's group, found by its id, with a purpose and a next step."""
    assert {s: tuple(r.id for r in RULES.values() if r.severity is s) for s in Severity} == PROMISED
    for identifier, rule in RULES.items():
        assert rule.id == identifier
        assert rule.purpose.endswith(".")
        assert rule.next_step
        assert not rule.next_step.endswith(".")
    assert len({rule.purpose for rule in RULES.values()}) == len(RULES)


def test_one_result_that_is_missing_outweighs_one_that_is_left_out_by_right() -> None:
    """Two that aren't posted: exit 3 unless both are left out by right."""
    right, wrong = Unposted("nobody relies on it", by_right=True), Unposted("no pact", by_right=False, next_step="x")
    codes = {
        both: verification(left_unposted=both).exit_code
        for both in ((right, right), (right, wrong), (wrong, right), (wrong, wrong), ())
    }
    assert [int(code) for code in codes.values()] == [0, 3, 3, 3, 0]
