"""Keeps what an emitter in this process sends through `requests` from going anywhere but to its destination."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any
from urllib.parse import urlsplit

if TYPE_CHECKING:
    from requests import PreparedRequest


@contextmanager
def intercepted(destination: str, applies: Callable[[], bool], elsewhere: Callable[[str], None]) -> Iterator[None]:
    """Refuse what goes elsewhere while the block runs, before a name is looked up or anything is connected.

    Args:
        destination: whatever goes to its host and port passes.
        applies: is the current thread one of the emitter's? The requests of others pass untouched.
        elsewhere: told of method and URL of what is refused.
    """
    import responses
    from requests import ConnectionError as NoConnectionError
    from responses.registries import FirstMatchRegistry

    host, process = urlsplit(destination).netloc, os.getpid()

    def refuse(request: PreparedRequest) -> Exception:
        elsewhere(f"{request.method} {request.url}")
        return NoConnectionError(f"the emitter may not connect to {request.url} while it is verified", request=request)

    class _Everything(FirstMatchRegistry):
        def find(self, request: Any) -> tuple[Any, list[str]]:
            # In a process that was forked nobody would learn what was refused: there the sockets' guard does it.
            if applies() and os.getpid() == process and urlsplit(str(request.url)).netloc != host:
                return responses.CallbackResponse(request.method, request.url, refuse), []
            return responses.PassthroughResponse(request.method, request.url), []

    with responses.RequestsMock(assert_all_requests_are_fired=False, registry=_Everything):
        yield


@contextmanager
def without_proxies() -> Iterator[None]:
    """Let no proxy be asked for this machine's own addresses while the block runs, by whatever client."""
    from contracts.emitters.parts.processes import reached_directly

    before = {name: os.environ.get(name) for name in ("no_proxy", "NO_PROXY")}
    os.environ.update(reached_directly(os.environ))
    try:
        yield
    finally:
        for name, value in before.items():
            if value is None:
                os.environ.pop(name, None)
            else:
                os.environ[name] = value
