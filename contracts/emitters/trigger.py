"""`--trigger URL --sink HOST:PORT`: the emitter is told of a fact over HTTP and sends to the toolkit's sink.

The trigger is posted as a JSON object. 2xx says that it was carried out, 404 and 501 that the event isn't
implemented; any other status is an error, except after a delivery that was refused on purpose.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import ExitStack
from dataclasses import dataclass
from typing import TYPE_CHECKING

from contracts.emitters.parts.address import Address, parse_address
from contracts.emitters.parts.http_calls import Calls, Reply, checked_url, never_found
from contracts.emitters.parts.inbox import Inbox, listening, was_refused
from contracts.emitters.parts.options import TERMS, Terms, terms_of
from contracts.emitters.parts.processes import Process
from contracts.emitters.parts.request_headers import HEADER, request_headers
from contracts.emitters.parts.started import READY, START, NotStartedError, Start, how_it_ended, start_of, started
from contracts.errors import MisuseError
from contracts.model.driver import Capabilities, DriverKind, DriverOption, OptionValues, Plan, Step, capable_steps
from contracts.model.emission import Fault, Observation, Settled

if TYPE_CHECKING:
    from contracts.emitters.parts.sink_server import Sink


@dataclass(frozen=True, slots=True)
class TriggerDriver:
    """Tells an emitter of facts and receives what it sends.

    Attributes:
        url: where triggers are posted.
        sink: where the emitter sends to.
        start: how the emitter's process is started, if the driver starts it.
        headers: sent with each trigger.
        terms: on which it is driven.
    """

    url: str
    sink: Address
    start: Start
    headers: tuple[tuple[str, str], ...]
    terms: Terms

    @property
    def capabilities(self) -> Capabilities:
        """Those of its terms."""
        return self.terms.capabilities

    def observe(self, plan: Plan) -> Iterator[Observation]:
        """Post each step's triggers and yield what the emitter sent.

        Raises:
            MisuseError: nobody can listen at the sink's address.
        """
        calls = Calls(self.terms.timeout, dict(self.headers))
        statuses: set[int] = set()
        try:
            with ExitStack() as parts:
                # The process ends before the sink does, so that nothing it sends is lost.
                inbox, sink = parts.enter_context(listening(self.sink))
                process = parts.enter_context(started(self.start, sink_url=sink.url, timeout=self.terms.timeout))
                for step in capable_steps(plan, self.capabilities):
                    yield from inbox.unasked()
                    replies = _posted(self, step, calls, inbox, sink)
                    statuses |= {reply.status for reply in replies if isinstance(reply, Reply)}
                    yield from _observed(self, step, replies, inbox, process)
                yield from inbox.unasked()
            if statuses == {404}:
                yield never_found(self.url, "where the emitter takes triggers")
        except NotStartedError as error:
            yield Fault("driver-error", str(error), next_step="see what --start and --ready name")
        finally:
            calls.close()


def _posted(driver: TriggerDriver, step: Step, calls: Calls, inbox: Inbox, sink: Sink) -> list[Reply | str]:
    """Post a step's triggers at once and wait until the emitter has sent what it sends."""
    inbox.answer = driver.terms.answer(step)
    replies = calls.post(driver.url, [trigger.model_dump() for trigger in step.triggers])
    inbox.wait_until_quiet(sink, settle=driver.terms.settle, timeout=driver.terms.timeout)
    return replies


def _observed(
    driver: TriggerDriver, step: Step, replies: list[Reply | str], inbox: Inbox, process: Process | None
) -> list[Observation]:
    emissions, faults = inbox.take(step)
    refused = was_refused(emissions)
    observations: list[Observation] = [*emissions, *faults]
    for trigger, reply in zip(step.triggers, replies, strict=True):
        problem = _problem(driver, reply)
        # An emitter may well answer an error when its delivery is refused; what counts is what it does later.
        if problem is None or (refused and isinstance(reply, Reply)):
            observations.append(Settled(trigger, refused=refused))
        else:
            message = problem + how_it_ended(process)
            observations.append(Fault("driver-error", message, next_step=_ADVICE, trigger=trigger))
    return observations


_ADVICE = "the emitter answers 2xx once it has taken the trigger, and 501 where it doesn't implement the event"


def _problem(driver: TriggerDriver, reply: Reply | str) -> str | None:
    if isinstance(reply, str):
        return reply
    if reply.is_success or reply.says_not_implemented:
        return None
    return f"{driver.url} answered {reply.status}{reply.excerpt()}"


def _open(options: OptionValues) -> TriggerDriver:
    address = options.get("sink")
    if address is None:
        raise MisuseError("--trigger needs --sink HOST:PORT", next_step="name the address that the emitter sends to")
    sink, start = parse_address(address, option="sink"), start_of(options)
    if sink.port == 0 and not start.words:
        raise MisuseError(
            "--sink with port 0 needs --start",
            next_step="choose a port that the emitter knows; a process that is started finds it in CONTRACTS_SINK_URL",
        )
    return TriggerDriver(
        url=checked_url(options.get("trigger") or "", option="trigger"),
        sink=sink,
        start=start,
        headers=request_headers(options),
        terms=terms_of(options),
    )


KIND = DriverKind(
    option=DriverOption(name="trigger", metavar="URL", help="Where the emitter is told of a fact; it sends to --sink."),
    open=_open,
    shared=(
        DriverOption(
            name="sink",
            metavar="HOST:PORT",
            help="Where the emitter sends to; what comes there is verified.",
        ),
        HEADER,
        START,
        READY,
        *TERMS,
    ),
)
