"""What is judged many at once comes to what it comes to one by one."""

from __future__ import annotations

import json
import random
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from contracts.audit.bulk import TOGETHER
from contracts.audit.judge import Judge
from contracts.audit.records import Lines, Records, records_of
from contracts.audit.times import by_offset, hour_of_each, hours_of, moment_of, span_of
from contracts.emitters.parts.capture_line import write_capture
from contracts.model.audit import Position
from contracts.model.emission import Answered
from contracts.model.timeline import hour_of
from tests.audit.support import audited, counts, event, job, lines
from tests.verification.support import ENTERED, emission

JUDGE = Judge(job(keep=1000))
RIGHT = json.dumps(event(1)).encode()
ODD: tuple[bytes, ...] = (
    b"", b" ", b"\r", b"{}", b"[]", b"null", b"\xff", RIGHT[:-1], RIGHT[1:], RIGHT + b"," + RIGHT, RIGHT + RIGHT,
    RIGHT + b" " + RIGHT, b"[" + RIGHT + b"]", RIGHT + b"\r", b" " + RIGHT,
    RIGHT.replace(b"{", b'{"id": "x", ', 1), RIGHT.replace(b"client-1", b"client\\u002d1"),
    RIGHT.replace(b"client-1", "ü".encode()),
    RIGHT.replace(b'"type"', b'"datacontenttype": "application/json", "type"'),
    RIGHT.replace(b"client_id", b"client_ix"), RIGHT.replace(b"2026-03-01", b"2026-02-29"),
    json.dumps(event(2, ENTERED)).encode(), json.dumps(event(3, source="nobody")).encode(),
    *RIGHT.split(b" ", 4), write_capture(emission(event(1))).rstrip(),
    write_capture(emission(event(1), context="a", response=Answered(status=500))).rstrip(),
)  # fmt: skip


def one_by_one(lines_of_it: Lines) -> Any:
    """Judge each record of a block apart."""
    found = JUDGE.audit(Records(0, ()))
    for record in records_of(lines_of_it):
        part = JUDGE.audit(Records(0, (record,)))
        found.summary.add(part.summary)
        for column in ("digests", "pairs", "offsets", "lines", "hours", "numbers", "delivered"):
            getattr(found.statements, column).extend(getattr(part.statements, column))
    return found


def rows(statements: Any) -> list[tuple[object, ...]]:
    """Return statements as rows, in the order of their places."""
    digests = [bytes(statements.digests[at : at + 48]) for at in range(0, len(statements.digests), 48)]
    columns = (statements.offsets, statements.numbers, statements.lines, statements.pairs)
    return sorted(zip(*columns, digests, statements.hours, statements.delivered, strict=True))


@settings(max_examples=60, deadline=None)
@given(st.lists(st.sampled_from(ODD), max_size=4), st.integers(0, 2 * TOGETHER), st.integers())
def test_what_is_sifted_together_is_what_is_judged_apart(odd: list[bytes], right: int, seed: int) -> None:
    """Torn lines that would make one event together, lines of two, empty ones: none is taken for what it isn't."""
    raw = [*odd, *(json.dumps(event(number)).encode() for number in range(right))]
    random.Random(seed).shuffle(raw)  # noqa: S311 - no secret is made
    block = Lines(Position(0, 100, 7), b"".join(line + b"\n" for line in raw))
    at_once, apart = JUDGE.audit(block), one_by_one(block)
    assert rows(at_once.statements) == rows(apart.statements)
    at_once.summary.exactly = apart.summary.exactly = 0
    assert at_once.summary == apart.summary


def test_a_repeat_in_another_spelling_has_the_same_content(tmp_path: Path) -> None:
    """The digest of what was read the exact way is that of what the compiled contract took."""
    spelled = json.dumps(dict(reversed(event(1).items())), indent=1).replace("\n", "").replace("c", "\\u0063")
    found = audited(tmp_path, lines(event(1), spelled.encode(), event(1, datacontenttype="application/json")))
    assert found.exactly == 1
    assert counts(found) == {"repeated-emission": 2, "repeat-changes-content": 1}


@settings(max_examples=60, deadline=None)
@given(
    st.lists(
        st.tuples(
            st.datetimes().map(lambda moment: moment.isoformat(timespec="seconds")),
            st.sampled_from(["", ".5", ".50", ".123456789"]),
            st.sampled_from(["Z", "z", "+03:00", "-00:30", "+05:45"]),
            st.sampled_from("Tt"),
        ),
        min_size=1,
    )
)
def test_times_compared_as_text_are_the_moments(parts: list[tuple[str, str, str, str]]) -> None:
    """First, last and hours are those of the times themselves, whatever their fractions, offsets and letters."""
    times = [f"{moment.replace('T', letter)}{fraction}{offset}" for moment, fraction, offset, letter in parts]
    moments = [moment for moment in map(moment_of, times) if moment is not None]
    spans = [span_of(each) for each in by_offset(times)]
    assert (min(first for first, _ in spans), max(last for _, last in spans)) == (min(moments), max(moments))
    assert hour_of_each(times) == [hour_of(moment) for moment in moments]
    counted = [hour for each in by_offset(times) for hour, count in hours_of(each) for _ in range(count)]
    assert sorted(counted) == sorted(map(hour_of, moments))


def test_the_benchmarks_plants_are_found(tmp_path: Path) -> None:
    """Each of them under its rule and no other, in events and in captures."""
    from benchmarks.audit import by_audit, write_log

    for form, every in (("bare", 7), ("captures", 1)):
        planted = write_log(tmp_path / form, 150, every, form)
        found = by_audit(tmp_path / form, 1)
        assert found["broken"] == planted
        assert len(planted) == (12 if form == "captures" else 9)


@pytest.mark.parametrize("count", [1, TOGETHER, TOGETHER + 1])
def test_an_event_at_the_end_of_a_group_is_taken(count: int) -> None:
    """However many there are, none is left over and none counted twice."""
    part = JUDGE.audit(Lines(Position(0, 0, 1), lines(*(event(number) for number in range(count)))))
    assert (part.summary.events, part.summary.exactly) == (count, 0)
    assert list(part.statements.lines) == list(range(1, count + 1))
