"""What a test module says of an emitter that is to be verified, and who hears of it."""

from __future__ import annotations

import sys
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from types import FrameType

from contracts.errors import Where

Key = tuple[Where, str, str]


@dataclass(frozen=True, slots=True)
class EmitterContract:
    """An emitter to verify in a test suite; pytest collects it as one item a pair, and one a violation's rule.

    Attributes:
        emitter: its name in the registry.
        driver: the driver's options by name; empty for those of the settings.
        where: the line of the code that says so.
        module: the file whose import said it; None where that isn't known.
    """

    emitter: str
    driver: Mapping[str, str | bool | tuple[str, ...]]
    where: Where
    module: str | None = None

    @property
    def key(self) -> Key:
        """What two contracts have in common that were made by one line; a module that is imported twice makes both."""
        return self.where, self.emitter, repr(sorted(self.driver.items()))


Listener = Callable[[EmitterContract], None]

_LISTENERS: list[Listener] = []
"""Test runs, the innermost last: a module is imported without a word to the run that imports it."""


def listen(listener: Listener) -> Callable[[], None]:
    """Have a test run hear of every contract that is made from now on, in place of a run around it.

    Returns:
        What ends it.
    """
    _LISTENERS.append(listener)

    def end() -> None:
        if listener in _LISTENERS:
            _LISTENERS.remove(listener)

    return end


def make_contract(
    emitter: str, driver: Mapping[str, str | bool | tuple[str, ...]], caller: FrameType
) -> EmitterContract:
    """Make a contract, and tell the run that is under way.

    Args:
        caller: the frame of the code that asks for it.
    """
    module = next((frame for frame in _frames(caller) if frame.f_code.co_name == "<module>"), None)
    contract = EmitterContract(
        emitter, driver, Where(_file(caller), caller.f_lineno), _file(module) if module else None
    )
    if _LISTENERS:
        _LISTENERS[-1](contract)
    return contract


def calling_frame() -> FrameType:
    """Return the frame that called the function that asks."""
    return sys._getframe(2)


def _frames(frame: FrameType | None) -> Iterator[FrameType]:
    while frame is not None:
        yield frame
        frame = frame.f_back


def _file(frame: FrameType) -> str:
    # Compiled code that was cached elsewhere still names the file that it was compiled from.
    return str(frame.f_globals.get("__file__") or frame.f_code.co_filename)
