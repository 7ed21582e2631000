"""Calls an emitter that may be a coroutine function as if it were a plain one."""

from __future__ import annotations

import inspect
import threading
from collections.abc import Callable, Coroutine
from typing import TYPE_CHECKING, Any

from contracts.model.emission import Trigger

if TYPE_CHECKING:
    from asyncio import Runner


class AwaitedEmitter:
    """An emitter that is done when its call returns, whether it is plain or async.

    A coroutine runs in an event loop that stays the thread's own, so that a client which is bound to its loop, as
    aiohttp's session is, can be kept from call to call. Tasks that it leaves behind go on until one `settle` has passed
    in which none of them has ended.

    Args:
        emit: the emitter.
        settle: seconds.
    """

    def __init__(self, emit: Callable[[Trigger, str], Any], *, settle: float) -> None:
        self._emit = emit
        self._settle = settle
        self._own = threading.local()
        self._runners: list[Runner] = []

    def __call__(self, trigger: Trigger, destination: str) -> None:
        """State the trigger's fact to `destination`; raises what the emitter raises."""
        result = self._emit(trigger, destination)
        if inspect.iscoroutine(result):
            self._runner().run(_whole(result, self._settle))

    def close(self) -> None:
        """End the loops, once nobody is called any more; one in which a call is stuck is left to the process's end."""
        for runner in self._runners:
            if not runner.get_loop().is_running():
                runner.close()

    def _runner(self) -> Runner:
        if not hasattr(self._own, "runner"):
            from asyncio import Runner

            self._own.runner = Runner()
            self._runners.append(self._own.runner)
        runner: Runner = self._own.runner
        return runner


async def _whole(coroutine: Coroutine[Any, Any, Any], settle: float) -> None:
    import asyncio

    await coroutine
    own = asyncio.current_task()
    while rest := [task for task in asyncio.all_tasks() if task is not own]:
        ended, _ = await asyncio.wait(rest, timeout=settle, return_when=asyncio.FIRST_COMPLETED)
        if not ended:
            return
