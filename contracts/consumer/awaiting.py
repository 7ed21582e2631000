"""Running an async handler where a plain test calls it, on the event loop that the suite uses."""

from __future__ import annotations

import asyncio
import inspect
from collections.abc import Awaitable, Callable
from typing import TYPE_CHECKING, Any

from contracts.errors import MisuseError

if TYPE_CHECKING:
    import pytest

    from contracts.project.handler import Run

BACKEND = "anyio_backend"
"""The fixture by which a suite chooses its event loop for anyio: a name, or a name with options."""


def runner(request: pytest.FixtureRequest) -> Run | None:
    """Return what runs an async handler in the test that asks for it; None where the test awaits it by itself."""
    if inspect.iscoroutinefunction(getattr(request, "function", None)):
        return None
    if BACKEND not in request.fixturenames:
        return _on_asyncio
    backend = request.getfixturevalue(BACKEND)
    name, options = backend if isinstance(backend, tuple) else (backend, {})

    def on_backend(handler: Callable[[Any], Awaitable[Any]], message: Any) -> Any:
        import anyio

        return anyio.run(handler, message, backend=name, backend_options=options)

    return on_backend


def _on_asyncio(handler: Callable[[Any], Awaitable[Any]], message: Any) -> Any:
    async def handled() -> Any:
        return await handler(message)

    try:
        asyncio.get_running_loop()
    except RuntimeError:
        return asyncio.run(handled())
    raise MisuseError(
        "the handler is async, and is called where an event loop runs already",
        next_step="write the test as an async def, and await handler(message) in it",
    )
