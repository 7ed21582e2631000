"""The evidence of one run as bytes: captures, compressed, with a first line that says whose they are.

The first line holds the format's version and the emitter; each further one is a capture. What is read back is held
to its SHA-256, to its emitter and to its number of emissions: a part of a run would give false successes.
"""

from __future__ import annotations

import hashlib
import json
import zlib
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

from contracts.emitters.parts.capture_line import write_capture
from contracts.errors import MisuseError
from contracts.model.emission import Emission, Refused

FORMAT = 1
"""The version of the format that is written, and the one that is read."""
MAX_CAPTURES = 256 * 1024 * 1024
"""The most bytes of captures that are unpacked: what is posted by others may unpack to anything."""

_GZIP = 31
_AGAIN = "run the emitter's own CI for that version: nothing is judged by evidence that isn't whole"


@dataclass(frozen=True, slots=True)
class Packed:
    """The evidence of a run.

    Attributes:
        content: gzip.
        emissions: how many it holds.
    """

    content: bytes
    emissions: int

    @property
    def sha256(self) -> str:
        """The digest under which it is known."""
        return hashlib.sha256(self.content).hexdigest()


def kept_of(emission: Emission) -> Emission:
    """Return what is kept of an emission: body, content type, `ce-*`, trigger, status, time and context."""
    headers = {
        name: value for name, value in emission.headers.items() if name == "content-type" or name.startswith("ce-")
    }
    answer = Refused(error="refused") if isinstance(emission.response, Refused) else emission.response
    return Emission(
        headers=headers,
        body=emission.body,
        at=emission.at,
        response=answer,
        trigger=emission.trigger,
        context=emission.context,
    )


def pack(emissions: Iterable[Emission], emitter: str) -> Packed:
    """Return emissions as evidence; the same ones give the same bytes."""
    packer = zlib.compressobj(9, zlib.DEFLATED, _GZIP)
    parts = [packer.compress(json.dumps({"format": FORMAT, "emitter": emitter}).encode() + b"\n")]
    count = 0
    for emission in emissions:
        parts.append(packer.compress(write_capture(kept_of(emission))))
        count += 1
    return Packed(b"".join([*parts, packer.flush()]), count)


def unpack(packed: Packed, emitter: str, sha256: str) -> bytes:
    """Return the captures of evidence.

    Args:
        packed: as it was found.
        emitter: whose it has to be.
        sha256: what its digest has to be.

    Raises:
        MisuseError: it was altered or cut, is of another format or emitter, or unpacks to too much; the message says
            which.
    """
    if packed.sha256 != sha256:
        raise _refused(f"was altered or cut: its SHA-256 is {packed.sha256[:12]}, not {sha256[:12]}")
    head, _, captures = _unpacked(packed.content).partition(b"\n")
    said = _first_line(head)
    if said.get("format") != FORMAT:
        raise _refused(f"is of format {said.get('format')!r}, and this toolkit reads {FORMAT}", "upgrade the toolkit")
    if said.get("emitter") != emitter:
        raise _refused(f"is that of {said.get('emitter')!r}, not of {emitter}")
    lines = captures.count(b"\n")
    if lines != packed.emissions or not (captures.endswith(b"\n") or not captures):
        raise _refused(f"was cut: it holds {lines} emissions, not {packed.emissions}")
    return captures


def _unpacked(content: bytes) -> bytes:
    unpacker = zlib.decompressobj(_GZIP)
    try:
        text = unpacker.decompress(content, MAX_CAPTURES)
    except zlib.error:
        raise _refused("can't be unpacked: it is no gzip") from None
    if unpacker.unconsumed_tail:
        raise _refused(f"unpacks to more than {MAX_CAPTURES // 1024 // 1024} MiB")
    if not unpacker.eof or unpacker.unused_data:
        raise _refused("was cut, or something was added to it")
    return text


def _first_line(head: bytes) -> dict[str, Any]:
    try:
        said = json.loads(head)
    except (ValueError, RecursionError):
        said = None
    if not isinstance(said, dict):
        raise _refused("doesn't begin with its format and its emitter")
    return said


def _refused(why: str, next_step: str = _AGAIN) -> MisuseError:
    return MisuseError(f"the evidence {why}", next_step=next_step)
