"""The options of the drivers, as each driver's file declares them."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, TypeVar

import click

from contracts.emitters import driver_kinds
from contracts.model.driver import DriverOption

F = TypeVar("F", bound=Callable[..., Any])


def driver_options(function: F) -> F:
    """Add every driver's options to a command; one that several drivers share is added once."""
    options: dict[str, DriverOption] = {}
    for kind in driver_kinds():
        for option in (kind.option, *kind.shared):
            options.setdefault(option.name, option)
    for option in reversed(options.values()):
        function = _click_option(option)(function)
    return function


def _click_option(option: DriverOption) -> Callable[[F], F]:
    if option.is_flag:
        return click.option(f"--{option.name}", is_flag=True, help=option.help)
    default = f" [default: {option.default}]" if option.default is not None else ""
    return click.option(
        f"--{option.name}", metavar=option.metavar, multiple=option.multiple, help=option.help + default
    )
