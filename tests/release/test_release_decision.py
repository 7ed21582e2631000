"""The release decision over values: every combination of what a broker can know."""

from __future__ import annotations

import itertools

import pytest

from contracts.model.release import Answer, Breach, Decision, DecisionRow, Knowledge, PairReason, PairState, Question
from contracts.model.release_decision import decide

CONSUMER, EMITTER, OTHER = "service", "tracker", "crm"
TRUTHS = (True, False, None)
BOTH_ENDS = (("p1", True), ("p2", False))


def ask(
    *,
    is_emitter: bool = False,
    implemented: bool = True,
    allow_unverified: bool = False,
    planned: tuple[tuple[str, str], ...] = (),
) -> Question:
    """Return a question about version v."""
    name = EMITTER if is_emitter else CONSUMER
    return Question(name, "v", "production", is_emitter, implemented, planned, allow_unverified)


def row(
    success: bool | None, *, emitter: str = EMITTER, version: str | None = "p1", ignored: bool = False
) -> DecisionRow:
    """Return a row with one pair that fits its result."""
    state = {True: PairState.PASSED, False: PairState.FAILED, None: PairState.NEVER_VERIFIED}[success]
    breaches = (Breach("event-schema", "$.data.client_id"),) if success is False else ()
    pair = PairReason(emitter, "completed", state, breaches)
    return DecisionRow(CONSUMER, "v", emitter, version, success, (pair,), ignored=ignored)


def texts(decision: Decision) -> str:
    """Return every reason against the release."""
    return "\n".join(blocker.text for blocker in decision.blockers)


@pytest.mark.parametrize(
    ("known", "deployable", "verified", "judged", "unpublished", "allowed", "rows"),
    list(
        itertools.product(
            (True, False),
            TRUTHS,
            (True, False),
            (True, False),
            (True, False),
            (True, False),
            ((), (True,), (False,), (None,), (True, False), (True, None), (False, None)),
        )
    ),
)
def test_an_emitter_is_released_only_on_evidence(
    known: bool,
    deployable: bool | None,
    verified: bool,
    judged: bool,
    unpublished: bool,
    allowed: bool,
    rows: tuple[bool | None, ...],
) -> None:
    """Yes exactly where the broker says yes, no row speaks against it, and there is evidence or none is owed."""
    knowledge = Knowledge(
        known=known,
        deployable=deployable,
        reason="words",
        rows=tuple(row(success) for success in rows),
        verified=verified,
        judged=judged,
        unpublished=unpublished,
    )
    decision = decide(ask(is_emitter=True, allow_unverified=allowed), knowledge)
    nothing_owed = not judged and not unpublished
    evidence = verified or allowed or nothing_owed
    expected = known and deployable is True and all(success is True for success in rows) and evidence
    assert (decision.answer is Answer.YES) is expected
    assert bool(decision.blockers) is not expected
    assert decision.next_step.startswith("deploy it") is expected
    if False in rows and known:
        assert decision.answer is Answer.NO


@pytest.mark.parametrize(
    ("known", "deployable", "unpublished", "rows", "live"),
    list(
        itertools.product(
            (True, False),
            TRUTHS,
            (True, False),
            ((), (("p1", True),), (("p1", False),), ((None, None),), (("p1", True), ("p2", True)), BOTH_ENDS),
            ((), ("p1",), ("p1", "p2")),
        )
    ),
)  # fmt: skip
def test_the_service_is_released_only_if_every_live_emitter_version_is_covered(
    known: bool,
    deployable: bool | None,
    unpublished: bool,
    rows: tuple[tuple[str | None, bool | None], ...],
    live: tuple[str, ...],
) -> None:
    """Yes exactly where the broker says yes, every row is successful, and no live version lacks a row."""
    knowledge = Knowledge(
        known=known,
        deployable=deployable,
        reason="words",
        rows=tuple(row(success, version=version) for version, success in rows),
        live={EMITTER: live} if rows else {},
        unpublished=unpublished,
    )
    decision = decide(ask(), knowledge)
    covered = {version for version, _ in rows}
    expected = (
        known
        and deployable is True
        and all(success is True for _, success in rows)
        and (not rows or all(version in covered for version in live))
        and bool(rows or not unpublished)
    )
    assert (decision.answer is Answer.YES) is expected


def test_two_live_emitter_versions_and_one_result_is_unknown_and_says_which() -> None:
    """The broker says yes on the strength of one version; ours names the other and what to run."""
    knowledge = Knowledge(True, True, "all verified", (row(True),), {EMITTER: ("p1", "p2")})
    decision = decide(ask(), knowledge)
    assert decision.answer is Answer.UNKNOWN
    assert "tracker p2 is in production too" in texts(decision)
    assert decision.next_step == (
        "in tracker's checkout of p2: contracts verify tracker --broker --publish --version p2 "
        "--consumer-version service=v"
    )


def test_an_ignored_emitter_counts_for_nothing_and_is_said() -> None:
    """With --ignore, neither its row nor its live versions block, and the warning names it."""
    asked = Question(CONSUMER, "v", "production", False, True, ignored=(OTHER,))
    rows = (row(True), row(None, emitter=OTHER, version=None, ignored=True))
    decision = decide(asked, Knowledge(True, True, "", rows, {EMITTER: ("p1",)}))
    assert decision.answer is Answer.YES
    assert decision.warnings == ("--ignore crm: its results are left out of the decision",)


def test_a_failure_names_its_pair_and_its_rules() -> None:
    """No, because of which event and which rule."""
    decision = decide(ask(), Knowledge(True, False, "failed", (row(False),), {EMITTER: ("p1",)}))
    assert decision.answer is Answer.NO
    assert "completed (event-schema at $.data.client_id)" in texts(decision)


@pytest.mark.parametrize(
    ("taken", "way_back"),
    [
        (
            ((EMITTER, "completed"), (OTHER, "completed")),
            f"or take the pair back: contracts demote {EMITTER} completed",
        ),
        (((EMITTER, "entered"), (OTHER, "completed")), "or release a version that doesn't rely on completed: in "),
        ((), "or release a version that doesn't rely on completed: in "),
    ],
    ids=["implemented", "another pair", "none"],
)
def test_a_pair_is_taken_back_only_where_the_registry_has_it_as_implemented(
    taken: tuple[tuple[str, str], ...], way_back: str
) -> None:
    """An older version may demand what the registry at hand has as planned already: demoting that again is misuse."""
    asked = Question(CONSUMER, "v", "production", False, True, taken=taken)
    decision = decide(asked, Knowledge(True, False, "failed", (row(False),), {EMITTER: ("p1",)}))
    assert way_back in str(decision.next_step)
    assert ("contracts demote" in str(decision.next_step)) is way_back.startswith("or take")


def test_no_outweighs_unknown_and_its_next_step_comes_first() -> None:
    """One failed and one missing result: the answer is no, and mending comes before verifying."""
    rows = (row(None, emitter=OTHER, version=None), row(False))
    decision = decide(ask(), Knowledge(True, None, "", rows, {EMITTER: ("p1",)}))
    assert decision.answer is Answer.NO
    assert decision.next_step.startswith("mend tracker")


def test_an_emitter_that_is_nowhere_has_to_be_deployed_and_recorded() -> None:
    """A result alone doesn't help the service while no version of the emitter is recorded as live."""
    decision = decide(ask(), Knowledge(True, None, "", (row(None, version=None),), {EMITTER: ()}))
    assert decision.answer is Answer.UNKNOWN
    assert "none is recorded there" in texts(decision)
    assert decision.next_step.endswith("then contracts can-i-deploy tracker --to-environment production")


def test_allow_unverified_is_loud() -> None:
    """The override is said in the answer, and only where it overrides something."""
    asked = ask(is_emitter=True, allow_unverified=True)
    unverified = decide(asked, Knowledge(True, True, ""))
    assert unverified.answer is Answer.YES
    assert "--allow-unverified" in unverified.warnings[0]
    assert decide(asked, Knowledge(True, True, "", verified=True)).warnings == ()


def test_another_registry_is_a_warning_and_no_reason() -> None:
    """A result under another contract counts; the reader learns of it."""
    older = DecisionRow(CONSUMER, "c1", EMITTER, "v", True, other_registry=True)
    decision = decide(ask(is_emitter=True), Knowledge(True, True, "", (older,), verified=True))
    assert decision.answer is Answer.YES
    assert "under another contract" in decision.warnings[0]


def test_planned_pairs_are_named_once_and_block_nothing() -> None:
    """What is pending in the pact, and the planned pairs of emitters without a published pact."""
    pairs = (
        PairReason(EMITTER, "completed", PairState.PASSED),
        PairReason(EMITTER, "entered", PairState.PENDING, ready=True),
    )
    knowledge = Knowledge(True, True, "", (DecisionRow(CONSUMER, "v", EMITTER, "p1", True, pairs),), {EMITTER: ("p1",)})
    planned = ((EMITTER, "entered"), (EMITTER, "promoted-meanwhile"), (OTHER, "completed"))
    decision = decide(ask(planned=planned), knowledge)
    assert decision.answer is Answer.YES
    assert decision.waits_for == ((EMITTER, "entered"), (OTHER, "completed"))


def test_the_json_is_deployable_exactly_on_yes() -> None:
    """A script that reads `deployable` gets no null and no yes that isn't one."""
    for deployable in TRUTHS:
        document = decide(ask(), Knowledge(True, deployable, "", (row(deployable),), {EMITTER: ("p1",)})).to_json()
        assert document["deployable"] is (deployable is True)
        assert document["next"]


def test_a_result_that_tested_nothing_blocks() -> None:
    """A success without a single interaction is no result, on either side."""
    empty = DecisionRow(CONSUMER, "v", EMITTER, "v", True, empty=True)
    for is_emitter in (True, False):
        decision = decide(ask(is_emitter=is_emitter), Knowledge(True, True, "", (empty,), verified=True))
        assert decision.answer is Answer.UNKNOWN
        assert "tested no interaction" in texts(decision)
