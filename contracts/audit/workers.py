"""Partitions judged by several processes: each is handed out whole, and its answer is taken whole or not at all.

A worker holds one partition at a time, so that memory is bounded by their number. One that ends before it has answered
loses nothing: what it was asked is asked of a new one, since an audit of a partition is a pure function of it.
"""

from __future__ import annotations

import gc
import multiprocessing
import os
import signal
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from itertools import chain, islice
from multiprocessing.connection import Connection, wait
from multiprocessing.process import BaseProcess

from contracts.audit.records import Lines, Partition
from contracts.audit.statement import Part
from contracts.errors import HarnessError

Judges = Callable[[Partition], Part]
"""The audit of one partition."""

ALONE = 6
"""Partitions that are judged sooner here than processes have started."""
AHEAD = 16
"""Answers that are held at most while an earlier one is waited for."""
_ATTEMPTS = 3
"""Workers that a partition may cost."""
_SIGNALS = (signal.SIGINT, signal.SIGTERM, signal.SIGHUP)


def usable_processors() -> int:
    """Return how many processors this process may use."""
    if hasattr(os, "sched_getaffinity"):
        return len(os.sched_getaffinity(0))
    return os.cpu_count() or 1


def judged(audit: Judges, partitions: Iterable[Partition], workers: int) -> Iterator[Part]:
    """Judge partitions, and yield what they come to in order.

    Where they are few, and where a process can't be forked, it is this one alone that judges.

    Args:
        workers: how many processes; 0 for as many as there are processors, 1 for this one alone.

    Raises:
        HarnessError: a partition has ended several workers.
    """
    source = iter(partitions)
    count = workers or usable_processors()
    if count == 1 or "fork" not in multiprocessing.get_all_start_methods():
        yield from map(audit, source)
        return
    first = tuple(islice(source, ALONE + 1)) if workers == 0 else ()
    if 0 < len(first) <= ALONE or (workers == 0 and not first):
        yield from map(audit, first)
        return
    with _Workers(audit, count) as started:
        yield from started.answers(chain(first, source))


@dataclass(slots=True)
class _Worker:
    process: BaseProcess
    line: Connection
    asked: Partition | None = None
    number: int = 0
    attempts: int = 0


class _Workers:
    """Processes that are forked from this one, and end with it.

    Args:
        audit: what each of them does.
    """

    def __init__(self, audit: Judges, count: int) -> None:
        self._audit = audit
        self._count = count
        self._context = multiprocessing.get_context("fork")
        self._workers: list[_Worker] = []

    def __enter__(self) -> _Workers:
        # What is there already isn't touched by the collector, whose marks would copy its pages.
        gc.freeze()
        for _ in range(self._count):
            self._workers.append(self._started())
        gc.unfreeze()
        return self

    def __exit__(self, *_: object) -> None:
        for worker in self._workers:
            worker.line.close()
        for worker in self._workers:
            if worker.asked is not None:
                worker.process.terminate()
            worker.process.join()

    def _started(self) -> _Worker:
        ours, theirs = self._context.Pipe()
        # A worker that held the others' lines open would keep them waiting when this process is killed.
        strangers = [ours, *(worker.line for worker in self._workers)]
        process = self._context.Process(target=_work, args=(self._audit, theirs, strangers), daemon=True)
        with _signals_later():
            process.start()
        theirs.close()
        return _Worker(process, ours)

    def answers(self, partitions: Iterator[Partition]) -> Iterator[Part]:
        """Yield what each partition comes to, in order."""
        early: dict[int, Part] = {}
        told, source = 0, enumerate(partitions)
        idle = list(self._workers)
        while idle or any(worker.asked is not None for worker in self._workers):
            while idle and len(early) < AHEAD:
                idle = idle[1:] if self._ask(idle[0], next(source, None)) else []
            busy = {worker.line: worker for worker in self._workers if worker.asked is not None}
            for line in wait(list(busy)) if busy else ():
                worker = busy[line]  # type: ignore[index]  # only connections are waited for
                early[worker.number] = self._answer(worker)
                # It is asked on before the answer is looked at, so that it needn't wait.
                if len(early) >= AHEAD:
                    idle.append(worker)
                else:
                    self._ask(worker, next(source, None))
            while told in early:
                yield early.pop(told)
                told += 1

    def _ask(self, worker: _Worker, numbered: tuple[int, Partition] | None) -> bool:
        """Ask a worker for a partition, where there is one more."""
        if numbered is None:
            return False
        worker.number, worker.asked = numbered
        worker.attempts = 0
        # Where it has ended, that is dealt with where its answer is waited for.
        with suppress(OSError):
            worker.line.send(worker.asked)
        return True

    def _answer(self, worker: _Worker) -> Part:
        while True:
            try:
                part: Part = worker.line.recv()
            except (EOFError, OSError):
                self._replace(worker)
            else:
                worker.asked = None
                return part

    def _replace(self, worker: _Worker) -> None:
        partition, attempts = worker.asked, worker.attempts + 1
        worker.line.close()
        worker.process.join()
        if partition is None or attempts == _ATTEMPTS:
            at = f" (line {partition.at.line} of file {partition.file + 1})" if isinstance(partition, Lines) else ""
            raise HarnessError(
                f"{attempts} worker processes have ended one after the other on the same part of the input{at}, "
                f"the last with status {worker.process.exitcode}",
                next_step="see whether the system ends processes for want of memory; --workers 1 needs the least",
            )
        fresh = self._started()
        worker.process, worker.line = fresh.process, fresh.line
        self._ask(worker, (worker.number, partition))
        worker.attempts = attempts


@contextmanager
def _signals_later() -> Iterator[None]:
    """Let signals wait while a worker is forked: it begins with them waiting too, and none finds it half made."""
    before = signal.pthread_sigmask(signal.SIG_BLOCK, _SIGNALS)
    try:
        yield
    finally:
        signal.pthread_sigmask(signal.SIG_SETMASK, before)


def _work(audit: Judges, line: Connection, strangers: Iterable[Connection]) -> None:
    """Answer what is asked until the other end is closed."""
    # An interrupt of the terminal reaches all processes; what it means is decided by the one that started them. What
    # that one does to end tidily isn't a worker's to do.
    for number in _SIGNALS:
        ignored = number is signal.SIGINT or signal.getsignal(number) is signal.SIG_IGN
        signal.signal(number, signal.SIG_IGN if ignored else signal.SIG_DFL)
    signal.pthread_sigmask(signal.SIG_UNBLOCK, _SIGNALS)
    for stranger in strangers:
        stranger.close()
    while True:
        try:
            partition = line.recv()
        except EOFError:
            return
        line.send(audit(partition))
