"""What is done to spans and buckets, by whoever does it: pure functions, whose answers go together in any order."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, replace

from contracts.audit.judge import Judge
from contracts.audit.ledger import Ledger
from contracts.audit.scattered import Sought, lines_after, scattered
from contracts.audit.spans import Span, line_ends_before, partitions_in
from contracts.audit.statement import Statements
from contracts.audit.summary import Broken, Summary

TOGETHER = 1 << 18
"""Statements that are sorted out together; no more of a span are held."""


@dataclass(frozen=True, slots=True)
class SpanTold:
    """What a span comes to.

    Attributes:
        span: its number.
        summary: its lines are counted from its begin.
        line_ends: how many it has; none of a whole file.
    """

    span: int
    summary: Summary
    line_ends: int


@dataclass(frozen=True, slots=True)
class Bucket:
    """Statements of one span that fall into one bucket.

    Attributes:
        stated: their lines are counted from the span's begin.
    """

    sought: Sought
    number: int
    span: int
    stated: Statements


@dataclass(frozen=True, slots=True)
class AcrossTold:
    """What buckets come to, as far as it is only seen across spans.

    Attributes:
        counts: distinct facts and repeats of each pair; none where markers were sought.
    """

    summary: Summary
    counts: dict[tuple[str, str], tuple[int, int]]


def judge_span(judge: Judge, number: int, span: Span, keep: int, buckets: int) -> Iterator[SpanTold | Bucket]:
    """Yield the statements of a span by bucket, and at last what it comes to.

    Args:
        keep: how many places of a broken rule are kept.
        buckets: how many there are of each kind.
    """
    whole, line_ends, waiting = Summary(keep), 0, list[Statements]()
    for partition in partitions_in(span):
        part = judge.audit(partition)
        whole.add(part.summary)
        if len(part.statements):
            waiting.append(part.statements)
        if sum(map(len, waiting)) >= TOGETHER:
            yield from _buckets(waiting, number, buckets)
            waiting = []
        line_ends = 0 if span.is_whole else line_ends_before(partition)
    yield from _buckets(waiting, number, buckets)
    yield SpanTold(number, whole, line_ends)


def _buckets(waiting: Sequence[Statements], span: int, buckets: int) -> Iterator[Bucket]:
    for sought in Sought:
        for number, stated in scattered(waiting, sought, buckets):
            yield Bucket(sought, number, span, stated)


def judge_across(
    judge: Judge,
    pairs: Sequence[tuple[str, str]],
    files: Sequence[str],
    lines_before: Sequence[int],
    sought: Sought,
    given: Iterable[Bucket],
) -> AcrossTold:
    """Return what whole buckets come to.

    Args:
        pairs: the emitter and the event of each pair, by its number.
        files: the input's names.
        lines_before: how many lines of its file come before each span.
        given: all that falls into these buckets, in any order.

    Raises:
        HarnessError: the disk takes no more.
    """
    with Ledger(pairs) as ledger:
        for bucket in given:
            ledger.add(lines_after(bucket.stated, lines_before[bucket.span]))
            if ledger.is_full():
                ledger.write()
        if sought is Sought.MARKERS:
            return AcrossTold(judge.across(ledger.findings_of_markers(files)), {})
        return AcrossTold(judge.across(ledger.findings_of_facts(files)), ledger.counts())


def summary_after(summary: Summary, lines: int) -> Summary:
    """Return a span's summary with its lines counted from the begin of the file, of which so many come before."""
    broken = {
        kind: Broken(one.count, [replace(each, at=replace(each.at, line=each.at.line + lines)) for each in one.first])
        for kind, one in summary.broken.items()
    }
    return replace(summary, broken=broken)


def lines_before_each(spans: Sequence[Span], line_ends: Sequence[int]) -> list[int]:
    """Return how many lines of its file come before each span.

    Args:
        line_ends: how many each of the spans has, as far as that is known; all spans of a file before it are.
    """
    before: list[int] = []
    for number, span in enumerate(spans[: len(line_ends)]):
        follows = number > 0 and spans[number - 1].file == span.file
        before.append(before[-1] + line_ends[number - 1] if follows else 0)
    return before
