"""Partitions are put together in any split and any order, to the same."""

from __future__ import annotations

import random
from itertools import chain

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from contracts.audit.judge import Judge
from contracts.audit.ledger import Ledger
from contracts.audit.records import Partition, Record, Records, Unreadable, partitions_of, records_of
from contracts.audit.statement import Part
from contracts.audit.summary import Summary, merged
from contracts.emitters.parts.capture_line import write_capture
from contracts.model.emission import Answered
from contracts.model.timeline import MOST_STEPS, WIDTHS, Timeline
from tests.audit.support import event, job, lines
from tests.verification.support import ENTERED, LEFT, emission, webinar_domain

JUDGE = Judge(job(keep=3))
PAIRS = [(pair.emitter, pair.event) for pair in webinar_domain().registry.pairs()]
LINES = (
    *(event(number) for number in range(4)),
    event(1, id="other"),
    event(2, id="m-1"),
    event(3, time="2026-03-02T00:00:00Z"),
    event(3, time="2026-03-01T18:00:00.5+03:00", datacontenttype="application/json"),
    event(4, extra=1),
    event(5, ENTERED, time="2025-01-01T00:00:00Z"),
    event(5, ENTERED, time="2025-01-01t00:00:00.25z"),
    event(6, LEFT),
    event(7, source="nobody"),
    write_capture(emission(event(1), context="a test")).rstrip(),
    write_capture(emission(event(8), response=Answered(status=503))).rstrip(),
    b"no JSON",
    b"[1]",
)


def log_of(numbers: list[int]) -> bytes:
    """Return a log of these lines."""
    return lines(*(LINES[number] for number in numbers))


def whole(log: bytes) -> list[Partition]:
    """Return a log as it is read."""
    return list(partitions_of([log], 0))


def records(log: bytes) -> list[Record | Unreadable]:
    """Return the records of a log."""
    return list(chain.from_iterable(map(records_of, whole(log))))


chosen = st.lists(st.integers(0, len(LINES) - 1), min_size=1, max_size=20)


@settings(max_examples=40, deadline=None)
@given(chosen, st.randoms(use_true_random=False), st.integers(1, 6))
def test_any_split_in_any_order_comes_to_the_same(numbers: list[int], chance: random.Random, split: int) -> None:
    """Judged record by record, shuffled, put together in groups: it is what the whole comes to at once."""
    parts: list[list[Record | Unreadable]] = [[] for _ in range(split)]
    for record in records(log_of(numbers)):
        chance.choice(parts).append(record)
    for part in parts:
        chance.shuffle(part)
    summaries = [JUDGE.audit(Records(0, tuple(part))).summary for part in parts]
    chance.shuffle(summaries)
    cut = chance.randint(0, split)
    grouped = [merged(summaries[:cut], 3), merged(summaries[cut:], 3)]
    at_once = merged([JUDGE.audit(part).summary for part in whole(log_of(numbers))], 3)
    assert merged(grouped, 3) == at_once
    assert merged(reversed(grouped), 3) == at_once


def across(parts: list[Part]) -> tuple[Summary, dict[tuple[str, str], tuple[int, int]]]:
    """Return what is only seen across partitions."""
    with Ledger(PAIRS) as ledger:
        for part in parts:
            ledger.add(part.statements)
        return JUDGE.across(ledger.findings(("log",))), ledger.counts()


@settings(max_examples=10, deadline=None)
@given(chosen, st.randoms(use_true_random=False))
def test_what_is_seen_across_is_the_same_in_any_order(numbers: list[int], chance: random.Random) -> None:
    """Repeats, reused markers and changed contents are told by the order of the input, whoever reads it first."""
    at_once = across([JUDGE.audit(part) for part in whole(log_of(numbers))])
    one_by_one = [JUDGE.audit(Records(0, (record,))) for record in records(log_of(numbers))]
    chance.shuffle(one_by_one)
    assert across(one_by_one) == at_once


def test_only_the_first_places_are_kept_and_all_are_counted() -> None:
    """Of five places the three first are kept, in the order of the input."""
    log = records(lines(*[event(4, extra=1)] * 5))
    found = merged([JUDGE.audit(Records(0, (record,))).summary for record in reversed(log)], 3)
    ((kind, broken),) = found.broken.items()
    assert (kind.rule, broken.count) == ("event-schema", 5)
    assert [instance.at.line for instance in broken.first] == [1, 2, 3]


@pytest.mark.parametrize("keep", [0, 1])
def test_no_place_has_to_be_kept(keep: int) -> None:
    """With none kept they are counted all the same."""
    (part,) = whole(lines(*[event(4, extra=1)] * 2))
    (broken,) = Judge(job(keep=keep)).audit(part).summary.broken.values()
    assert (broken.count, len(broken.first)) == (2, keep)


def timeline(hours: list[int]) -> Timeline:
    """Return a timeline of an event in each of these hours, and a finding in every third of them."""
    found = Timeline()
    for number, hour in enumerate(hours):
        found.add(hour, events=1, findings=number % 3 == 0)
    return found


@settings(max_examples=30, deadline=None)
@given(st.integers(0, 6), st.integers(), st.integers(1, 4))
def test_times_are_put_together_in_any_split_and_order(tens: int, seed: int, split: int) -> None:
    """Whatever the width comes to: hours that lie far apart make it wide, however they were put together."""
    chance = random.Random(seed)  # noqa: S311 - no secret is made
    hours = [chance.randint(-(10**tens), 10**tens) for _ in range(1500)]
    parts: list[list[int]] = [[] for _ in range(split)]
    for hour in hours:
        chance.choice(parts).append(hour)
    found, other = Timeline(), Timeline()
    for part in (timeline(part) for part in parts):
        found.add_all(part)
        other = put_together(part, other)
    assert other == found
    assert sum(found.events.values()) == 1500
    assert found.events.keys() == {hour // found.width for hour in hours}
    assert len(found.events) <= MOST_STEPS or found.width == WIDTHS[-1]
    narrower = WIDTHS[: WIDTHS.index(found.width)]
    assert all(len({hour // width for hour in hours}) > MOST_STEPS for width in narrower)


def put_together(one: Timeline, other: Timeline) -> Timeline:
    """Return a timeline of both, each of which stays as it is."""
    found = Timeline()
    found.add_all(one)
    found.add_all(other)
    return found
