"""Emissions and what caused them: the values that every driver yields and the engine judges."""

from __future__ import annotations

import re
from collections.abc import Collection, Mapping
from dataclasses import dataclass
from typing import Annotated, Any, Literal

from pydantic import BaseModel, ConfigDict, Field

from contracts.errors import Where


class Trigger(BaseModel):
    """The request to an emitter to state one fact.

    Attributes:
        event: the canonical event's name.
        fact: the values of the event's fact key by its paths, and what else the emitter is told.
        attempt: 1 for the first time, more for a repeat or a retry of the same fact.
        delivery: names one delivery; a retry after a refused delivery carries the same.
    """

    model_config = ConfigDict(extra="forbid", strict=True, frozen=True)

    event: str
    fact: Mapping[str, Any] = Field(default_factory=dict)
    attempt: Annotated[int, Field(ge=1)] = 1
    delivery: str | None = None


class Answered(BaseModel):
    """The receiver answered with an HTTP status."""

    model_config = ConfigDict(extra="forbid", strict=True, frozen=True)
    status: Annotated[int, Field(ge=100, le=599)]

    @property
    def accepted(self) -> bool:
        """Did the receiver take the message?"""
        return 200 <= self.status < 300


class Refused(BaseModel):
    """No answer came: the connection was refused, reset or timed out."""

    model_config = ConfigDict(extra="forbid", strict=True, frozen=True)
    error: str

    @property
    def accepted(self) -> Literal[False]:
        """Nothing was taken."""
        return False


Response = Answered | Refused


class Commit(BaseModel):
    """The checkout that an emission was recorded in.

    Attributes:
        id: the commit's hash.
        clean: nothing in the checkout differed from it.
    """

    model_config = ConfigDict(extra="forbid", strict=True, frozen=True)

    id: Annotated[str, Field(min_length=1)]
    clean: bool


@dataclass(frozen=True, slots=True)
class Emission:
    """One message that an emitter really sent.

    Attributes:
        headers: by lower-case name.
        body: the bytes that went over the wire.
        trigger: what caused it, if known.
        context: the test that ran, if known; repeats are compared within one context.
        response: what the receiver answered, if known.
        commit: the emitter's checkout when it was recorded, if known.
        transport: what carried it, such as `kafka`; None where that isn't said, as it needn't be for HTTP.
        where: the capture's file and line, if it came from one.
    """

    headers: Mapping[str, str]
    body: bytes
    method: str = "POST"
    url: str = ""
    at: str | None = None
    response: Response | None = None
    trigger: Trigger | None = None
    context: str | None = None
    commit: Commit | None = None
    transport: str | None = None
    where: Where | None = None

    @property
    def delivered(self) -> bool | None:
        """True where a receiver took it, False where it was refused, None where nobody knows."""
        return None if self.response is None else self.response.accepted


_KEPT_HEADER = re.compile(r"content-type|content-encoding|ce-.+")

CREDENTIALS = frozenset({"authorization", "proxy-authorization", "cookie", "set-cookie"})
"""Headers that hold keys: what asks for one is no reason to record it, unless somebody names it by hand."""

NOT_RECORDED = "(not recorded)"
"""Stands for what was there and isn't kept."""


def recorded_headers(headers: Mapping[str, str], keep: Collection[str] = ()) -> dict[str, str]:
    """Return what may be kept of headers: captures and reports are shared, and a key has any name.

    Args:
        headers: by lower-case name.
        keep: further names, in lower case, whose values are kept, such as those that a pact asks for.

    Returns:
        The content type, the content encoding, CloudEvents' attributes (`ce-…`) and what `keep` names, as
        they are; of every other header its name.
    """
    return {
        name: value if name in keep or _KEPT_HEADER.fullmatch(name) else NOT_RECORDED for name, value in headers.items()
    }


def recorded_address(url: str) -> str:
    """Return a URL without what may be a secret in it: user, password, query and fragment."""
    place, _, rest = re.sub(r"^([A-Za-z][A-Za-z0-9+.-]*://)?[^/?#]*@", r"\1", url).replace("#", "?", 1).partition("?")
    return f"{place}?{NOT_RECORDED}" if rest else place


@dataclass(frozen=True, slots=True)
class Fault:
    """What a driver couldn't read or do; the engine reports it and goes on.

    Attributes:
        rule: `unreadable-capture` or `driver-error`.
    """

    rule: Literal["unreadable-capture", "driver-error"]
    message: str
    where: Where | None = None
    next_step: str | None = None
    trigger: Trigger | None = None


@dataclass(frozen=True, slots=True)
class Settled:
    """A trigger that the emitter has answered; what it sent meanwhile was yielded before.

    Attributes:
        refused: its deliveries were refused on purpose, so that a retry is owed.
        remark: why it stated nothing, as it says it.
    """

    trigger: Trigger
    refused: bool = False
    remark: str | None = None


@dataclass(frozen=True, slots=True)
class Driven:
    """What is recorded here was asked for by a driver, which could do this much and no more.

    Attributes:
        refuses: it could refuse a delivery on purpose.
        simultaneous: it could have several triggers under way at once.
    """

    refuses: bool
    simultaneous: bool


Observation = Emission | Fault | Settled | Driven
"""What a driver yields."""
