"""What a worker of Spark does: spans and buckets come in by number and in pickles, answers go out in rows of bytes."""

from __future__ import annotations

import pickle
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from functools import lru_cache
from typing import Any

from contracts.audit.inputs import refuse_unopenable
from contracts.audit.judge import AuditJob, Judge
from contracts.audit.scattered import Sought
from contracts.audit.spans import Span
from contracts.audit.spans_judged import AcrossTold, Bucket, SpanTold, judge_across, judge_span
from contracts.errors import ContractsError, MisuseError

SCHEMA = "kind int, bucket int, answer binary"
TOLD = len(Sought)
"""The kind of a row that goes to who asked; the others' are what they bring together."""
INSTALL = "install webinar-contracts[spark] and the contract package in the workers' Python (PYSPARK_PYTHON)"
"""What to do where a worker finds a module not."""
_ROWS = 16
"""Rows that are handed on together."""


@dataclass(frozen=True, slots=True)
class Assignment:
    """What every worker is told.

    Attributes:
        job: pickled, for each worker process to read once.
        buckets: how many there are of each kind.
    """

    job: bytes
    spans: Sequence[Span]
    files: Sequence[str]
    buckets: int


def judge_numbered(assignment: Assignment, number: int) -> Iterator[SpanTold | Bucket | ContractsError]:
    """Yield what a span comes to, or the error that a run without Spark would have ended with."""
    span = assignment.spans[number]
    try:
        judge, job = _judge(assignment.job)
        _refuse_elsewhere(span)
        yield from judge_span(judge, number, span, job.keep, assignment.buckets)
    except ContractsError as error:
        yield error


def _refuse_elsewhere(span: Span) -> None:
    try:
        refuse_unopenable(span.name)
    except MisuseError as error:
        raise MisuseError(
            f"on a worker of Spark {error.what}",
            where=error.where,
            next_step="put it where every worker sees it under this path, or name its address in a bucket",
        ) from None


def judge_gathered(
    assignment: Assignment, before: Sequence[int], sought: Sought, answers: Iterable[bytes]
) -> Iterator[AcrossTold | ContractsError]:
    """Yield what buckets come to, or likewise an error."""
    try:
        judge, job = _judge(assignment.job)
        pairs = [(pair.emitter, pair.event) for pair in job.domain.registry.pairs()]
        given = map(unpickled, answers)
        yield judge_across(judge, pairs, assignment.files, before, sought, given)
    except ContractsError as error:
        yield error


@lru_cache(maxsize=1)
def _judge(job: bytes) -> tuple[Judge, AuditJob]:
    try:
        read: AuditJob = unpickled(job)
    except ImportError as error:
        raise MisuseError(
            f"a worker of Spark can't import {error.name}",
            next_step=INSTALL,
        ) from None
    return Judge(read), read


def unpickled(answer: bytes) -> Any:
    """Read what another process of the same audit has written."""
    return pickle.loads(answer)  # noqa: S301 - Spark's own processes exchange pickles, and these are of our own


def rows_of(answers: Iterable[SpanTold | Bucket | AcrossTold | ContractsError]) -> Iterator[Any]:
    """Yield answers as Arrow's batches, a few of them together."""
    import pyarrow

    schema = pyarrow.schema([("kind", pyarrow.int32()), ("bucket", pyarrow.int32()), ("answer", pyarrow.binary())])
    rows: list[dict[str, Any]] = []
    for answer in answers:
        kind, bucket = (answer.sought, answer.number) if isinstance(answer, Bucket) else (TOLD, 0)
        rows.append({"kind": int(kind), "bucket": bucket, "answer": pickle.dumps(answer)})
        if len(rows) == _ROWS:
            yield pyarrow.RecordBatch.from_pylist(rows, schema)
            rows = []
    yield pyarrow.RecordBatch.from_pylist(rows, schema)
