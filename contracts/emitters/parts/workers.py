"""Threads that call an emitter: several at once, each within a bound."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable, Sequence
from concurrent.futures import Future
from queue import SimpleQueue

_Job = tuple[Callable[[], None], "Future[None]", threading.Barrier]


class Workers:
    """Daemon threads that stay the same from call to call, because some libraries bind an object to a thread.

    Args:
        watch: told of each thread before it starts.
    """

    def __init__(self, watch: Callable[[threading.Thread], None]) -> None:
        self._watch = watch
        self._queues: list[SimpleQueue[_Job | None]] = []
        self.threads: tuple[threading.Thread, ...] = ()

    def run(self, calls: Sequence[Callable[[], None]], timeout: float) -> tuple[Future[None], ...]:
        """Start `calls` at the same moment and wait for them.

        Returns:
            A future for each, in order; one that isn't done was still running after `timeout` seconds.
        """
        while len(self._queues) < len(calls):
            self._add()
        futures: tuple[Future[None], ...] = tuple(Future() for _ in calls)
        barrier = threading.Barrier(len(calls))
        for queue, call, future in zip(self._queues, calls, futures, strict=False):
            queue.put((call, future, barrier))
        deadline = time.monotonic() + timeout
        for future in futures:
            _wait(future, deadline - time.monotonic())
        return futures

    def close(self) -> None:
        """End the threads; one that is stuck in the emitter is left to the end of the process."""
        for queue in self._queues:
            queue.put(None)
        for thread in self.threads:
            thread.join(0.2)

    def _add(self) -> None:
        queue: SimpleQueue[_Job | None] = SimpleQueue()
        thread = _Worker(target=_serve, args=(queue,), name=f"emitter-{len(self._queues)}", daemon=True)
        self._watch(thread)
        self._queues.append(queue)
        self.threads = (*self.threads, thread)
        thread.start()


class _Worker(threading.Thread):
    """A daemon whose children aren't: a thread inherits the flag, and an emitter's is to be as the emitter meant it."""

    _is_serving = False

    @property
    def daemon(self) -> bool:  # type: ignore[override] # it is read-only here: nobody sets it after the start
        return not self._is_serving

    def run(self) -> None:
        self._is_serving = True
        try:
            super().run()
        finally:
            self._is_serving = False


def _serve(queue: SimpleQueue[_Job | None]) -> None:
    while job := queue.get():
        call, future, barrier = job
        barrier.wait()
        try:
            call()
        except BaseException as error:  # noqa: BLE001 - also SystemExit: an emitter must not end the run
            future.set_exception(error)
        else:
            future.set_result(None)


def _wait(future: Future[None], seconds: float) -> None:
    from concurrent.futures import wait

    wait((future,), timeout=max(0.0, seconds))
