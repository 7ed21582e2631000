"""Several expectations of one event, in several results: a pair is as good as the worst that is said of it."""

from __future__ import annotations

import itertools

import pytest

from contracts.model.posting import RunRecord
from contracts.model.promises import Promise
from contracts.model.release import (
    Answer,
    Breach,
    DecisionRow,
    Knowledge,
    PairReason,
    PairState,
    Question,
    Standing,
)
from contracts.model.release_decision import decide
from contracts.release.knowledge import merged
from tests.release.project import COMPLETED, ENTERED, TRACKER

WORST_FIRST = (PairState.FAILED, PairState.NEVER_VERIFIED, PairState.PENDING, PairState.PASSED)
GUARDED = Promise(TRACKER, COMPLETED, True, 'repeats = "guarded"', ("repeat-changes-id", "id-reused"))
OWED = Promise(TRACKER, COMPLETED, True, 'delivery = "at-least-once"', ("lost-fact",))


@pytest.mark.parametrize(("one", "other"), list(itertools.product(WORST_FIRST, repeat=2)))
def test_a_pair_is_as_good_as_its_worst_expectation(one: PairState, other: PairState) -> None:
    """Whichever comes first; what another event is doesn't matter."""
    passed = PairReason(TRACKER, ENTERED, PairState.PASSED)
    pairs = merged([PairReason(TRACKER, COMPLETED, one), passed, PairReason(TRACKER, COMPLETED, other)])
    assert [(pair.event, pair.state) for pair in pairs] == [
        (COMPLETED, min(one, other, key=WORST_FIRST.index)),
        (ENTERED, PairState.PASSED),
    ]


@pytest.mark.parametrize("readies", list(itertools.product((True, False), repeat=3)))
def test_a_planned_pair_is_ready_only_if_every_expectation_is(readies: tuple[bool, ...]) -> None:
    """One of three that wasn't emitted, or in which something was found, is enough."""
    (pair,) = merged(PairReason(TRACKER, ENTERED, PairState.PENDING, ready=ready) for ready in readies)
    assert pair.ready is all(readies)


def test_every_breach_and_every_untested_rule_of_a_pair_is_kept_once() -> None:
    """Two expectations that break two rules, one of them at two paths."""
    first = (Breach("pact-mismatch", "$.data.a"), Breach("event-schema", "$.id"))
    second = (Breach("pact-mismatch", "$.data.b"), Breach("event-schema", "$.id"))
    (pair,) = merged(
        PairReason(TRACKER, COMPLETED, PairState.FAILED, breaches, untested=("lost-fact",))
        for breaches in (first, second)
    )
    assert [str(breach) for breach in pair.breaches] == [
        "pact-mismatch at $.data.a", "event-schema at $.id", "pact-mismatch at $.data.b",
    ]  # fmt: skip
    assert (pair.rules, pair.untested) == (("pact-mismatch", "event-schema"), ("lost-fact",))


def row(consumer: str, success: bool | None, run: RunRecord | None = None, **more: object) -> DecisionRow:
    """Return a row of one pair between a consumer and the tracker's version p1."""
    state = {True: PairState.PASSED, False: PairState.FAILED, None: PairState.NEVER_VERIFIED}[success]
    pairs = (PairReason(TRACKER, COMPLETED, state),)
    return DecisionRow(consumer, "v1", TRACKER, "p1", success, pairs, run=run, **more)  # type: ignore[arg-type]


def ask(*promises: Promise, strict: bool = False) -> Question:
    """Return the question whether the tracker's p1 may be released."""
    return Question(TRACKER, "p1", "production", True, True, promises=promises, require_tested=strict, consumer="s")


@pytest.mark.parametrize("order", list(itertools.permutations((True, None, False))))
def test_a_failure_outweighs_what_isnt_known_in_any_order(order: tuple[bool | None, ...]) -> None:
    """Three consumers: one keeps it, one isn't verified, one failed: no, and the next step is about the failure."""
    rows = tuple(row(f"c{number}", success) for number, success in enumerate(order))
    decision = decide(ask(), Knowledge(True, None, "words", rows, verified=True, judged=True))
    assert decision.answer is Answer.NO
    assert decision.next_step.startswith("mend")
    assert [blocker.answer for blocker in decision.blockers] == [
        Answer.NO if success is False else Answer.UNKNOWN for success in order if success is not True
    ]


def run(number: int, *untested: str) -> RunRecord:
    """Return a run that couldn't have seen some rules broken."""
    return RunRecord(f"r{number}", "digest", {COMPLETED: untested})


@pytest.mark.parametrize(
    ("runs", "missed"),
    [
        ((run(1, "repeat-changes-id", "id-reused"), run(2, "id-reused")), {GUARDED.text: ("id-reused",)}),
        ((run(1, "repeat-changes-id"), run(2, "id-reused")), {}),
        ((run(1, "lost-fact"), run(2, "lost-fact", "id-reused")), {OWED.text: ("lost-fact",)}),
        ((run(1, "lost-fact"), run(2)), {}),
        ((None, run(2)), {}),
        ((None, None), {GUARDED.text: GUARDED.rules, OWED.text: OWED.rules}),
        ((RunRecord("r3", "digest", {}),), {GUARDED.text: GUARDED.rules, OWED.text: OWED.rules}),
    ],
)  # fmt: skip
def test_a_promise_is_tested_by_one_run_of_several(
    runs: tuple[RunRecord | None, ...], missed: dict[str, tuple[str, ...]]
) -> None:
    """A rule that one of the version's runs could have seen broken is tested; what another tool posted tests none."""
    rows = tuple(row(f"c{number}", True, each) for number, each in enumerate(runs))
    knowledge = Knowledge(True, True, "words", rows, verified=True, judged=True)
    decision = decide(ask(GUARDED, OWED), knowledge)
    assert decision.answer is Answer.YES
    assert {one.promise.text: one.rules for one in decision.untested} == missed
    assert (decide(ask(GUARDED, OWED, strict=True), knowledge).answer is Answer.NO) is bool(missed)


def test_a_planned_pair_owes_its_promise_where_a_pact_demands_it() -> None:
    """The registry at hand has it as planned, a row shows it as passed; another planned one isn't asked about."""
    planned = Promise(TRACKER, COMPLETED, False, OWED.text, OWED.rules)
    other = Promise(TRACKER, ENTERED, False, OWED.text, OWED.rules)
    knowledge = Knowledge(True, True, "words", (row("c1", True, run(1, "lost-fact")),), verified=True, judged=True)
    (untested,) = decide(ask(planned, other), knowledge).untested
    assert untested.promise is planned


def test_a_result_that_counts_for_nobody_says_what_it_didnt_test() -> None:
    """No row is shown, and the yes rests on a result of this version all the same."""
    results = (row("c1", True, run(1, "lost-fact")), row("c2", False, run(2)))
    knowledge = Knowledge(True, True, "words", results=results, verified=True, judged=True)
    decision = decide(ask(OWED), knowledge)
    assert decision.answer is Answer.YES
    assert [one.rules for one in decision.untested] == [("lost-fact",)]


def test_a_head_without_a_result_is_asked_of_and_one_that_asks_nothing_is_not() -> None:
    """Two consumers that aren't in the environment: one pact asks for a pair, the other holds pending ones alone."""
    pending = DecisionRow(
        "c2", "v1", TRACKER, None, None, (PairReason(TRACKER, ENTERED, PairState.PENDING),), standing=Standing.NEWEST
    )
    asking = row("c1", None, standing=Standing.MAIN_BRANCH)
    for rows, answer in (((pending,), Answer.YES), ((pending, asking), Answer.UNKNOWN)):
        assert decide(ask(), Knowledge(True, True, "words", rows, verified=True, judged=True)).answer is answer
    # In the environment the broker waits for a result of it: the question that leaves it out is printed.
    there = DecisionRow("c2", "v1", TRACKER, None, None, pending.pairs)
    decision = decide(ask(), Knowledge(True, None, "words", (there,), verified=True, judged=True))
    assert decision.answer is Answer.UNKNOWN
    assert decision.next_step.endswith(
        f"contracts can-i-deploy {TRACKER} --version p1 --to-environment production --ignore c2"
    )


@pytest.mark.parametrize("counts", [True, False])
def test_what_a_run_broke_and_no_pact_that_counts_asks_for_is_said(counts: bool) -> None:
    """The pacts' own pairs passed, and the yes says what else the run found; strictly asked it is a no."""
    broke = RunRecord("r1", "digest", {}, broken={ENTERED: ("lost-fact", "id-reused")})
    held = (row("c1", True, broke), row("c2", True, broke))
    rows = held if counts else ()
    knowledge = Knowledge(True, True, "words", rows, verified=True, judged=True, results=held)
    decision = decide(ask(), knowledge)
    (said,) = decision.warnings
    assert decision.answer is Answer.YES
    assert said.startswith(f"broken: lost-fact, id-reused of {ENTERED} ({TRACKER} p1): ")
    strict = decide(ask(strict=True), knowledge)
    assert strict.answer is Answer.NO
    assert [blocker.next_step[:4] for blocker in strict.blockers] == ["mend"]


def test_what_a_failed_result_shows_is_not_said_twice() -> None:
    """A pair that a pact which counts asks for stands in the no with its rules."""
    broke = RunRecord("r1", "digest", {}, broken={COMPLETED: ("lost-fact",), ENTERED: ("lost-fact",)})
    knowledge = Knowledge(True, False, "words", (row("c1", False, broke), row("c2", True, broke)), judged=True)
    (said,) = decide(ask(), knowledge).warnings
    assert ENTERED in said
