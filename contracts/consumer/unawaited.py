"""Coroutines that nobody awaited: an `async def` that is only called hasn't run, and says nothing of the handler."""

from __future__ import annotations

import gc
import inspect
import warnings
from collections.abc import Iterator, MutableMapping
from contextlib import contextmanager
from pathlib import Path
from types import CodeType
from typing import Any

from contracts.errors import BrokenContractError, Where
from contracts.project.paths import shown

_HOOK = "_warn_unawaited_coroutine"
"""What the interpreter calls for a coroutine that ends unawaited, whatever filters for warnings say."""


@contextmanager
def refusing_unawaited() -> Iterator[None]:
    """Refuse, once what runs inside has ended well, that a coroutine was made and dropped there.

    Raises:
        BrokenContractError: one was.
    """
    dropped: list[Any] = []
    usual = getattr(warnings, _HOOK)
    setattr(warnings, _HOOK, lambda coroutine: dropped.append((coroutine.__qualname__, coroutine.cr_code)))
    try:
        yield
    finally:
        setattr(warnings, _HOOK, usual)
    if dropped:
        raise _refusal(*dropped[0])


def let_go(arguments: MutableMapping[str, Any], name: str) -> None:
    """Drop an argument of a test, and with it the coroutines that it kept.

    Args:
        arguments: the test's, by their names.
        name: whose is to go; nothing happens where there is none.
    """
    asynchronous = _has_async(arguments.get(name))
    arguments.pop(name, None)
    if asynchronous:
        # An object that keeps a coroutine of its own method is kept by it: no count of references ends them.
        gc.collect()


def _has_async(argument: object) -> bool:
    handler = getattr(argument, "__wrapped__", argument)
    return any(inspect.iscoroutinefunction(value) for kind in type(handler).__mro__ for value in vars(kind).values())


def _refusal(name: str, code: CodeType) -> BrokenContractError:
    return BrokenContractError(
        f"{name} is an async def, and what it returned was never awaited: nothing of it ran",
        where=Where(shown(Path(code.co_filename)), code.co_firstlineno),
        next_step="await it in the test, or run it: asyncio.run(handler(message))",
    )
