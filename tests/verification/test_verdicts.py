"""The verdict table: status and findings in, verdict and exit code out."""

from __future__ import annotations

import pytest

from contracts.errors import ExitCode
from contracts.model.driver import Capabilities
from contracts.model.emission import Fault, Settled, Trigger
from contracts.model.verdict import Verdict, Verification
from tests.verification.support import COMPLETED, ENTERED, FACTS, FORM, emission, message, rules_of, run


def verdicts(verification: Verification) -> dict[str, tuple[str, bool]]:
    """Return each pair's verdict and whether it is ready."""
    return {pair.event: (pair.verdict.value, pair.ready) for pair in verification.pairs}


def test_an_implemented_pair_that_is_emitted_rightly_passes() -> None:
    """One good emission: passed 1, pending 2, exit 0."""
    result = run([emission()])
    assert verdicts(result) == {
        COMPLETED: ("passed", True),
        ENTERED: ("pending", False),
        FORM: ("pending", False),
    }
    assert result.exit_code is ExitCode.HOLDS
    assert result.success


def test_an_implemented_pair_with_a_finding_fails() -> None:
    """One wrong emission among right ones fails the pair."""
    result = run([emission(), emission(message(id="no spaces allowed"))])
    assert verdicts(result)[COMPLETED] == ("failed", False)
    assert result.exit_code is ExitCode.BROKEN


def test_an_implemented_pair_that_nothing_was_emitted_of_fails() -> None:
    """Other emissions were read, so the silence is the emitter's."""
    result = run([emission(message(ENTERED))])
    assert verdicts(result)[COMPLETED] == ("failed", False)
    assert "not-emitted" in rules_of(result)["finding"]


def test_a_planned_pair_that_would_pass_stays_pending_and_is_ready() -> None:
    """The run succeeds, and the note says that the pair is live."""
    result = run([emission(), emission(message(ENTERED))])
    assert verdicts(result)[ENTERED] == ("pending", True)
    assert result.success
    assert "planned-but-live" in rules_of(result)["note"]
    assert f"{ENTERED} is planned, and was emitted once" in [note.message for note in result.notes]


def test_a_planned_pair_that_is_wrong_stays_pending() -> None:
    """Findings of a planned pair never fail a run."""
    result = run([emission(), emission(message(ENTERED, data={}))])
    assert verdicts(result)[ENTERED] == ("pending", False)
    assert result.success


def test_a_ready_planned_pair_fails_a_strict_run() -> None:
    """--strict-pending: what is ready is to be promoted; what isn't ready is none of its business."""
    assert run([emission(), emission(message(ENTERED))], strict_pending=True).exit_code is ExitCode.BROKEN
    assert run([emission(), emission(message(ENTERED, data={}))], strict_pending=True).success
    assert run([emission()], strict_pending=True).success


@pytest.mark.parametrize("body", [message(ENTERED), message(ENTERED, data={"x": 1})], ids=["right", "wrong"])
def test_a_planned_emission_hides_no_violation(body: dict[str, object]) -> None:
    """A violation beside a planned emission fails the run."""
    result = run([emission(), emission(body), emission(message("client_webinar_left"))])
    assert result.exit_code is ExitCode.BROKEN
    assert rules_of(result)["violation"] == {"undeclared-emission"}


def test_nothing_read_is_neither_broken_nor_fine() -> None:
    """An empty recording exits 3."""
    result = run([])
    assert result.exit_code is ExitCode.NOTHING
    assert not result.success


def test_nothing_emitted_by_a_driven_emitter_is_a_finding() -> None:
    """It was asked and stayed silent: that is an answer."""
    asked = Settled(Trigger(event=COMPLETED, fact=FACTS[COMPLETED]))
    result = run([asked], capabilities=Capabilities(drives=True))
    assert result.exit_code is ExitCode.BROKEN
    assert [finding.rule for finding in result.pairs[0].findings] == ["not-emitted"]


def test_one_fact_of_two_that_isnt_stated_is_a_finding() -> None:
    """A driven emitter that states the first fact only has not stated the second."""
    first = Trigger(event=COMPLETED, fact=FACTS[COMPLETED])
    second = Trigger(event=COMPLETED, fact=FACTS[COMPLETED] | {"client_id": "client-2"})
    driven = Capabilities(drives=True)
    result = run([emission(trigger=first), Settled(first), Settled(second)], capabilities=driven)
    assert [finding.rule for finding in result.pairs[0].findings] == ["not-emitted"]
    repeat = first.model_copy(update={"attempt": 2})
    assert run([emission(trigger=first), Settled(first), Settled(repeat)], capabilities=driven).success


def test_another_event_than_the_triggered_one_is_no_answer() -> None:
    """A canned message of a planned event hides no implemented fact that wasn't stated; nor does a violation."""
    first = Trigger(event=COMPLETED, fact=FACTS[COMPLETED])
    second = Trigger(event=COMPLETED, fact=FACTS[COMPLETED] | {"client_id": "client-2"})
    driven = Capabilities(drives=True)
    for canned in (message(ENTERED), message("client_webinar_left"), message(source="other")):
        result = run([emission(trigger=first), Settled(first), emission(canned, trigger=second), Settled(second)],
                     capabilities=driven)  # fmt: skip
        assert [finding.rule for finding in result.pairs[0].findings] == ["not-emitted"]
        assert result.exit_code is ExitCode.BROKEN


def test_a_harness_that_broke_at_a_pair_is_never_hidden_behind_pending() -> None:
    """A planned pair whose trigger broke the driver is an error, exit 2."""
    fault = Fault("driver-error", "connection refused", trigger=Trigger(event=ENTERED))
    result = run([emission(), fault])
    assert verdicts(result)[ENTERED] == ("error", False)
    assert verdicts(result)[COMPLETED] == ("passed", True)
    assert result.exit_code is ExitCode.MISUSE


def test_a_driver_that_broke_before_any_trigger_gives_no_verdict_at_all() -> None:
    """Nothing could be seen of any pair."""
    result = run([Fault("driver-error", "no such module")])
    assert {pair.verdict for pair in result.pairs} == {Verdict.ERROR}
    assert result.exit_code is ExitCode.MISUSE


def test_an_unreadable_line_doesnt_make_silence_the_emitters_fault() -> None:
    """The implemented event may stand on the line that couldn't be read: error, not failed."""
    result = run([Fault("unreadable-capture", "torn")])
    assert verdicts(result)[COMPLETED] == ("error", False)
    assert run([emission(), Fault("unreadable-capture", "torn")]).pairs[0].verdict is Verdict.PASSED


def test_a_first_look_reports_everything_and_exits_0() -> None:
    """--report-only keeps the verdicts and changes the exit."""
    result = run([emission(message("client_webinar_left"))], report_only=True)
    assert result.exit_code is ExitCode.HOLDS
    assert result.violations
    assert result.pairs[0].verdict is Verdict.FAILED


def test_notes_change_no_exit_code() -> None:
    """A pact that expects nothing yields notes, and the run holds."""
    result = run([emission()], pacts=[])
    assert rules_of(result)["note"] == {"no-expectation"}
    assert result.success
