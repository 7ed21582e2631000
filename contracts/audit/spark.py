"""An audit on Spark: the same function of a span, by as many workers as the master has, to the same answer.

Spark carries spans out and answers back, and no text: a worker opens its span itself, since Spark's readers drop what
an audit must see, such as a byte order mark, an offset or the number of a line. Statements are shuffled by their
digests, and what repeats is found by the workers, bucket by bucket. Of each span and of each part of the shuffle a
summary reaches this process.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Iterator, Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import contextmanager
from typing import Any

from contracts.audit.judge import AuditJob
from contracts.audit.run import Verdicts, Way, told_of
from contracts.audit.scattered import Sought
from contracts.audit.spans import spans_of
from contracts.audit.spans_judged import AcrossTold, SpanTold, lines_before_each, summary_after
from contracts.audit.spark_session import reason_of, spark_session
from contracts.audit.spark_tasks import (
    INSTALL,
    SCHEMA,
    TOLD,
    Assignment,
    judge_gathered,
    judge_numbered,
    rows_of,
    unpickled,
)
from contracts.audit.summary import Summary
from contracts.errors import ContractsError, HarnessError, Where
from contracts.model.audit import Audit, AuditProgress

_BUCKETS = 16
"""Buckets for each part that they are shuffled to: where few hash to one part many even it out."""
_WAVES = 32
_SPANS = 8
"""Spans for each worker in a wave, where that makes no more than so many waves."""
_AT_ONCE = 2
"""Waves that are begun at once, so that no worker waits for another one's last span."""
_POLL = 0.1
_BROKEN = "see whether workers are ended for want of memory, or their disk is full (spark.local.dir)"
_NO_PYTHON = ("No module named", "Cannot run program")
_TASK = re.compile(r"Task (\d+) in stage")


def audit_on_spark(job: AuditJob, files: Sequence[str], verdicts: Verdicts, master: str, way: Way) -> Audit:
    """Read the files by the workers of a Spark master, and tell what emitters really sent.

    Raises:
        MisuseError: PySpark, Java or a library isn't there, there is no such master, or a worker finds no such file.
        HarnessError: Spark breaks, or workers end one after the other.
    """
    with spark_session(master) as session:
        return audit_by(session, job, files, verdicts, way)


def audit_by(session: Any, job: AuditJob, files: Sequence[str], verdicts: Verdicts, way: Way) -> Audit:
    """Do so with a session that is there."""
    from pyspark import cloudpickle

    spans = spans_of(files)
    parts = max(1, session.sparkContext.defaultParallelism)
    assignment = Assignment(cloudpickle.dumps(job), spans, files, parts * _BUCKETS)
    whole, line_ends, judged = Summary(job.keep), list[int](), list[Any]()
    size = sum(span.end - span.begin for span in spans)
    for numbers, (rows, told) in _waves(session, assignment, way.is_interrupted):
        line_ends += [one.line_ends for one in sorted(told, key=lambda one: one.span)]
        before = lines_before_each(spans, line_ends)
        for one in told:
            whole.add(summary_after(one.summary, before[one.span]))
        judged.append(rows)
        read = sum(span.end - span.begin for span in spans[: numbers.stop])
        way.watch(AuditProgress(whole.events, read, size))
    before = lines_before_each(spans, line_ends)
    counts: dict[tuple[str, str], tuple[int, int]] = {}
    for sought in Sought if judged else ():
        for across in _across(assignment, judged, sought, parts, before):
            whole.add(across.summary)
            for pair, (facts, repeats) in across.counts.items():
                known = counts.get(pair, (0, 0))
                counts[pair] = known[0] + facts, known[1] + repeats
    return told_of(job, files, whole, counts, verdicts, partial=way.is_interrupted())


def _waves(
    session: Any, assignment: Assignment, is_interrupted: Callable[[], bool]
) -> Iterator[tuple[range, tuple[Any, list[SpanTold]]]]:
    """Have spans judged wave by wave, and yield what each comes to, in order; none after an interrupt."""
    count = len(assignment.spans)
    step = max(_SPANS * session.sparkContext.defaultParallelism, -(-count // _WAVES))
    waiting = [range(begin, min(begin + step, count)) for begin in range(0, count, step)]
    begun: list[tuple[range, Future[tuple[Any, list[SpanTold]]]]] = []
    with ThreadPoolExecutor(_AT_ONCE) as pool:
        try:
            while (waiting or begun) and not is_interrupted():
                while waiting and len(begun) < _AT_ONCE:
                    wave = waiting.pop(0)
                    begun.append((wave, pool.submit(_judged, session, assignment, wave)))
                wave, answer = begun[0]
                if _is_done(answer):
                    begun.pop(0)
                    yield wave, answer.result()
        finally:
            if begun:
                session.sparkContext.cancelAllJobs()


def _is_done(answer: Future[Any]) -> bool:
    try:
        answer.exception(_POLL)
    except TimeoutError:
        return False
    return True


def _judged(session: Any, assignment: Assignment, wave: range) -> tuple[Any, list[SpanTold]]:
    """Have spans judged, each by a task of its own; return all rows that came of it, and what the spans come to."""
    from pyspark import StorageLevel

    def work(batches: Iterable[Any]) -> Iterator[Any]:
        for batch in batches:
            for number in batch.column(0).to_pylist():
                yield from rows_of(judge_numbered(assignment, number))

    numbers = session.range(wave.start, wave.stop, 1, len(wave))
    # They are asked for twice, and are judged again only where the worker that keeps them is lost.
    rows = numbers.mapInArrow(work, SCHEMA).persist(StorageLevel.DISK_ONLY)
    with _breaking(assignment, wave):
        return rows, _taken(rows.where(f"kind = {TOLD}").collect())


def _across(
    assignment: Assignment, judged: Sequence[Any], sought: Sought, parts: int, before: Sequence[int]
) -> list[AcrossTold]:
    """Have what falls into one bucket brought together, and return what the buckets come to."""

    def work(batches: Iterable[Any]) -> Iterator[Any]:
        answers = (answer for batch in batches for answer in batch.column(0).to_pylist())
        yield from rows_of(judge_gathered(assignment, before, sought, answers))

    rows = judged[0]
    for more in judged[1:]:
        rows = rows.union(more)
    shuffled = rows.where(f"kind = {int(sought)}").repartition(parts, "bucket").select("answer")
    with _breaking(assignment, None):
        told: list[AcrossTold] = _taken(shuffled.mapInArrow(work, SCHEMA).collect())
    return told


def _taken(rows: Iterable[Any]) -> list[Any]:
    """Return answers, and raise the first error among them."""
    answers = [unpickled(bytes(row.answer)) for row in rows]
    for answer in answers:
        if isinstance(answer, ContractsError):
            raise answer
    return answers


@contextmanager
def _breaking(assignment: Assignment, wave: range | None) -> Iterator[None]:
    """Say of a job that Spark gave up what was judged, and why it broke."""
    try:
        yield
    except ContractsError:
        raise
    except Exception as error:  # noqa: BLE001 - Java's errors, the bridge's and PySpark's have no class in common
        task = _TASK.search(str(error))
        span = assignment.spans[wave[int(task[1])]] if wave is not None and task is not None else None
        reason = reason_of(error)
        raise HarnessError(
            f"Spark gave up: {reason}",
            where=None if span is None else Where(f"{span.name} (bytes {span.begin} to {span.end})"),
            next_step=INSTALL if any(words in reason for words in _NO_PYTHON) else _BROKEN,
        ) from None
