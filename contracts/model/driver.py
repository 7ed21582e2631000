"""What the engine asks of an emitter's driver, and what a driver can do. Each driver is one file in `emitters/`."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from typing import Protocol

from contracts.model.emission import Observation, Trigger


@dataclass(frozen=True, slots=True)
class Capabilities:
    """What a driver can do to an emitter; the promises it can't test are reported as untested.

    Attributes:
        drives: it triggers facts itself; recorded captures don't.
        refuses: it can refuse a delivery on purpose, and ask for a retry.
        simultaneous: it can have several triggers under way at once.
    """

    drives: bool = False
    refuses: bool = False
    simultaneous: bool = False


@dataclass(frozen=True, slots=True)
class Step:
    """Triggers that are under way at the same time; the next step waits for them.

    Attributes:
        triggers: one, or several at once.
        refuse: every delivery during this step is refused (503 or a refused connection).
    """

    triggers: tuple[Trigger, ...]
    refuse: bool = False


Plan = tuple[Step, ...]
"""What a driven emitter is asked for, in order. A recorded one ignores it."""


class Driver(Protocol):
    """A way to an emitter."""

    @property
    def capabilities(self) -> Capabilities:
        """What this driver can do."""
        ...

    def observe(self, plan: Plan) -> Iterator[Observation]:
        """Carry out `plan` and yield what the emitter sent, in order.

        A step that the driver isn't capable of is left out, never faked. For each trigger carried out, its
        emissions come first, then one `Asked`. What can't be read or done is yielded as a `Fault`, and the
        driver goes on where it can. Closing the iterator ends whatever the driver started.
        """
        ...


@dataclass(frozen=True, slots=True)
class DriverOption:
    """One option of a driver, on the command line (`--settle`) and in the settings (`settle`).

    Attributes:
        name: without dashes in front, words joined by `-`.
        is_flag: it takes no value.
    """

    name: str
    metavar: str
    help: str
    default: str | None = None
    is_flag: bool = False
    multiple: bool = False


@dataclass(frozen=True, slots=True)
class DriverKind:
    """A driver as it presents itself to the command line and the settings.

    A module in `emitters/` that holds one under the name `KIND` is found by itself.

    Attributes:
        option: the option that chooses it, such as `captures`; its value is handed to `open`.
        shared: further options, by name; a name that several drivers have is offered once.
        open: makes the driver from its options, by name.
    """

    option: DriverOption
    open: Callable[[Mapping[str, str]], Driver]
    shared: tuple[DriverOption, ...] = ()
