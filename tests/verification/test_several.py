"""Several of everything: pacts, interactions, pairs, facts, markers, faults: of one each, all and any look alike."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from datetime import date
from pathlib import Path
from typing import Any

import pytest

from contracts.model.driver import Capabilities
from contracts.model.emission import Answered, Emission, Fault, Refused, Response, Settled, Trigger
from contracts.model.pact import PactDocument, PactUnderTest
from contracts.model.verdict import Finding, Verification
from contracts.verification.log import KEPT_OF_A_KIND, KEPT_OF_A_RULE, FindingLog
from contracts.verification.message import canonical
from contracts.verification.repeats import MARKERS_OF_A_FACT
from tests.verification.support import (
    COMPLETED,
    CONSUMER,
    ENTERED,
    FACTS,
    FORM,
    LEFT,
    TRACKER,
    emission,
    interaction,
    message,
    pact,
    rules_of,
    run,
)

SERVICE, REPORTS = "scenario-service", "reports"
REFUSED, NO_ANSWER, TAKEN = Answered(status=503), Refused(error="timeout"), Answered(status=202)


def reads(event: str, prefix: str, **rest: Any) -> dict[str, Any]:
    """Return an interaction that reads only ids that begin with a prefix."""
    whole = interaction(event, title=f"ids begin with {prefix}", **rest)
    whole["matchingRules"]["body"]["$.id"] = {"matchers": [{"match": "regex", "regex": f"^{prefix}.*$"}]}
    whole["contents"]["content"]["id"] = f"{prefix}1"
    return whole


def results(verification: Verification) -> list[bool | None]:
    """Return what the broker is told of each pact."""
    return [each.result for each in verification.pacts]


def interactions_of(verification: Verification, index: int) -> list[bool]:
    """Return which interactions of a pact succeeded."""
    return [each.success for each in verification.pacts[index].interactions]


def two_pacts(*first: dict[str, Any], second: dict[str, Any]) -> list[PactDocument]:
    """Return the pacts of two consumers with one emitter."""
    return [pact(*first, consumer=SERVICE, source="a.json"), pact(second, consumer=REPORTS, source="b.json")]


class TestPacts:
    """Two consumers, two expectations of an event, two results."""

    def test_a_mismatch_with_one_consumers_pact_fails_no_other(self) -> None:
        """Each consumer is told the truth about its own pact; the pair fails."""
        pacts = two_pacts(interaction(COMPLETED), second=reads(COMPLETED, "x"))
        result = run([emission()], pacts=pacts)
        assert results(result) == [True, False]
        (finding,) = result.pairs[0].findings
        assert (finding.rule, finding.consumer) == ("pact-mismatch", REPORTS)
        assert [[f.consumer for i in each.interactions for f in i.findings] for each in result.pacts] == [[], [REPORTS]]
        assert results(run([emission()], pacts=pacts[::-1])) == [False, True]

    def test_a_mismatch_with_one_interaction_fails_no_other_of_its_pact(self) -> None:
        """Of two expectations of an event each is told what concerns it; the pact fails."""
        both = pact(interaction(COMPLETED), reads(COMPLETED, "x"))
        result = run([emission()], pacts=[both])
        assert interactions_of(result, 0) == [True, False]
        assert results(result) == [False]

    def test_any_other_finding_of_the_pair_fails_each_pact(self) -> None:
        """A wrong message is nobody's expectation, even where another message satisfied it."""
        wrong = message(id="x2", data={"client_id": "client-2"})
        pacts = two_pacts(interaction(COMPLETED), reads(COMPLETED, "x"), second=interaction(COMPLETED))
        result = run([emission(message(id="x1")), emission(wrong)], pacts=pacts)
        assert results(result) == [False, False]
        assert interactions_of(result, 0) == [False, False]

    def test_one_required_interaction_of_two_that_fails_fails_the_pact(self) -> None:
        """And the other consumer's pact, which requires only what passed, doesn't."""
        demands_both = (interaction(COMPLETED), interaction(ENTERED, pending=False))
        pacts = two_pacts(*demands_both, second=interaction(COMPLETED))
        assert results(run([emission()], pacts=pacts)) == [False, True]
        assert results(run([emission(), emission(message(ENTERED))], pacts=pacts)) == [True, True]
        assert results(run([emission(message(ENTERED))], pacts=pacts)) == [False, False]

    def test_a_pact_in_which_nothing_is_required_says_nothing_beside_one_that_fails(self) -> None:
        """Neither takes over the other's result."""
        pacts = two_pacts(interaction(ENTERED), interaction(FORM), second=reads(COMPLETED, "x"))
        assert results(run([emission()], pacts=pacts)) == [None, False]

    @pytest.mark.parametrize("flag", ["broker_pending", "wip"])
    def test_of_two_pacts_only_the_one_that_the_broker_holds_as_pending_is_forgiven(self, flag: str) -> None:
        """Its mismatch is a note; that of the other one fails the pair."""
        forgiven = pact(reads(COMPLETED, "x"), consumer=SERVICE)
        lenient = PactUnderTest(forgiven, broker_pending=flag == "broker_pending", wip=flag == "wip")
        strict = PactUnderTest(pact(reads(COMPLETED, "y"), consumer=REPORTS))
        result = run([emission()], pacts=[lenient, strict])
        assert [finding.consumer for finding in result.pairs[0].findings] == [REPORTS]
        assert [note.consumer for note in result.notes if note.rule == "pact-mismatch"] == [SERVICE]
        assert results(result) == [False, False]


def stated(event: str = COMPLETED, client: str = "client-1", marker: str = "m-1", **rest: Any) -> Emission:
    """Return an emission of one client's fact of an event under a marker."""
    return emission(message(event, id=marker, data=FACTS[event] | {"client_id": client}), **rest)


def rules_by_pair(verification: Verification) -> dict[str, set[str]]:
    """Return each pair's findings by their rules, for the pairs that have any."""
    return {pair.event: {f.rule for f in pair.findings} for pair in verification.pairs if pair.findings}


class TestFactsAndMarkers:
    """Two events, several facts of each, several markers."""

    def test_one_id_for_facts_of_two_events_is_reused(self) -> None:
        """Source and id name one occurrence (CloudEvents 1.0), whatever its type."""
        result = run([stated(COMPLETED), stated(ENTERED)])
        assert rules_by_pair(result) == {ENTERED: {"id-reused"}}
        assert rules_by_pair(run([stated(ENTERED), stated(COMPLETED)])) == {COMPLETED: {"id-reused"}}
        assert rules_by_pair(run([stated(COMPLETED), stated(ENTERED, marker="m-2"), stated(FORM, marker="m-3")])) == {}

    def test_the_same_values_in_two_events_are_two_facts(self, tmp_path: Path) -> None:
        """One visit entered and left, under ids of their own: neither repeats the other."""
        registry = registry_of(tmp_path, dict.fromkeys((ENTERED, LEFT), 'status = "implemented"'))
        pacts = [pact(interaction(ENTERED), interaction(LEFT))]
        visits = [
            stated(event, client=client, marker=f"{event}-{client}") for client in "ab" for event in (ENTERED, LEFT)
        ]
        assert rules_by_pair(run(visits, registry=registry, pacts=pacts)) == {}
        again = [*visits, visits[1]]
        assert rules_by_pair(run(again, registry=registry, pacts=pacts)) == {LEFT: {"repeated-emission"}}

    def test_the_eighth_marker_of_a_fact_is_remembered_and_the_ninth_is_not(self) -> None:
        """What is remembered of one fact is bounded; each new marker of it is a finding all the same."""
        markers = [f"m-{number}" for number in range(1, MARKERS_OF_A_FACT + 2)]
        repeats = [stated(marker=marker) for marker in markers]
        assert MARKERS_OF_A_FACT == 8
        for number, rules in ((1, {"repeat-changes-id", "id-reused"}), (8, {"repeat-changes-id", "id-reused"}),
                              (9, {"repeat-changes-id"})):  # fmt: skip
            result = run([*repeats, stated(client="client-2", marker=f"m-{number}")])
            assert rules_by_pair(result) == {COMPLETED: rules}
            changed = [finding.actual for finding in result.pairs[0].findings if finding.rule == "repeat-changes-id"]
            assert changed == markers[1:]

    def test_a_message_without_a_type_is_compared_with_nothing(self) -> None:
        """Its trigger says whose it is; whether it repeats a fact nobody knows."""
        trigger = Trigger(event=COMPLETED, fact=FACTS[COMPLETED])
        untyped = message(type=..., id="m-1", time="2026-03-01T19:00:00+03:00")
        other_id = message(type=..., id="m-2")
        for bodies in ((untyped, untyped), (other_id, untyped)):
            result = run([stated(), *(emission(body, trigger=trigger) for body in bodies)])
            assert rules_by_pair(result) == {COMPLETED: {"event-schema"}}
            assert "repeated-emission" not in rules_of(result)["note"]

    @pytest.mark.parametrize(
        ("one", "other", "same"),
        [
            (1, 1.0, True),
            (-3, -3.0, True),
            ([1, [2]], [1.0, [2.0]], True),
            ({"a": 1}, {"a": 1.0}, True),
            (10**21, 1e21, True),
            (1, 1.5, False),
            (1, True, False),
            (0, False, False),
            (1, "1", False),
            ([1, 2], [2, 1], False),
            (None, 0, False),
        ],
    )
    def test_a_repeat_may_spell_a_number_otherwise(self, one: Any, other: Any, same: bool) -> None:
        """1.0 is 1, as JSON has numbers and not types of them; a flag or a text is no number."""
        assert (canonical(one) == canonical(other)) is same
        bodies = [message(data=FACTS[COMPLETED] | {"n": value}) for value in (one, other, other)]
        found = rules_by_pair(run([emission(body) for body in bodies]))[COMPLETED]
        assert ("repeat-changes-content" in found) is not same


def registry_of(folder: Path, pairs: Mapping[str, str]) -> Path:
    """Write a registry in which the tracker's pairs say this."""
    head = ["[consumer]", f'name = "{CONSUMER}"', 'description = "It."', f"[emitters.{TRACKER}]", 'description = "It."']
    file = folder / "emitters.toml"
    file.write_text("\n".join([*head, *(f"events.{event} = {{{said}}}" for event, said in pairs.items())]), "utf-8")
    return file


@pytest.fixture
def owed(tmp_path: Path) -> Path:
    """A registry in which two events of three are owed again where their delivery was refused."""
    guarded, owed = 'repeats = "guarded"', 'delivery = "at-least-once"'
    pairs = {
        COMPLETED: f'status = "implemented", {guarded}, {owed}',
        ENTERED: f'status = "implemented", {guarded}',
        FORM: f'status = "planned", {guarded}, {owed}',
    }
    return registry_of(tmp_path, pairs)


class TestDeliveries:
    """Two promises, one pair without, facts that arrive and facts that don't."""

    @pytest.mark.parametrize(
        ("answers", "lost"),
        [
            ((REFUSED,), True),
            ((REFUSED, REFUSED), True),
            ((NO_ANSWER, REFUSED, REFUSED), True),
            ((REFUSED, REFUSED, TAKEN), False),
            ((REFUSED, NO_ANSWER, TAKEN), False),
            ((REFUSED, TAKEN, REFUSED), False),
            ((TAKEN, REFUSED), False),
            ((REFUSED, None), False),
            ((REFUSED, None, REFUSED), False),
            ((None, REFUSED), False),
        ],
    )
    def test_a_retry_keeps_the_promise_of_delivery_until_it_is_taken(
        self, owed: Path, answers: tuple[Response | None, ...], lost: bool
    ) -> None:
        """Each retry owes what the first delivery owed, beside facts of others that arrive or aren't promised."""
        others = [
            stated(client="client-2", marker="m-2", response=REFUSED),
            stated(client="client-2", marker="m-2", response=TAKEN),
            stated(ENTERED, marker="m-3", response=REFUSED),
        ]
        sent = [stated(response=answer) for answer in answers]
        result = run([*others[:1], *sent, *others[1:]], registry=owed)
        assert rules_by_pair(result).get(COMPLETED, set()) == ({"lost-fact"} if lost else set())
        (note,) = [note for note in result.notes if note.rule == "lost-fact"]
        assert note.message.startswith(f"{ENTERED}: 1 refused deliveries")

    def test_each_lost_fact_is_found_at_its_own_pair(self, owed: Path) -> None:
        """Three of two pairs that promise, one of the pair that doesn't."""
        sent = [
            stated(response=REFUSED),
            stated(client="client-2", marker="m-2", response=NO_ANSWER),
            stated(ENTERED, marker="m-3", response=REFUSED),
            stated(FORM, marker="m-4", response=REFUSED),
        ]
        result = run(sent, registry=owed)
        lost = Counter(pair.event for pair in result.pairs for finding in pair.findings if finding.rule == "lost-fact")
        assert lost == {COMPLETED: 2, FORM: 1}
        assert [pair.verdict.value for pair in result.pairs] == ["failed", "passed", "pending"]


class TestVerdicts:
    """Three pairs, each with a fate of its own."""

    def test_a_driver_that_broke_leaves_what_was_seen_its_verdicts(self) -> None:
        """Of the pairs that nothing was seen of there is none: implemented or planned."""
        fault = Fault("driver-error", "the emitter went away")
        result = run([emission(), emission(message(ENTERED)), fault])
        assert [(pair.verdict.value, pair.ready) for pair in result.pairs] == [
            ("passed", True), ("pending", True), ("error", False),
        ]  # fmt: skip
        failed = run([emission(message(id=" ")), emission(message(ENTERED)), fault, fault])
        assert [pair.verdict.value for pair in failed.pairs] == ["failed", "pending", "error"]

    def test_a_driver_that_broke_at_two_of_three_pairs_leaves_the_third(self) -> None:
        """Whether or not something was seen of them."""
        faults = [Fault("driver-error", "it broke", trigger=Trigger(event=event)) for event in (COMPLETED, FORM)]
        result = run([emission(), emission(message(ENTERED)), *faults])
        assert [(pair.verdict.value, pair.ready) for pair in result.pairs] == [
            ("error", False), ("pending", True), ("error", False),
        ]  # fmt: skip

    def test_ready_is_what_was_emitted_without_a_finding(self) -> None:
        """Right, wrong and silent; a mismatch with a pact counts, one that the broker holds as pending doesn't."""

        def ready(*emissions: Emission, **options: Any) -> list[bool]:
            return [pair.ready for pair in run(emissions, **options).pairs]

        assert ready(emission(), emission(message(ENTERED)), emission(message(FORM, data={}))) == [True, True, False]
        assert ready(emission(message(ENTERED))) == [False, True, False]
        assert ready(emission(message(ENTERED)), emission(message(ENTERED, id=" "))) == [False, False, False]
        picky = pact(interaction(COMPLETED), reads(ENTERED, "x"), interaction(FORM))
        assert ready(emission(), emission(message(ENTERED)), pacts=[picky]) == [True, False, False]
        lenient = PactUnderTest(picky, broker_pending=True)
        assert ready(emission(), emission(message(ENTERED)), pacts=[lenient, pact()]) == [True, True, False]

    def test_a_fact_that_was_asked_for_and_not_stated_leaves_nothing_ready(self) -> None:
        """Of two facts of each of two events one is stated."""
        observations: list[Any] = []
        for event in (COMPLETED, ENTERED):
            first = Trigger(event=event, fact=FACTS[event])
            second = Trigger(event=event, fact=FACTS[event] | {"client_id": "client-2"})
            observations += [emission(message(event), trigger=first), Settled(first), Settled(second)]
        result = run(observations, capabilities=Capabilities(drives=True))
        assert [pair.ready for pair in result.pairs] == [False, False, False]
        assert rules_by_pair(result) == {COMPLETED: {"not-emitted"}, ENTERED: {"not-emitted"}}

    @pytest.mark.parametrize(
        ("today", "overdue"),
        [(date(2026, 5, 1), []), (date(2026, 5, 2), [ENTERED]), (date(2026, 5, 3), [ENTERED, FORM])],
    )
    def test_a_planned_pair_is_overdue_the_day_after_its_target(
        self, tmp_path: Path, today: date, overdue: list[str]
    ) -> None:
        """On its target it isn't, and an implemented pair never is."""
        pairs = {
            COMPLETED: 'status = "implemented", target = 2026-01-01',
            ENTERED: 'status = "planned", target = 2026-05-01',
            FORM: 'status = "planned", target = 2026-05-02',
        }
        registry = registry_of(tmp_path, pairs)
        result = run([emission()], registry=registry, today=today)
        assert [note.message.partition(" ")[0] for note in result.notes if note.rule == "overdue"] == overdue


def broken(rule: str = "event-schema", path: str = "$.id", **rest: Any) -> Finding:
    """Return a finding of a rule at a path."""
    return Finding(rule, "wrong", path=path, **rest)


def shown(log: FindingLog) -> Counter[tuple[str, str | None, str]]:
    """Count what a log says, by rule, path and message."""
    return Counter((finding.rule, finding.path, finding.message) for finding in log.findings())


class TestFindingLog:
    """Several kinds of several rules, each beyond what is kept."""

    def test_of_each_kind_the_first_are_kept_and_the_others_counted(self) -> None:
        """Kinds of one rule and of two don't share their counts; one at the limit leaves nothing out."""
        log = FindingLog()
        amounts = {("event-schema", "$.id"): 5, ("event-schema", "$.time"): 0, ("wrong-fact", "$.id"): 1}
        for (rule, path), beyond in amounts.items():
            for number in range(KEPT_OF_A_KIND + beyond):
                log.add(broken(rule, path, actual=number))
        kept = {(rule, path, "wrong"): KEPT_OF_A_KIND for rule, path in amounts}
        assert shown(log) == kept | {
            ("event-schema", "$.id", f"and 5 more like the {KEPT_OF_A_KIND} shown"): 1,
            ("wrong-fact", "$.id", f"and 1 more like the {KEPT_OF_A_KIND} shown"): 1,
        }

    def test_interactions_are_kinds_of_their_own(self) -> None:
        """One path of two expectations."""
        log = FindingLog()
        for key in ("a", "b"):
            for number in range(KEPT_OF_A_KIND + 2):
                log.add(broken("pact-mismatch", interaction=key, actual=number))
        assert Counter(f.interaction for f in log.findings()) == {"a": KEPT_OF_A_KIND + 1, "b": KEPT_OF_A_KIND + 1}

    def test_beyond_a_rules_share_new_kinds_are_counted_and_known_ones_too(self) -> None:
        """Nothing that was found goes uncounted, and no rule takes another one's share."""
        log = FindingLog()
        for number in range(KEPT_OF_A_RULE):
            log.add(broken(path=f"$.{number}"))
        for number in range(3):
            log.add(broken(path=f"$.new-{number}"))
        for _ in range(2):
            log.add(broken(path="$.7"))
        log.add(broken("wrong-fact"))
        found = shown(log)
        assert found["event-schema", None, "and 3 more at other places"] == 1
        assert found["event-schema", "$.7", "and 2 more like the 1 shown"] == 1
        assert found["wrong-fact", "$.id", "wrong"] == 1
        assert sum(found.values()) == KEPT_OF_A_RULE + 3

    def test_a_pair_of_many_faults_is_told_each_once_and_the_number_of_the_rest(self) -> None:
        """Of a whole run: two events with more of a kind than are kept."""
        sent = [
            emission(message(event, id=f"{event} {number}"))
            for event, count in ((COMPLETED, KEPT_OF_A_KIND + 7), (ENTERED, KEPT_OF_A_KIND))
            for number in range(count)
        ]  # fmt: skip
        result = run(sent)
        wrong_ids = [[f for f in pair.findings if f.rule == "event-schema"] for pair in result.pairs]
        assert [len(findings) for findings in wrong_ids] == [KEPT_OF_A_KIND + 1, KEPT_OF_A_KIND, 0]
        assert [(f.rule, f.message) for f in result.pairs[0].findings if f.message.startswith("and ")] == [
            ("event-schema", f"and 7 more like the {KEPT_OF_A_KIND} shown"),
            # The first of one fact under many ids changes nothing yet.
            ("repeat-changes-id", f"and 6 more like the {KEPT_OF_A_KIND} shown"),
        ]


def test_two_emissions_of_each_violation_and_of_the_wrong_source_count_for_no_pair() -> None:
    """Each is said, and the pairs are as silent as if nothing had been sent."""
    bodies = [
        message(source="other"),
        message(ENTERED, source="another"),
        message(type="nobody"),
        message("client_webinar_left"),
    ]
    result = run([emission(body) for body in bodies * 2])
    assert Counter(finding.rule for finding in result.violations) == {
        "wrong-source": 4, "unknown-event": 2, "undeclared-emission": 2,
    }  # fmt: skip
    assert [pair.emissions for pair in result.pairs] == [0, 0, 0]
    assert {finding.expected for finding in result.violations if finding.rule == "wrong-source"} == {TRACKER}
