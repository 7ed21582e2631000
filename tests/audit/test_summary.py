"""Partitions are put together in any split and any order, to the same."""

from __future__ import annotations

import random

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from contracts.audit.judge import Judge
from contracts.audit.ledger import Ledger
from contracts.audit.records import Record, records_of
from contracts.audit.statement import DigestedStatement
from contracts.audit.summary import Summary, merged
from tests.audit.support import event, job, lines
from tests.verification.support import ENTERED, LEFT

JUDGE = Judge(job(keep=3))
LINES = (
    *(event(number) for number in range(4)),
    event(1, id="other"),
    event(2, id="m-1"),
    event(3, time="2026-03-02T00:00:00Z"),
    event(4, extra=1),
    event(5, ENTERED, time="2025-01-01T00:00:00Z"),
    event(6, LEFT),
    event(7, source="nobody"),
    b"no JSON",
    b"[1]",
)


def records(numbers: list[int]) -> list[Record]:
    """Return the records of a log of these lines."""
    return list(records_of([lines(*(LINES[number] for number in numbers))], 0))  # type: ignore[arg-type]  # some can't be read


def alone(part: list[Record]) -> Summary:
    """Judge a partition, and state its facts to nobody."""
    return JUDGE.audit(part, lambda _: None)


chosen = st.lists(st.integers(0, len(LINES) - 1), min_size=1, max_size=20)


@settings(max_examples=40, deadline=None)
@given(chosen, st.randoms(use_true_random=False), st.integers(1, 6))
def test_any_split_in_any_order_comes_to_the_same(numbers: list[int], chance: random.Random, split: int) -> None:
    """Judged record by record, shuffled, put together in groups: it is what the whole comes to at once."""
    log = records(numbers)
    parts: list[list[Record]] = [[] for _ in range(split)]
    for record in log:
        chance.choice(parts).append(record)
    for part in parts:
        chance.shuffle(part)
    summaries = [alone(part) for part in parts]
    chance.shuffle(summaries)
    cut = chance.randint(0, split)
    grouped = [merged(summaries[:cut], 3), merged(summaries[cut:], 3)]
    whole = merged([alone(log)], 3)
    assert merged(grouped, 3) == whole
    assert merged(reversed(grouped), 3) == whole


@settings(max_examples=10, deadline=None)
@given(chosen, st.randoms(use_true_random=False))
def test_what_is_seen_across_is_the_same_in_any_order(numbers: list[int], chance: random.Random) -> None:
    """Repeats, reused markers and changed contents are told by the order of the input, whoever reads it first."""
    stated: list[DigestedStatement] = []
    JUDGE.audit(records(numbers), stated.append)
    shuffled = list(stated)
    chance.shuffle(shuffled)
    answers = []
    for order in (stated, shuffled):
        with Ledger(("log",)) as ledger:
            for statement in order:
                ledger.add(statement)
            answers.append((JUDGE.across(ledger.findings()), ledger.counts()))
    assert answers[0] == answers[1]


def test_only_the_first_places_are_kept_and_all_are_counted() -> None:
    """Of five places the three first are kept, in the order of the input."""
    log = records([7] * 5)
    whole = merged(reversed([alone([record]) for record in log]), 3)
    ((kind, broken),) = whole.broken.items()
    assert (kind.rule, broken.count) == ("event-schema", 5)
    assert [instance.at.line for instance in broken.first] == [1, 2, 3]


@pytest.mark.parametrize("keep", [0, 1])
def test_no_place_has_to_be_kept(keep: int) -> None:
    """With none kept they are counted all the same."""
    summary = Judge(job(keep=keep)).audit(records([7, 7]), lambda _: None)
    (broken,) = summary.broken.values()
    assert (broken.count, len(broken.first)) == (2, keep)
