"""What a driver's sink has taken, and when nothing more is to be expected."""

from __future__ import annotations

import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING

from contracts.emitters.parts.address import Address
from contracts.emitters.parts.answers import ACCEPT, SinkAnswer
from contracts.model.driver import Step
from contracts.model.emission import Emission, Fault, Observation

if TYPE_CHECKING:
    from contracts.emitters.parts.sink_server import Sink


@dataclass
class Inbox:
    """Collects what arrives; `answer` is what a delivery gets, and is set before each step."""

    answer: SinkAnswer = ACCEPT
    _lock: threading.Lock = field(default_factory=threading.Lock)
    _emissions: list[Emission] = field(default_factory=list)
    _complaints: list[tuple[str, str]] = field(default_factory=list)
    _last: float = field(default_factory=time.monotonic)

    def record(self, emission: Emission) -> None:
        """Take an emission."""
        with self._lock:
            self._emissions.append(emission)
            self._last = time.monotonic()

    def complain(self, message: str) -> None:
        """Take what couldn't be read."""
        with self._lock:
            self._complaints.append((message, "send whole HTTP/1.1 requests to the sink"))
            self._last = time.monotonic()

    @property
    def last(self) -> float:
        """The moment when something came last, by `time.monotonic`."""
        with self._lock:
            return self._last

    def wait_until_read(self, sink: Sink, *, timeout: float) -> None:
        """Wait until everything that has been sent is taken and answered.

        After `timeout` seconds it is a complaint that something is still on its way.
        """
        deadline = time.monotonic() + timeout
        while sink.is_busy:
            if time.monotonic() > deadline:
                self._complain_of_sending(timeout)
                return
            time.sleep(0.001)

    def _complain_of_sending(self, timeout: float) -> None:
        with self._lock:
            self._complaints.append(
                (f"the emitter was still sending after {timeout:g} s", "make it end, or say a longer --timeout")
            )

    def wait_until_quiet(self, sink: Sink, *, settle: float, timeout: float) -> None:
        """Wait until nothing is under way and nothing came for `settle` seconds.

        After `timeout` seconds it is a complaint that the emitter is still sending.
        """
        began = time.monotonic()
        while (now := time.monotonic()) - began < timeout:
            rest = settle - (now - max(began, self._last))
            if rest <= 0 and not sink.is_busy:
                return
            time.sleep(min(max(rest, 0.005), 0.05))
        self._complain_of_sending(timeout)

    def unasked(self) -> list[Observation]:
        """Return what came since the last step: nobody knows which trigger caused it, if any did."""
        emissions, faults = self.take(Step(()))
        return [*emissions, *faults]

    def take(self, step: Step) -> tuple[list[Emission], list[Fault]]:
        """Return what came since the last call.

        An emission is given its trigger where only one was under way: of several at once nobody knows which
        of them caused it.
        """
        trigger = step.triggers[0] if len(step.triggers) == 1 else None
        with self._lock:
            emissions, self._emissions = self._emissions, []
            complaints, self._complaints = self._complaints, []
        faults = [Fault("driver-error", what, next_step=advice, trigger=trigger) for what, advice in complaints]
        return [replace(emission, trigger=trigger) for emission in emissions], faults


@contextmanager
def listening(address: Address) -> Iterator[tuple[Inbox, Sink]]:
    """Run a sink with an inbox of its own.

    Raises:
        MisuseError: nobody can listen there.
    """
    from contracts.emitters.parts.sink_server import Sink

    inbox = Inbox()
    sink = Sink(address, answer=lambda _: inbox.answer, record=inbox.record, complain=inbox.complain)
    try:
        yield inbox, sink
    finally:
        sink.close()


def was_refused(emissions: list[Emission]) -> bool:
    """Was a delivery made, and not taken?"""
    return any(emission.delivered is False for emission in emissions)
