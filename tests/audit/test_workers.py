"""Several processes come to what one comes to, and one that ends loses nothing."""

from __future__ import annotations

import os
import signal
import time
from collections.abc import Iterator
from functools import partial
from pathlib import Path

import pytest

from contracts.audit import workers
from contracts.audit.judge import Judge
from contracts.audit.records import Lines, Partition
from contracts.audit.run import Verdicts, Way, audit
from contracts.audit.statement import Part
from contracts.audit.workers import judged
from contracts.errors import HarnessError
from contracts.model.audit import Position
from tests.audit.support import event, job, lines

JUDGE = Judge(job())
COUNT = 12


def partitions() -> Iterator[Partition]:
    """Yield blocks of three lines each, one of which is broken."""
    for number in range(COUNT):
        log = lines(event(2 * number), event(2 * number + 1, extra=1), event(0))
        yield Lines(Position(0, number * 1000, 1 + 3 * number), log)


def ends(at: Path, often: int, partition: Partition) -> Part:
    """Judge a partition, but be killed on the sixth one as often as that."""
    assert isinstance(partition, Lines)
    if partition.at.line == 1 + 3 * 5 and len(list(at.iterdir())) < often:
        (at / str(os.getpid())).touch()
        os.kill(os.getpid(), signal.SIGKILL)
    return JUDGE.audit(partition)


@pytest.mark.parametrize("often", [0, 1, 2])
def test_a_worker_that_is_killed_loses_nothing(often: int, tmp_path: Path) -> None:
    """What it was asked is asked of another one, and nothing is counted twice."""
    parts = list(judged(partial(ends, tmp_path, often), partitions(), 2))
    assert len(list(tmp_path.iterdir())) == often
    alone = [JUDGE.audit(partition) for partition in partitions()]
    assert parts == alone


def test_one_that_takes_long_holds_up_no_more_than_a_few(monkeypatch: pytest.MonkeyPatch) -> None:
    """Answers come in order, and the others run ahead within bounds."""
    monkeypatch.setattr(workers, "AHEAD", 3)
    read = 0

    def counted() -> Iterator[Partition]:
        nonlocal read
        for partition in partitions():
            read += 1
            yield partition

    def slow_at_first(partition: Partition) -> Part:
        assert isinstance(partition, Lines)
        time.sleep(0.3 if partition.at.line == 1 else 0)
        return JUDGE.audit(partition)

    answers = judged(slow_at_first, counted(), 2)
    first = next(answers)
    assert read <= 1 + 3 + 1
    assert [first, *answers] == [JUDGE.audit(partition) for partition in partitions()]


def test_what_kills_every_worker_is_named(tmp_path: Path) -> None:
    """After three of them the audit ends, and says on which part of the input."""
    with pytest.raises(HarnessError, match="line 16 of file 1"):
        list(judged(partial(ends, tmp_path, 9), partitions(), 2))


def test_no_worker_outlives_the_audit() -> None:
    """Left in the middle, they are ended: none goes on judging for nobody."""
    processes: set[int] = set()

    def slow(partition: Partition) -> Part:
        part = JUDGE.audit(partition)
        part.summary.others = os.getpid()
        time.sleep(0.01)
        return part

    answers = judged(slow, partitions(), 2)
    processes = {next(answers).summary.others for _ in range(4)}
    answers.close()  # type: ignore[attr-defined]  # it is a generator
    assert processes
    for process in processes:
        with pytest.raises(ProcessLookupError):
            os.kill(process, 0)


def test_files_judged_by_several_processes_come_to_the_same(tmp_path: Path) -> None:
    """The JSON is the same byte for byte, however many there are."""
    names = []
    for number in range(3):
        file = tmp_path / f"{number}.log"
        file.write_bytes(lines(*(event(each % 7, extra=1) if each % 5 == 0 else event(each) for each in range(40))))
        names.append(str(file))
    found = [audit(job(), names, Verdicts(), Way(count)).to_json() for count in (1, 2, 3)]
    assert found[0] == found[1] == found[2]
    assert found[0]["events"] == 120
