"""Spans of files, and statements by bucket, come to what the whole comes to: no Spark is needed for that."""

from __future__ import annotations

import gzip
import json
import pickle
import random
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from contracts.audit import spans, spans_judged
from contracts.audit.judge import Judge
from contracts.audit.records import Record, Unreadable, partitions_of, records_of
from contracts.audit.run import Verdicts, audit, told_of
from contracts.audit.scattered import Sought, scattered
from contracts.audit.spans import Span, line_ends_before, partitions_in, spans_of
from contracts.audit.spans_judged import (
    Bucket,
    SpanTold,
    judge_across,
    judge_span,
    lines_before_each,
    summary_after,
)
from contracts.audit.spark_tasks import Assignment, judge_gathered, judge_numbered
from contracts.audit.summary import merged
from contracts.emitters.parts.capture_line import MAX_LINE
from contracts.errors import ContractsError, MisuseError
from contracts.model.audit import Audit
from tests.audit.support import event, job, lines
from tests.audit.test_summary import LINES, PAIRS

JUDGE = Judge(job())
ODD = (b"\xef\xbb\xbf{}\n", b"\r\n", b"a\rb\n", b'{"x": "\xff"}\r\n', b"\n", b" \n", b"x" * 900 + b"\n")
BUCKETS = 2


def by_spans(files: Sequence[Path], chance: random.Random) -> Audit:
    """Audit files span by span and bucket by bucket, in any order, as workers anywhere would."""
    names = [str(file) for file in files]
    planned = spans_of(names)
    answers = [one for number, span in enumerate(planned) for one in judge_span(JUDGE, number, span, 20, BUCKETS)]
    chance.shuffle(answers)
    told = sorted((one for one in answers if isinstance(one, SpanTold)), key=lambda one: one.span)
    before = lines_before_each(planned, [one.line_ends for one in told])
    chance.shuffle(told)
    summaries = [summary_after(one.summary, before[one.span]) for one in told]
    counts: dict[tuple[str, str], tuple[int, int]] = {}
    for sought in Sought:
        for number in range(BUCKETS):
            given = [one for one in answers if isinstance(one, Bucket) and (one.sought, one.number) == (sought, number)]
            across = judge_across(JUDGE, PAIRS, names, before, sought, given)
            summaries.append(across.summary)
            for pair, (facts, repeats) in across.counts.items():
                known = counts.get(pair, (0, 0))
                counts[pair] = known[0] + facts, known[1] + repeats
    return told_of(job(), names, merged(summaries, 20), counts, Verdicts(), partial=False)


def records_in(planned: Sequence[Span]) -> list[Record | Unreadable]:
    """Return the records of spans, each with its place in the whole file."""
    parts = [list(partitions_in(span)) for span in planned]
    before = lines_before_each(planned, [line_ends_before(part[-1]) if part else 0 for part in parts])
    return [
        replace(record, at=replace(record.at, line=record.at.line + lines_before))
        for part, lines_before in zip(parts, before, strict=True)
        for partition in part
        for record in records_of(partition)
    ]


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A place for logs."""
    return tmp_path_factory.mktemp("logs")


some_lines = st.lists(st.sampled_from([*(lines(one) for one in LINES), *ODD]), max_size=12)


@settings(max_examples=40, deadline=None)
@given(some_lines, st.integers(1, 1500), st.integers(0, 30))
def test_a_file_of_lines_is_cut_anywhere(folder: Path, some: list[bytes], size: int, torn: int) -> None:
    """Each line is read once, by the span that it begins in, with its place; also where the last one is torn."""
    log = b"".join(some)[: -torn or None]
    file = folder / "cut.log"
    file.write_bytes(log)
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(spans, "SPAN", 1 << 30)
        whole = records_in(spans_of([str(file)]))
        patch.setattr(spans, "SPAN", size)
        assert records_in(spans_of([str(file)])) == whole


def test_a_line_that_is_too_long_is_told_once(tmp_path: Path) -> None:
    """Spans in the middle of which no line begins come to nothing, and the line after it keeps its number."""
    file = tmp_path / "log"
    file.write_bytes(lines(event(1), b"x" * (2 * MAX_LINE), event(2)))
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(spans, "SPAN", 300_000)
        planned = spans_of([str(file)])
        found = records_in(planned)
    assert len(planned) > 5
    assert [(type(one), one.at.line) for one in found] == [(Record, 1), (Unreadable, 2), (Record, 3)]


@settings(max_examples=6, deadline=None)
@given(st.lists(some_lines, min_size=1, max_size=3), st.integers(100, 900), st.randoms(use_true_random=False))
def test_spans_and_buckets_in_any_order_come_to_what_one_run_comes_to(
    folder: Path, logs: list[list[bytes]], size: int, chance: random.Random
) -> None:
    """Several files, repeats across them, broken and torn lines: everything that is told is the same."""
    files = [folder / f"{number}.log" for number in range(len(logs))]
    for file, some in zip(files, logs, strict=True):
        file.write_bytes(b"".join(some))
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(spans, "SPAN", size)
        patch.setattr(spans_judged, "TOGETHER", 2)
        found = by_spans(files, chance)
    assert found == audit(job(), [str(file) for file in files], Verdicts())


@pytest.mark.parametrize("form", ["array", "gzip", "gzipped-array", "spaces", "empty"])
def test_what_cannot_be_cut_is_one_span(form: str, tmp_path: Path) -> None:
    """An archive and an array over several lines are judged whole, and come to the same."""
    some = [event(number % 5) for number in range(9)]
    file = tmp_path / "log"
    file.write_bytes(
        {
            "array": json.dumps(some, indent=1).encode(),
            "gzip": gzip.compress(lines(*some)),
            "gzipped-array": gzip.compress(json.dumps(some).encode()),
            "spaces": b" \n \n",
            "empty": b"",
        }[form]
    )
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(spans, "SPAN", 100)
        (only,) = spans_of([str(file)])
        assert only.is_whole
        chance = random.Random(1)  # noqa: S311 - no secret is made
        assert by_spans([file], chance) == audit(job(), [str(file)], Verdicts())


def test_a_file_is_read_to_the_size_that_it_had(tmp_path: Path) -> None:
    """What is appended afterwards is left to another run, so that a span that is judged again comes to the same."""
    file = tmp_path / "log"
    file.write_bytes(lines(event(1), event(2)))
    planned = spans_of([str(file)])
    with file.open("ab") as stream:
        stream.write(lines(event(3)))
    assert len(records_in(planned)) == 2


def test_equal_digests_share_a_bucket() -> None:
    """Whatever span they come from; each statement is in one bucket of facts and in one of markers."""
    parts = [
        JUDGE.audit(one).statements for number in range(40) for one in partitions_of([lines(event(number % 9))], 0)
    ]
    for sought in Sought:
        seen: dict[bytes, int] = {}
        total = 0
        for bucket, stated in scattered(parts, sought, 7):
            total += len(stated)
            for row in range(len(stated)):
                begin = 48 * row + 16 * sought
                digest = bytes(stated.digests[begin : begin + 16])
                assert seen.setdefault(digest, bucket) == bucket
        assert total == sum(map(len, parts))
        assert len(set(seen.values())) > 1
    assert list(scattered([], Sought.FACTS, 7)) == []


def test_a_task_answers_with_an_error_that_a_run_would_have_ended_with(tmp_path: Path) -> None:
    """A file that has gone, and a contract that a worker can't import: what is wrong, and what to do."""
    gone = Assignment(pickle.dumps(job()), [Span(0, str(tmp_path / "gone"), 0, 9, 9)], ["gone"], 2)
    (error,) = judge_numbered(gone, 0)
    assert isinstance(error, MisuseError)
    assert "on a worker of Spark this can't be read" in str(error)
    assert "where every worker sees it" in str(error)
    for (answer,) in (
        judge_numbered(replace(gone, job=UNKNOWN), 0),
        judge_gathered(replace(gone, job=UNKNOWN), [0], Sought.FACTS, []),
    ):
        assert isinstance(answer, ContractsError)
        assert "a worker of Spark can't import nowhere" in str(answer)
        assert "PYSPARK_PYTHON" in str(answer)


UNKNOWN = b"cnowhere\nthing\n."
"""A pickle of what stands in a module that isn't there."""
