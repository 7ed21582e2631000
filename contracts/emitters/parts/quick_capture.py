"""The usual captures, read in a fraction of the time: what is accepted here, `capture_line` reads to the same.

Whatever isn't usual is left to it: letters beyond ASCII, escapes of code points and of backslashes, triggers, bodies in
base64, answers without a status. Without these, `"` begins or ends a string unless a backslash precedes it, so that a
key given twice shows by their number.
"""

from __future__ import annotations

import re
from datetime import date
from functools import lru_cache
from typing import Literal

import msgspec
from msgspec import UNSET, UnsetType

from contracts.errors import Where
from contracts.model.emission import Answered, Commit, Emission
from contracts.model.events import RFC3339_PATTERN

_CLOCK = re.compile(RFC3339_PATTERN[RFC3339_PATTERN.index("[Tt]") : -1])
_TRANSPORT = re.compile(r"[a-z][a-z0-9+.-]{0,31}")
_DAY = len("2026-01-31")


class _Answer(msgspec.Struct, forbid_unknown_fields=True, gc=False):
    status: int


class _Checkout(msgspec.Struct, forbid_unknown_fields=True, gc=False):
    id: str
    clean: bool


class QuickCapture(msgspec.Struct, forbid_unknown_fields=True, gc=False):
    """A capture as its line has it."""

    headers: dict[str, str]
    body: str
    body_encoding: Literal["utf-8"] | UnsetType = UNSET
    at: str | UnsetType | None = UNSET
    method: str | UnsetType = UNSET
    url: str | UnsetType = UNSET
    response: _Answer | UnsetType | None = UNSET
    trigger: UnsetType | None = UNSET
    test: str | UnsetType | None = msgspec.field(name="context", default=UNSET)
    commit: _Checkout | UnsetType | None = UNSET
    transport: str | UnsetType | None = UNSET

    @property
    def context(self) -> str | None:
        """The test that ran, if known."""
        return None if self.test is UNSET else self.test

    @property
    def delivered(self) -> bool | None:
        """True where a receiver took it, False where it was refused, None where nobody knows."""
        return 200 <= self.response.status < 300 if isinstance(self.response, _Answer) else None

    def emission(self, where: Where | None = None) -> Emission:
        """Return the emission that the line is of."""
        transport = None if self.transport is UNSET else self.transport
        unsaid = "POST" if transport in (None, "http") else ""
        return Emission(
            headers={name.lower(): value for name, value in self.headers.items()},
            body=self.body.encode(),
            method=unsaid if self.method is UNSET else self.method,
            url="" if self.url is UNSET else self.url,
            at=None if self.at is UNSET else self.at,
            response=_answered(self.response.status) if isinstance(self.response, _Answer) else None,
            context=self.context,
            commit=_commit(self.commit.id, self.commit.clean) if isinstance(self.commit, _Checkout) else None,
            transport=transport,
            where=where,
        )


_decode = msgspec.json.Decoder(QuickCapture).decode


def read_quickly(raw: bytes) -> QuickCapture | None:
    """Return what a line holds; None where `capture_line` has to read it, right or wrong."""
    if not raw.isascii() or b"\\u" in raw or b"\\\\" in raw:
        return None
    try:
        capture = _decode(raw)
    except msgspec.MsgspecError:
        return None
    return capture if _strings(capture) * 2 == raw.count(b'"') - raw.count(b'\\"') and _is_right(capture) else None


def _strings(capture: QuickCapture) -> int:
    """Return how many texts the line holds, keys among them, if it names each key once."""
    found = 3 + 2 * len(capture.headers)
    for value in (
        capture.body_encoding, capture.at, capture.method, capture.url, capture.trigger, capture.test,
        capture.transport,
    ):  # fmt: skip
        if value is not UNSET:
            found += 1 + (value is not None)
    if capture.response is not UNSET:
        found += 1 + (capture.response is not None)
    if capture.commit is not UNSET:
        found += 1 + 3 * (capture.commit is not None)
    return found


def _is_right(capture: QuickCapture) -> bool:
    headers, at, response, commit = capture.headers, capture.at, capture.response, capture.commit
    return (
        (len(headers) < 2 or len({name.lower() for name in headers}) == len(headers))
        and (not isinstance(at, str) or (_is_day(at[:_DAY]) and _CLOCK.fullmatch(at, _DAY) is not None))
        and (not isinstance(response, _Answer) or 100 <= response.status <= 599)
        and (not isinstance(commit, _Checkout) or commit.id != "")
        and (not isinstance(capture.transport, str) or _TRANSPORT.fullmatch(capture.transport) is not None)
    )


@lru_cache(maxsize=1024)
def _is_day(text: str) -> bool:
    try:
        return len(text) == _DAY and text == date.fromisoformat(text).isoformat()
    except ValueError:
        return False


@lru_cache(maxsize=1024)
def _answered(status: int) -> Answered:
    return Answered(status=status)


@lru_cache(maxsize=1024)
def _commit(identity: str, clean: bool) -> Commit:
    return Commit(id=identity, clean=clean)
