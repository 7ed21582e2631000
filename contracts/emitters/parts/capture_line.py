"""One line of a capture file, read and written: an emission, or what a driven run says beside them."""

from __future__ import annotations

import base64
import binascii
import json
from collections.abc import Callable
from datetime import UTC, datetime
from functools import cache
from typing import TYPE_CHECKING, Annotated, Any, Literal

from pydantic import BaseModel, ConfigDict, Field, ValidationError

from contracts.errors import Where
from contracts.model.emission import Answered, Commit, Driven, Emission, Refused, Response, Settled, Trigger
from contracts.model.events import parse_rfc3339
from contracts.model.names import did_you_mean
from contracts.model.strict_json import JsonRefusedError, decode, decode_text

if TYPE_CHECKING:
    from contracts.emitters.parts.quick_capture import QuickCapture

MAX_LINE = 1024 * 1024
"""The longest line that is read, in bytes without its line end."""


class CaptureRefusedError(ValueError):
    """The line is no capture; the message says why."""


class RecordedFaultError(CaptureRefusedError):
    """The line says itself that something couldn't be recorded; the message says what."""


class _Line(BaseModel):
    model_config = ConfigDict(extra="forbid", strict=True, frozen=True)

    headers: dict[str, str]
    body: str
    body_encoding: Literal["utf-8", "base64"] = "utf-8"
    at: str | None = None
    method: str = "POST"
    url: str = ""
    response: dict[str, Any] | None = None
    trigger: Trigger | None = None
    context: str | None = None
    commit: Commit | None = None
    transport: Annotated[str, Field(pattern=r"^[a-z][a-z0-9+.-]{0,31}$")] | None = None


class _FaultLine(BaseModel):
    model_config = ConfigDict(extra="forbid", strict=True, frozen=True)

    fault: Annotated[str, Field(min_length=1)]
    at: str | None = None
    commit: Commit | None = None


class _AskedLine(BaseModel):
    model_config = ConfigDict(extra="forbid", strict=True, frozen=True)

    asked: Trigger
    refused: bool = False


class _Driver(BaseModel):
    model_config = ConfigDict(extra="forbid", strict=True, frozen=True)

    refuses: bool
    simultaneous: bool


class _DrivenLine(BaseModel):
    model_config = ConfigDict(extra="forbid", strict=True, frozen=True)

    driven: _Driver


_KNOWN: dict[str, type[BaseModel]] = {
    "": _Line,
    "response": Answered,
    "trigger": Trigger,
    "commit": Commit,
    "asked": Trigger,
    "driven": _Driver,
}


def read_capture(raw: bytes, where: Where | None = None) -> Emission:
    """Read one line that has to be an emission.

    Args:
        raw: the line's bytes; its line end may be there.
        where: the place to note in the emission.

    Returns:
        The emission; header names are lower-cased.

    Raises:
        RecordedFaultError: it says that something couldn't be recorded.
        CaptureRefusedError: it is no capture.
    """
    return _quickly(raw, where) or _emission(_document(raw), where)


def read_recorded(raw: bytes, where: Where | None = None) -> Emission | Settled | Driven:
    """Read one line of a recorded run: an emission, or what a driven one asked for and could.

    Raises:
        RecordedFaultError: it says that something couldn't be recorded.
        CaptureRefusedError: it is neither.
    """
    quick = _quickly(raw, where)
    if quick is not None:
        return quick
    document = _document(raw)
    try:
        if "asked" in document:
            line = _AskedLine.model_validate(document)
            return Settled(line.asked, refused=line.refused)
        if "driven" in document:
            driver = _DrivenLine.model_validate(document).driven
            return Driven(driver.refuses, driver.simultaneous)
    except ValidationError as error:
        raise CaptureRefusedError(_reason(error)) from None
    return _emission(document, where)


@cache
def _quick_reader() -> Callable[[bytes], QuickCapture | None]:
    # Imported here, since commands that read no capture know this module too.
    from contracts.emitters.parts.quick_capture import read_quickly

    return read_quickly


def _quickly(raw: bytes, where: Where | None) -> Emission | None:
    quick = _quick_reader()(raw)
    return None if quick is None else quick.emission(where)


def _document(raw: bytes) -> dict[str, Any]:
    try:
        # What a message holds is the emitter's, and is judged with it.
        document = decode(decode_text(raw), nul_within=("body",))
    except JsonRefusedError as error:
        raise CaptureRefusedError(f"the line {error}") from None
    if not isinstance(document, dict):
        raise CaptureRefusedError(f"the line holds {_kind(document)}, not an object")
    return document


def _emission(document: dict[str, Any], where: Where | None) -> Emission:
    try:
        if "fault" in document:
            raise RecordedFaultError(_FaultLine.model_validate(document).fault)
        line = _Line.model_validate(document)
    except ValidationError as error:
        raise CaptureRefusedError(_reason(error)) from None
    return Emission(
        headers=_lower_cased(line.headers),
        body=_body(line),
        method=line.method if "method" in line.model_fields_set or line.transport in (None, "http") else "",
        url=line.url,
        at=_moment(line.at),
        response=_response(line.response),
        trigger=line.trigger,
        context=line.context,
        commit=line.commit,
        transport=line.transport,
        where=where,
    )


def write_capture(emission: Emission) -> bytes:
    """Return the line that `emission` is recorded as, with its line end.

    The body is written as text where that keeps every byte, else as base64; what `read_capture` makes of
    the line is the same emission, but for `where`.
    """
    body, encoding = _as_text(emission.body)
    document: dict[str, Any] = {"at": emission.at}
    if emission.method or emission.url or not emission.transport:
        document |= {"method": emission.method, "url": emission.url}
    document |= {"headers": dict(emission.headers), "body": body, "body_encoding": encoding}
    document["response"] = emission.response.model_dump() if emission.response else None
    document["trigger"] = emission.trigger.model_dump() if emission.trigger else None
    document["context"] = emission.context
    if emission.commit:
        document["commit"] = emission.commit.model_dump()
    if emission.transport:
        document["transport"] = emission.transport
    return _line(document)


def write_asked(settled: Settled) -> bytes:
    """Return the line that says that a fact was asked for, with its line end; it follows what was stated on it."""
    return _line({"asked": settled.trigger.model_dump(), "refused": settled.refused})


def write_driven(run: Driven) -> bytes:
    """Return the line that a driven run's captures begin with, with its line end."""
    return _line({"driven": {"refuses": run.refuses, "simultaneous": run.simultaneous}})


def write_fault(what: str) -> bytes:
    """Return the line that says what couldn't be recorded, with its line end: an error to whoever reads it."""
    return _line({"at": datetime.now(UTC).isoformat(), "fault": what})


def _line(document: dict[str, Any]) -> bytes:
    return json.dumps(document, ensure_ascii=False, separators=(",", ":")).encode("utf-8", "replace") + b"\n"


def _as_text(body: bytes) -> tuple[str, Literal["utf-8", "base64"]]:
    try:
        text = body.decode("utf-8")
    except UnicodeDecodeError:
        text = "\0"
    # A NUL can't stand in a line that every parser reads alike; base64 carries it.
    return (base64.b64encode(body).decode(), "base64") if "\0" in text else (text, "utf-8")


def _lower_cased(headers: dict[str, str]) -> dict[str, str]:
    lowered = {name.lower(): value for name, value in headers.items()}
    if len(lowered) < len(headers):
        seen: dict[str, str] = {}
        for name in headers:
            if name.lower() in seen:
                raise CaptureRefusedError(f"headers names one header twice: {seen[name.lower()]!r} and {name!r}")
            seen[name.lower()] = name
    return lowered


def _body(line: _Line) -> bytes:
    if line.body_encoding == "utf-8":
        return line.body.encode()
    try:
        body = base64.b64decode(line.body, validate=True)
    except (binascii.Error, ValueError) as error:
        raise CaptureRefusedError(f"body is no base64: {error}") from None
    # Bits beyond the last byte would be dropped in silence.
    if base64.b64encode(body).decode() != line.body:
        raise CaptureRefusedError("body is no base64: its last character holds bits that belong to no byte")
    return body


def _moment(at: str | None) -> str | None:
    if at is not None:
        try:
            parse_rfc3339(at)
        except ValueError as error:
            raise CaptureRefusedError(f"at: {error}") from None
    return at


def _response(response: dict[str, Any] | None) -> Response | None:
    if response is None:
        return None
    model = Refused if "error" in response and "status" not in response else Answered
    try:
        return model.model_validate(response)
    except ValidationError as error:
        raise CaptureRefusedError(_reason(error, "response")) from None


def _reason(error: ValidationError, *above: str) -> str:
    """Return the first thing that is wrong, with the nearest right name for a key that isn't known."""
    detail = error.errors(include_url=False)[0]
    path = (*above, *(str(part) for part in detail["loc"]))
    place = ".".join(path)
    if detail["type"] == "missing":
        return f"the key {place!r} is missing"
    if detail["type"] == "extra_forbidden":
        known = (*_KNOWN[path[0] if len(path) > 1 else ""].model_fields, *(("error",) if above else ()))
        return f"the key {place!r} isn't known{did_you_mean(path[-1], known)}"
    return f"{place}: {detail['msg'][:1].lower()}{detail['msg'][1:]}, not {_kind(detail['input'])}"


def _kind(value: object) -> str:
    """Say in JSON's words what `value` is."""
    if value is None or isinstance(value, bool):
        return {None: "null", True: "true", False: "false"}[value]
    if isinstance(value, dict | list):
        return "an object" if isinstance(value, dict) else "an array"
    text = json.dumps(value, ensure_ascii=False)
    return text if len(text) <= 60 else f"{text[:57]}…"
