"""Errors that a user can act on, and the exit codes that go with them.

Each error says what is wrong, where, and what to do next. The class decides the exit code; the exit codes
are a promise to scripts and CI jobs.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from enum import IntEnum
from typing import ClassVar


class ExitCode(IntEnum):
    """What a command's exit code means."""

    HOLDS = 0
    BROKEN = 1
    """The contract is broken, a lint finding, a stale capture, or a release that is not safe."""
    MISUSE = 2
    """Wrong use, unreadable input, an invalid registry, or a harness that broke."""
    NOTHING = 3
    """Nothing to verify: no emission was read and nothing was driven."""
    BROKER = 4
    """The broker can't be reached, refused, or didn't take what was published."""


_PRECEDENCE = (ExitCode.MISUSE, ExitCode.BROKER, ExitCode.BROKEN, ExitCode.NOTHING)


def worst(codes: Iterable[ExitCode]) -> ExitCode:
    """Return the exit code that speaks where several hold: 2, then 4, then 1, then 3."""
    present = set(codes)
    return next((code for code in _PRECEDENCE if code in present), ExitCode.HOLDS)


@dataclass(frozen=True, slots=True)
class Where:
    """A place in a file; `line` counts from 1 and is None where only the file is known."""

    file: str
    line: int | None = None

    def __str__(self) -> str:
        return self.file if self.line is None else f"{self.file}:{self.line}"

    def to_json(self) -> dict[str, str | int | None]:
        """Return the place in the promised JSON shape."""
        return {"file": self.file, "line": self.line}


class ContractsError(Exception):
    """The root of this project's errors.

    Args:
        what: what is wrong, a sentence without its full stop.
        where: the place it was found in, if there is one.
        next_step: what to do about it.
        steps: what to do about it where that takes several steps, in their order.
    """

    exit_code: ClassVar[ExitCode] = ExitCode.MISUSE

    def __init__(
        self, what: str, *, where: Where | None = None, next_step: str | None = None, steps: Iterable[str] = ()
    ) -> None:
        super().__init__(what)
        self.what = what
        self.where = where
        self.next_step = next_step
        self.steps = tuple(steps)

    def __str__(self) -> str:
        place = f"{self.where}: " if self.where else ""
        return "\n".join((f"{place}{self.what}", *self.advice))

    @property
    def advice(self) -> tuple[str, ...]:
        """What to do about it, in lines as people read them."""
        numbered = (f"  [ ] {number}. {step}" for number, step in enumerate(self.steps, start=1))
        return (*((f"  next: {self.next_step}",) if self.next_step else ()), *numbered)


class MisuseError(ContractsError):
    """Wrong use, unreadable input or an invalid registry: the user mends the input."""


class HarnessError(ContractsError):
    """What drives or replays an emitter broke: no verdict can be given."""


class BrokenContractError(ContractsError):
    """The contract doesn't hold, or what was captured is stale: the promise is mended, not the input."""

    exit_code = ExitCode.BROKEN


class BrokerError(ContractsError):
    """The broker can't be reached, refused, or didn't take what was published."""

    exit_code = ExitCode.BROKER
