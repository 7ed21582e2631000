"""Emissions and what caused them: the values that every driver yields and the engine judges."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Annotated, Literal

from pydantic import BaseModel, ConfigDict, Field

from contracts.errors import Where


class Trigger(BaseModel):
    """The request to an emitter to state one fact.

    Attributes:
        event: the canonical event's name.
        fact: the values of the event's fact key.
        attempt: 1 for the first time, more for a repeat or a retry of the same fact.
        delivery: names one delivery; a retry after a refused delivery carries the same.
    """

    model_config = ConfigDict(extra="forbid", strict=True, frozen=True)

    event: str
    fact: dict[str, str] = Field(default_factory=dict)
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


@dataclass(frozen=True, slots=True)
class Emission:
    """One message that an emitter really sent.

    Attributes:
        headers: by lower-case name.
        body: the bytes that went over the wire.
        trigger: what caused it, if known.
        context: the test that ran, if known; repeats are compared within one context.
        response: what the receiver answered, if known.
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
    where: Where | None = None

    @property
    def delivered(self) -> bool | None:
        """True where a receiver took it, False where it was refused, None where nobody knows."""
        return None if self.response is None else self.response.accepted


SECRET_HEADERS = frozenset({"authorization", "proxy-authorization", "cookie", "x-api-key"})
"""Headers that no rule looks at and that must not be kept: captures and reports are shared."""


def without_secrets(headers: Mapping[str, str]) -> dict[str, str]:
    """Return headers, by lower-case name, with `(not recorded)` for what the secret ones hold."""
    return {name: "(not recorded)" if name in SECRET_HEADERS else value for name, value in headers.items()}


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
class Asked:
    """A trigger that the emitter has answered; what it sent meanwhile was yielded before.

    Attributes:
        refused: its deliveries were refused on purpose, so that a retry is owed.
    """

    trigger: Trigger
    refused: bool = False


Observation = Emission | Fault | Asked
"""What a driver yields."""
