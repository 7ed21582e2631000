"""From a record to an emission: a capture says how its message was sent, a bare event is only what was sent."""

from __future__ import annotations

import re
from dataclasses import dataclass

import msgspec

from contracts.audit.records import Record, Unreadable
from contracts.emitters.parts.capture_line import CaptureRefusedError, read_recorded
from contracts.model import strict_json
from contracts.model.emission import Emission, Fault
from contracts.model.events import CONTENT_TYPE

_BARE = {"content-type": CONTENT_TYPE}
_QUOTED_VALUE = re.compile(r'".*"', re.DOTALL)


@dataclass(frozen=True, slots=True)
class RecordedEmission:
    """An emission as it was recorded.

    Attributes:
        bare: only the event itself was; how it was sent isn't known.
    """

    emission: Emission
    bare: bool


class _Members(msgspec.Struct):
    specversion: msgspec.Raw | msgspec.UnsetType = msgspec.UNSET
    type: msgspec.Raw | msgspec.UnsetType = msgspec.UNSET
    headers: msgspec.Raw | msgspec.UnsetType = msgspec.UNSET
    body: msgspec.Raw | msgspec.UnsetType = msgspec.UNSET
    fault: msgspec.Raw | msgspec.UnsetType = msgspec.UNSET
    asked: msgspec.Raw | msgspec.UnsetType = msgspec.UNSET
    driven: msgspec.Raw | msgspec.UnsetType = msgspec.UNSET


_members = msgspec.json.Decoder(_Members).decode


def read_record(record: Record | Unreadable) -> RecordedEmission | Fault | None:
    """Return what a record holds, or why it can't be read; None where it tells of a run, and of no message.

    An object with `headers`, `body` or `fault`, and neither `specversion` nor `type`, is a capture, and one with
    `asked` or `driven` is what captures of a driven run hold beside it. Any other object is an event, judged as the
    body of a message in structured mode. What is no JSON object at all can't be told from a damaged log, and is
    nobody's fault: it is unreadable.
    """
    if isinstance(record, Unreadable):
        return _fault(record.reason)
    try:
        members = _members(record.raw)
    except msgspec.MsgspecError:
        return _leniently(record)
    if members.type is not msgspec.UNSET:
        return _event(record.raw)
    names = {name for name in members.__struct_fields__ if getattr(members, name) is not msgspec.UNSET}
    return _capture(record.raw) if _is_capture(names) else _event(record.raw)


def _is_capture(names: set[str]) -> bool:
    return bool(names & {"headers", "body", "fault", "asked", "driven"}) and not names & {"specversion", "type"}


def bare_emission(raw: bytes) -> Emission:
    """Return the emission that a bare event was."""
    return Emission(_BARE, raw.strip(b" \t\r\n"))


def _event(raw: bytes) -> RecordedEmission:
    return RecordedEmission(bare_emission(raw), bare=True)


def _capture(raw: bytes) -> RecordedEmission | Fault | None:
    try:
        recorded = read_recorded(raw)
        return RecordedEmission(recorded, bare=False) if isinstance(recorded, Emission) else None
    except CaptureRefusedError as error:
        # What stood where something else belongs may be anything.
        return _fault(_QUOTED_VALUE.sub("(a text)", str(error)))


def _leniently(record: Record) -> RecordedEmission | Fault | None:
    """Tell an object with a fault in it, which an emitter may have sent, from what is no object."""
    raw = record.raw
    if raw.startswith((b"\xff\xfe", b"\xfe\xff")) or b"\0" in raw:
        return _fault("the line isn't UTF-8 text: a file in UTF-16, or a binary one")
    try:
        value = strict_json.peek(raw.decode("utf-8", "replace"))
    except strict_json.JsonTooLargeError:
        return _event(raw)
    except strict_json.JsonRefusedError:
        torn = "" if record.whole else "the last line is torn, it has no line end: "
        return _fault(f"{torn}the line is no JSON")
    if not isinstance(value, dict):
        return _fault("the line holds no object")
    return _capture(raw) if _is_capture(set(value)) else _event(raw)


def _fault(reason: str) -> Fault:
    return Fault("unreadable-capture", reason)
