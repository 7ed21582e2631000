"""What the engine asks of an emitter's driver, and what a driver can do. Each driver is one file in `emitters/`."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass, replace
from typing import Protocol

from contracts.errors import MisuseError
from contracts.model.durations import parse_seconds
from contracts.model.emission import Driven, Observation, Trigger


@dataclass(frozen=True, slots=True)
class Capabilities:
    """What a driver can do to an emitter; the promises it can't test are reported as untested.

    Attributes:
        drives: it triggers facts itself; recorded captures don't.
        refuses: it can refuse a delivery on purpose, and ask for a retry.
        simultaneous: it can have several triggers under way at once.
        described: it asks by the names that a pact gives, so that each interaction is asked for by its own.
        seed: what makes the facts that it asks for its own, where that was named; else each run has another one.
    """

    drives: bool = False
    refuses: bool = False
    simultaneous: bool = False
    described: bool = False
    seed: str | None = None

    def of_recorded(self, run: Driven) -> Capabilities:
        """Return what can be tested by the record of a driven run: what its driver could, and each one before it."""
        refuses = run.refuses and (self.refuses or not self.drives)
        simultaneous = run.simultaneous and (self.simultaneous or not self.drives)
        return replace(self, drives=True, refuses=refuses, simultaneous=simultaneous)


@dataclass(frozen=True, slots=True)
class Step:
    """Triggers that are under way at the same time; the next step waits for them.

    Attributes:
        triggers: one, or several at once.
        refuse: every delivery during this step is refused (503 or a refused connection).
        description: what a pact calls the interaction that is asked for; None where no pact speaks of the event.
        state: the provider state that it begins from.
        planned: the registry expects nothing of the emitter yet: that it has no answer is no fault.
    """

    triggers: tuple[Trigger, ...]
    refuse: bool = False
    description: str | None = None
    state: str | None = None
    planned: bool = False


Plan = Iterable[Step]
"""What a driven emitter is asked for, in order; taken step by step, since what comes next may depend on what
was sent. A recorded one ignores it."""


def capable_steps(plan: Plan, capabilities: Capabilities) -> Iterator[Step]:
    """Yield the steps of a plan that a driver with these capabilities can carry out, one at a time.

    The others are left out, never faked: what they would test is reported as untested.
    """
    for step in plan:
        at_once = len(step.triggers) > 1 and not capabilities.simultaneous
        if step.triggers and not at_once and (capabilities.refuses or not step.refuse):
            yield step


class Driver(Protocol):
    """A way to an emitter."""

    @property
    def capabilities(self) -> Capabilities:
        """What this driver can do."""
        ...

    def observe(self, plan: Plan) -> Iterator[Observation]:
        """Carry out `plan` and yield what the emitter sent, in order.

        A step that the driver isn't capable of is left out, never faked. For each trigger carried out, its
        emissions come first, then one `Settled`. What can't be read or done is yielded as a `Fault`, and the
        driver goes on where it can. Closing the iterator ends whatever the driver started.
        """
        ...


@dataclass(frozen=True, slots=True)
class DriverOption:
    """One option of a driver, on the command line (`--settle`) and in the settings (`settle`).

    Attributes:
        name: without dashes in front, words joined by `-`.
        default: what holds where nothing is said.
        is_flag: it takes no value.
        multiple: it may be said several times.
    """

    name: str
    metavar: str
    help: str
    default: str | None = None
    is_flag: bool = False
    multiple: bool = False


@dataclass(frozen=True, slots=True)
class OptionValues:
    """What was chosen for a driver's options, defaults included.

    Attributes:
        values: by option name; a flag that was set holds "true".
    """

    values: Mapping[str, tuple[str, ...]]

    def all(self, name: str) -> tuple[str, ...]:
        """Return every value of the option `name`."""
        return self.values.get(name, ())

    def get(self, name: str) -> str | None:
        """Return the last value of the option `name`, or None where there is none."""
        values = self.all(name)
        return values[-1] if values else None

    def flag(self, name: str) -> bool:
        """Was the flag `name` set?"""
        return self.get(name) == "true"

    def seconds(self, name: str) -> float:
        """Return the duration that the option `name` holds, in seconds.

        Raises:
            MisuseError: its value is no duration.
        """
        try:
            return parse_seconds(self.get(name) or "")
        except ValueError as error:
            raise MisuseError(f"--{name}: {error}") from None


@dataclass(frozen=True, slots=True)
class DriverKind:
    """A driver as it presents itself to the command line and the settings.

    A module in `emitters/` that holds one under the name `KIND` is found by itself.

    Attributes:
        option: the option that chooses it, such as `captures`; its value is handed to `open`.
        open: makes the driver from its options; raises MisuseError where they can't be used.
        shared: its further options; a name that several drivers have is offered once.
    """

    option: DriverOption
    open: Callable[[OptionValues], Driver]
    shared: tuple[DriverOption, ...] = ()
