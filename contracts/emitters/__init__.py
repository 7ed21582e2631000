"""Ways to an emitter, one driver a file.

A module here that holds a `DriverKind` under the name `KIND` is a driver: adding one is adding a file. What it
needs beyond the standard library it imports when it is used, so that finding drivers costs nothing. `parts` holds
what several drivers are made of; `sink.py` records what an emitter sends, and drives nothing.
"""

from __future__ import annotations

import importlib
import pkgutil
from collections.abc import Collection, Mapping, Sequence
from functools import cache

from contracts.errors import MisuseError, Where
from contracts.model.driver import Driver, DriverKind, DriverOption, OptionValues
from contracts.model.names import did_you_mean

__all__ = ["OptionInput", "driver_kinds", "open_driver"]

OptionInput = str | bool | int | float | Sequence[str] | None
"""An option's value as the command line or a settings file gives it; None, False and () mean "not said"."""


@cache
def driver_kinds() -> tuple[DriverKind, ...]:
    """Return every driver, by the name of its option."""
    names = (found.name for found in pkgutil.iter_modules(__path__) if not found.ispkg)
    modules = (importlib.import_module(f"{__name__}.{name}") for name in names)
    kinds = (getattr(module, "KIND", None) for module in modules)
    return tuple(sorted((kind for kind in kinds if isinstance(kind, DriverKind)), key=lambda kind: kind.option.name))


def open_driver(options: Mapping[str, OptionInput], *, where: Where | None = None) -> Driver:
    """Make the driver that `options` choose.

    Args:
        options: values by option name; words may be joined by `-` or, as click has them, by `_`.
        where: the settings file that the options came from, if they did.

    Raises:
        MisuseError: an option that isn't known, none or two drivers chosen, an option of another driver, or
            a value that the driver can't use.
    """
    try:
        return _open({name.replace("_", "-"): value for name, value in options.items()})
    except MisuseError as error:
        raise MisuseError(error.what, where=error.where or where, next_step=error.next_step) from None


def _open(options: Mapping[str, OptionInput]) -> Driver:
    _refuse_unknown(options)
    said = {name: value for name, value in options.items() if _is_said(value)}
    kind = _chosen(said.keys())
    known = {option.name: option for option in (kind.option, *kind.shared)}
    for name in sorted(said.keys() - known.keys()):
        owners = " or ".join(f"--{other.option.name}" for other in driver_kinds() if name in _names(other))
        raise MisuseError(
            f"--{name} belongs to {owners}, not to --{kind.option.name}", next_step=f"leave --{name} away"
        )
    defaults = {option.name: (option.default,) for option in known.values() if option.default is not None}
    return kind.open(OptionValues(defaults | {name: _texts(known[name], value) for name, value in said.items()}))


def _is_said(value: OptionInput) -> bool:
    # Zero is a value, although it equals False.
    return value is not None and value is not False and value not in ((), [])


def _names(kind: DriverKind) -> tuple[str, ...]:
    return (kind.option.name, *(option.name for option in kind.shared))


def _refuse_unknown(options: Mapping[str, OptionInput]) -> None:
    known = {name for kind in driver_kinds() for name in _names(kind)}
    for name in options:
        if name not in known:
            raise MisuseError(
                f"no emitter option is called {name!r}{did_you_mean(name, known)}",
                next_step=f"the options are {', '.join(sorted(known))}",
            )


def _chosen(said: Collection[str]) -> DriverKind:
    chosen = [kind for kind in driver_kinds() if kind.option.name in said]
    if len(chosen) == 1:
        return chosen[0]
    ways = ", ".join(f"--{kind.option.name} {kind.option.metavar}" for kind in driver_kinds())
    if not chosen:
        raise MisuseError("no way to the emitter was chosen", next_step=f"say one of {ways}")
    both = " and ".join(f"--{kind.option.name}" for kind in chosen)
    raise MisuseError(f"{both} are different ways to the emitter", next_step="choose one of them")


def _texts(option: DriverOption, value: OptionInput) -> tuple[str, ...]:
    name, texts = option.name, value if isinstance(value, list | tuple) else (value,)
    if option.is_flag:
        if value is not True:
            raise MisuseError(f"--{name} takes no value", next_step=f"say {name} = true, or leave it away")
        return ("true",)
    if any(isinstance(text, bool) or not isinstance(text, str | int | float) or text == "" for text in texts):
        raise MisuseError(f"--{name} needs a value: {option.metavar}", next_step=option.help)
    if len(texts) > 1 and not option.multiple:
        raise MisuseError(f"--{name} was said {len(texts)} times", next_step="say it once")
    return tuple(str(text) for text in texts)
