"""Intercepts what an emitter in this process sends through `requests`, and answers it."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any
from urllib.parse import urlsplit

from contracts.emitters.parts.answers import SinkAnswer
from contracts.model.emission import Emission, Trigger

if TYPE_CHECKING:
    from requests import PreparedRequest


class Deliveries:
    """What was sent to the destination while a step ran, and what was sent elsewhere.

    Args:
        destination: the URL that the emitter was given; whatever goes to its host is a delivery.
        answer: what each delivery gets.
        trigger: what caused them, where only one trigger is under way.
    """

    def __init__(self, destination: str, answer: SinkAnswer, trigger: Trigger | None) -> None:
        self._host = urlsplit(destination).netloc
        self._answer = answer
        self._trigger = trigger
        self._lock = threading.Lock()
        self.emissions: list[Emission] = []
        self.elsewhere: list[str] = []
        self.last = time.monotonic()

    @property
    def refused(self) -> bool:
        """Was a delivery made, and not taken?"""
        return any(emission.delivered is False for emission in self.emissions)

    def take(self, request: PreparedRequest) -> tuple[int, dict[str, str], str] | Exception:
        """Record a request and return its answer, as `responses` wants it of a callback."""
        from requests import ConnectionError as NoConnectionError

        url = str(request.url)
        if urlsplit(url).netloc != self._host:
            with self._lock:
                self.elsewhere.append(f"{request.method} {url}")
            return NoConnectionError(f"the emitter may not connect to {url} while it is verified", request=request)
        emission = Emission(
            headers={name.lower(): _text(value) for name, value in request.headers.items()},
            body=wire_body(request.body),
            method=str(request.method),
            url=url,
            at=datetime.now(UTC).isoformat(),
            response=self._answer.response,
            trigger=self._trigger,
        )
        with self._lock:
            self.emissions.append(emission)
            self.last = time.monotonic()
        time.sleep(self._answer.delay)
        if self._answer.status is None:
            return NoConnectionError("connection refused", request=request)
        return self._answer.status, {}, ""


@contextmanager
def intercepted(deliveries: Deliveries, applies: Callable[[], bool]) -> Iterator[None]:
    """Hand every request of the threads that `applies` holds for to `deliveries`; others pass untouched."""
    import responses
    from responses.registries import FirstMatchRegistry

    class _Everything(FirstMatchRegistry):
        def find(self, request: Any) -> tuple[Any, list[str]]:
            if applies():
                return responses.CallbackResponse(request.method, request.url, deliveries.take), []
            return responses.PassthroughResponse(request.method, request.url), []

    with responses.RequestsMock(assert_all_requests_are_fired=False, registry=_Everything):
        yield


def wire_body(body: Any) -> bytes:
    """Return the bytes that `requests` would send for a request's body: text, bytes, a file or an iterable of them."""
    if body is None:
        return b""
    if isinstance(body, str):
        return body.encode("utf-8")
    if isinstance(body, bytes | bytearray | memoryview):
        return bytes(body)
    if hasattr(body, "read"):
        return wire_body(body.read())
    return b"".join(wire_body(chunk) for chunk in body)


def _text(value: str | bytes) -> str:
    return value.decode("latin-1") if isinstance(value, bytes) else value
