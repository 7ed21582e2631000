"""Posting JSON to an emitter: several at once, each within a bound, redirects and proxies of loopback left out."""

from __future__ import annotations

import threading
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from functools import partial
from typing import Any
from urllib.parse import urlsplit

from contracts.emitters.parts.workers import Workers
from contracts.errors import MisuseError
from contracts.model.emission import Fault
from contracts.model.hosts import is_loopback

MAX_ANSWER = 64 * 1024 * 1024
"""The largest answer that is read, in bytes."""


@dataclass(frozen=True, slots=True)
class Reply:
    """An answer; header names are lower-cased."""

    status: int
    headers: Mapping[str, str]
    body: bytes

    @property
    def is_success(self) -> bool:
        """Is the status 2xx?"""
        return 200 <= self.status < 300

    @property
    def says_not_implemented(self) -> bool:
        """Does it say that the emitter doesn't implement what it was asked for? 404 or 501."""
        return self.status in (404, 501)

    def excerpt(self) -> str:
        """Return the beginning of its body for a message, or an empty string."""
        text = " ".join(self.body[:1200].decode("utf-8", "replace").split())
        return f": {text[:300]}" if text else ""


@dataclass
class Calls:
    """Posts to an emitter.

    Attributes:
        timeout: seconds that a call may take.
        headers: sent with each call.
    """

    timeout: float
    headers: Mapping[str, str] = field(default_factory=dict)
    _workers: Workers = field(default_factory=lambda: Workers(lambda _: None))

    def post(self, url: str, documents: Sequence[Any]) -> list[Reply | str]:
        """Post each document at the same moment.

        Returns:
            For each its reply, or what went wrong.
        """
        replies: list[Reply | str] = [f"{url} didn't answer within {self.timeout:g} s"] * len(documents)
        lock = threading.Lock()

        def call(index: int, document: Any) -> None:
            reply = _post(url, document, self.headers, self.timeout)
            with lock:
                replies[index] = reply

        futures = self._workers.run([partial(call, *numbered) for numbered in enumerate(documents)], self.timeout)
        with lock:
            answered = list(replies)
        if not all(future.done() for future in futures):
            # Their threads are still in a call, and end after it: the next calls need others.
            self._workers.close()
            self._workers = Workers(lambda _: None)
        return answered

    def close(self) -> None:
        """End the threads."""
        self._workers.close()


def _post(url: str, document: Any, headers: Mapping[str, str], timeout: float) -> Reply | str:
    import requests

    try:
        with session_for(url) as session:
            answer = session.post(
                url, json=document, headers=dict(headers), timeout=timeout, allow_redirects=False, stream=True
            )
            with answer:
                body = bytearray()
                for chunk in answer.iter_content(65536):
                    body += chunk
                    if len(body) > MAX_ANSWER:
                        return f"{url} answered more than {MAX_ANSWER} bytes"
                return Reply(
                    answer.status_code, {name.lower(): value for name, value in answer.headers.items()}, bytes(body)
                )
    except requests.Timeout:
        return f"{url} didn't answer within {timeout:g} s"
    except (requests.RequestException, ValueError) as error:
        return f"{url} can't be reached: {_cause(error)}"


def session_for(url: str) -> Any:
    """Return a requests session that asks no proxy for an address of this machine."""
    import requests

    session = requests.Session()
    session.trust_env = not is_loopback(urlsplit(url).hostname or "")
    return session


def checked_url(text: str, *, option: str) -> str:
    """Return `text` where it is an absolute http or https URL.

    Raises:
        MisuseError: it is none.
    """
    try:
        parts = urlsplit(text)
        usable = parts.scheme in ("http", "https") and bool(parts.hostname) and (parts.port or 1) > 0
    except ValueError:
        usable = False
    if not usable or any(character.isspace() for character in text):
        raise MisuseError(
            f"--{option}: {text!r} is no http or https URL",
            next_step="say, for instance, http://127.0.0.1:8080/messages",
        )
    return text


def _cause(error: BaseException) -> str:
    """Return the innermost reason: what requests wraps is long and says the same."""
    seen = error
    while (deeper := seen.__cause__ or seen.__context__) is not None:
        seen = deeper
    return str(getattr(seen, "strerror", None) or seen)


def never_found(url: str, what: str) -> Fault:
    """Return the fault of a URL that answered 404 to everything.

    Args:
        what: what it was said to be, as in "the emitter's endpoint".
    """
    return Fault(
        "driver-error",
        f"{url} answered 404 to everything: it may not be {what}",
        next_step="mend the URL; an emitter that implements none of the events yet answers 501",
    )
