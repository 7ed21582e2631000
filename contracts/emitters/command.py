"""`--command "…"`: one process a trigger, in any language.

The process reads the trigger as one JSON object on standard input. What it emits it writes as captures to
standard output, or posts to `$CONTRACTS_SINK_URL`. A process that ends with 0 and emits nothing doesn't implement
the event. Deliveries can be refused only where they are posted.
"""

from __future__ import annotations

import time
from collections.abc import Iterator
from contextlib import ExitStack
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING

from contracts.emitters.captures import read_captures
from contracts.emitters.parts.address import Address
from contracts.emitters.parts.inbox import Inbox, listening, was_refused
from contracts.emitters.parts.options import TERMS, Terms, terms_of
from contracts.emitters.parts.processes import Process, describe_exit, environment, split_command
from contracts.model.driver import Capabilities, DriverKind, DriverOption, OptionValues, Plan, Step, capable_steps
from contracts.model.emission import Emission, Fault, Observation, Settled, Trigger

if TYPE_CHECKING:
    from contracts.emitters.parts.sink_server import Sink

_MOST_UNREADABLE = 1000
"""Lines of one process that are no captures, after which it is no longer read."""
_CAPTURES_ALONE = "write captures alone to standard output, and the rest to standard error"


@dataclass(frozen=True, slots=True)
class CommandDriver:
    """Runs one process a trigger.

    Attributes:
        words: the program and its arguments.
        terms: on which it is driven.
    """

    words: tuple[str, ...]
    terms: Terms

    @property
    def capabilities(self) -> Capabilities:
        """Those of its terms."""
        return self.terms.capabilities

    def observe(self, plan: Plan) -> Iterator[Observation]:
        """Run the processes of each step and yield what they sent."""
        with listening(Address("127.0.0.1", 0)) as (inbox, sink):
            for step in capable_steps(plan, self.capabilities):
                yield from inbox.unasked()
                inbox.answer = self.terms.answer(step)
                yield from _carry_out(self, step, inbox, sink)
            yield from inbox.unasked()


@dataclass(frozen=True, slots=True)
class _Outcome:
    """What one process came to; `problem` is None where it ended well."""

    captured: tuple[Emission | Fault, ...]
    problem: str | None


def _carry_out(driver: CommandDriver, step: Step, inbox: Inbox, sink: Sink) -> list[Observation]:
    outcomes = _run(driver, step, inbox, sink)
    sent, faults = inbox.take(step)
    refused = was_refused(sent)
    observations: list[Observation] = [*(item for outcome in outcomes for item in outcome.captured), *sent, *faults]
    for trigger, outcome in zip(step.triggers, outcomes, strict=True):
        # A process may well fail when its delivery is refused; what counts is whether it delivers later.
        failed = outcome.problem is not None and not refused
        fault = Fault("driver-error", outcome.problem or "", next_step=_ADVICE, trigger=trigger)
        observations.append(fault if failed else Settled(trigger, refused=refused))
    return observations


_ADVICE = "run the command by hand with the trigger on standard input; it ends with 0 also where it emits nothing"


def _run(driver: CommandDriver, step: Step, inbox: Inbox, sink: Sink) -> list[_Outcome]:
    """Run a process a trigger, all at once, and end whatever they have left running."""
    env = environment(sink.url)
    with ExitStack() as running:
        processes: list[Process] = []
        for trigger in step.triggers:
            try:
                process = Process(driver.words, stdin=trigger.model_dump_json().encode() + b"\n", env=env)
            except OSError as error:
                problem = f"{driver.words[0]} can't be started: {error.strerror or error}"
                return [_Outcome((), problem) for _ in step.triggers]
            processes.append(running.enter_context(process))
        deadline = time.monotonic() + driver.terms.timeout
        codes = [process.wait(deadline - time.monotonic()) for process in processes]
        captured = any(process.has_written for process in processes)
        if not captured and all(code is not None for code in codes):
            inbox.wait_until_quiet(sink, settle=driver.terms.settle, timeout=driver.terms.timeout)
        for process in processes:
            process.end()
        alone = step.triggers[0] if len(step.triggers) == 1 else None
        return [
            _Outcome(tuple(_captures(process, driver, alone)), _problem(process, code, driver))
            for process, code in zip(processes, codes, strict=True)
        ]


def _captures(process: Process, driver: CommandDriver, trigger: Trigger | None) -> Iterator[Emission | Fault]:
    place, unreadable = f"standard output of {Path(driver.words[0]).name}", 0
    for item in read_captures(process.written(), place):
        if isinstance(item, Emission):
            yield replace(item, trigger=trigger) if trigger else item
            continue
        yield replace(item, trigger=trigger, next_step=_CAPTURES_ALONE)
        unreadable += 1
        if unreadable == _MOST_UNREADABLE:
            # A flood takes no longer than its beginning: without a verdict the run is by then.
            message = f"{place}: {unreadable} lines are no captures; what follows them isn't read"
            yield Fault("unreadable-capture", message, trigger=trigger, next_step=_CAPTURES_ALONE)
            return


def _problem(process: Process, code: int | None, driver: CommandDriver) -> str | None:
    if code == 0:
        return None
    name = Path(driver.words[0]).name
    how = f"didn't end within {driver.terms.timeout:g} s" if code is None else describe_exit(code)
    shown = process.output()
    return f"{name} {how}" + (f"; it wrote:\n{shown}" if shown else ", and wrote nothing")


def _open(options: OptionValues) -> CommandDriver:
    return CommandDriver(
        words=split_command(options.get("command") or "", option="command"),
        terms=terms_of(options),
    )


KIND = DriverKind(
    option=DriverOption(
        name="command",
        metavar="COMMAND",
        help="A process a trigger: the trigger on its standard input, captures on its standard output or HTTP to "
        "$CONTRACTS_SINK_URL.",
    ),
    open=_open,
    shared=TERMS,
)
