"""Summing up: the same as often as it is asked for, and nothing of what was counted is changed."""

from __future__ import annotations

from datetime import date
from functools import partial

import pytest

from contracts.model.emission import Answered, Refused, Trigger
from contracts.model.verdict import Finding
from contracts.verification.expectations import Expectations
from contracts.verification.job import Job
from contracts.verification.repeats import Parts, StatedFact
from contracts.verification.summary import summarise
from contracts.verification.tally import PairTally, Tallies
from tests.verification.support import (
    COMPLETED,
    ENTERED,
    FACTS,
    RECORDED,
    TRACKER,
    agrees,
    emission,
    message,
    run,
    webinar_domain,
)


def job() -> Job:
    """Return a verification without pacts."""
    return Job(webinar_domain(), TRACKER, (), agrees, today=date(2026, 3, 2), toolkit="test")


def tallies() -> Tallies:
    """Return what a run has counted: of two events refused deliveries, facts never stated, findings of each."""
    counted = Tallies({pair.event: PairTally(pair) for pair in webinar_domain().registry.pairs(TRACKER)})
    for event in (COMPLETED, ENTERED):
        tally = counted.pairs[event]
        for number, response in enumerate([Refused(error="refused"), Answered(status=503), Answered(status=202)]):
            fact = FACTS[event] | {"client_id": f"client-{number}"}
            sent = emission(message(event, id=f"{event}:{number}", data=fact), response=response)
            tally.count(sent)
            content = f"content {number}"
            stated = StatedFact(sent, event, fact, f"{event}:{number}", content, partial(Parts.of, content))
            list(counted.repeats.add(stated))
        tally.unanswered += [Trigger(event=event, fact=FACTS[event] | {"webinar_id": name}) for name in ("a", "b")]
        tally.take(Finding("event-schema", "wrong", path="$.id"))
    counted.take(Finding("wrong-source", "another"))
    return counted


def test_summed_up_twice_it_is_the_same() -> None:
    """Facts that were lost or never stated are found once a sum, however often it is made."""
    counted = tallies()
    first, second = (summarise(job(), counted, Expectations(()), RECORDED) for _ in range(2))
    assert first == second
    assert [[finding.rule for finding in pair.findings] for pair in first.pairs[:2]] == [
        ["event-schema", "not-emitted", "not-emitted"]
    ] * 2
    assert [note.message for note in first.notes if note.rule == "lost-fact"] == [
        f"{event}: 2 refused deliveries were never made good, and the registry promises no retry"
        for event in (COMPLETED, ENTERED)
    ]


def test_what_was_counted_stays_as_it_was() -> None:
    """A run that is summed up half way goes on as if it hadn't been."""
    counted = tallies()
    summarise(job(), counted, Expectations(()), RECORDED)
    for event in (COMPLETED, ENTERED):
        assert [finding.rule for finding in counted.pairs[event].findings.findings()] == ["event-schema"]
        assert not counted.pairs[event].noted


@pytest.mark.parametrize("rule", ["event-schema", "repeated-emission", "overdue"])
def test_a_finding_of_a_pair_is_not_taken_without_its_pair(rule: str) -> None:
    """It would be lost; the table says where a rule's findings belong."""
    with pytest.raises(LookupError, match=f"{rule} is a (finding|note) and needs its pair"):
        tallies().take(Finding(rule, "somewhere"))


def test_one_defect_isnt_told_twelve_times() -> None:
    """Twelve messages without a time: three places, and how many more; another value there is another defect."""
    without = [emission(message(time=..., id=f"m-{number}"), context=str(number)) for number in range(12)]
    wrong = [emission(message(time=text, id="m-0"), context=text) for text in ("yesterday", "today")]
    told = [finding.message for finding in run([*without, *wrong]).pairs[0].findings if finding.path == "$.time"]
    assert told[:3] == ["$.time is missing"] * 3
    assert ["yesterday" in text or "today" in text for text in told[3:5]] == [True, True]
    assert told[5:] == ["and 9 more like the 5 shown"]
