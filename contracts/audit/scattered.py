"""Statements sorted out by their digests: whoever takes one bucket of all partitions has all that may be equal.

Facts are brought together by the digest of the fact, and markers by that of the marker, so that each statement goes to
two buckets. What repeats is found in a bucket as it is found in the whole (`contracts.audit.ledger`).
"""

from __future__ import annotations

from array import array
from collections.abc import Iterator, Sequence
from enum import IntEnum

from contracts.audit.statement import SIZE, Statements


class Sought(IntEnum):
    """What is brought together, and where its digest stands among the three of a statement."""

    FACTS = 0
    MARKERS = 1


def scattered(stated: Sequence[Statements], sought: Sought, buckets: int) -> Iterator[tuple[int, Statements]]:
    """Yield the statements of one file by bucket, those of each in the order in which they were made.

    Args:
        buckets: how many there are; they are numbered from 0, and one that would be empty isn't yielded.
    """
    import numpy

    if not stated:
        return
    digests = numpy.frombuffer(b"".join([one.digests for one in stated]), dtype="<u8").reshape(-1, 3 * SIZE // 8)
    bucket_of_each = digests[:, sought * SIZE // 8] % numpy.uint64(buckets)
    order = numpy.argsort(bucket_of_each, kind="stable")
    numbers, begins = numpy.unique(bucket_of_each[order], return_index=True)
    rows = digests[order]
    columns = {name: numpy.concatenate([getattr(one, name) for one in stated])[order] for name in _COLUMNS}
    for number, begin, end in zip(numbers, begins, [*begins[1:], len(order)], strict=True):
        taken = Statements(stated[0].file, bytearray(rows[begin:end].tobytes()))
        for name, column in columns.items():
            getattr(taken, name).frombytes(column[begin:end].tobytes())
        yield int(number), taken


_COLUMNS = ("pairs", "offsets", "lines", "numbers", "hours", "delivered")


def lines_after(stated: Statements, lines: int) -> Statements:
    """Return statements whose lines are counted from the begin of the file.

    Args:
        stated: statements whose lines were counted from somewhere within; its columns are the answer's.
        lines: how many come before that.
    """
    import numpy

    counted = array("q")
    counted.frombytes((numpy.asarray(stated.lines) + lines).tobytes())
    stated.lines = counted
    return stated
