"""The evidence of one run as bytes: captures, compressed, with a first line that says whose they are.

The first line holds the format's version, the emitter, its version and the run; each further one is a line of
captures. What is read back is held to its SHA-256, to whose it has to be and to its number of emissions: a part of a
run would give false successes.
"""

from __future__ import annotations

import hashlib
import json
import zlib
from dataclasses import asdict, dataclass, field, replace
from typing import Any

from contracts.emitters.parts.capture_line import write_asked, write_capture, write_driven
from contracts.errors import MisuseError
from contracts.model.emission import Driven, Emission, Refused, Settled, Trigger
from contracts.model.strict_json import JsonRefusedError, read

FORMAT = 1
"""The version of the format that is written, and the one that is read."""
MAX_CAPTURES = 256 * 1024 * 1024
"""The most bytes of captures that are packed or unpacked: what is posted by others may unpack to anything."""

_GZIP = 31
_AGAIN = "run the emitter's own CI for that version: nothing is judged by evidence that isn't whole"
_NO_EMISSION = (b'{"asked":', b'{"driven":')
"""How the lines begin that are no emission, as they are written here."""


@dataclass(frozen=True, slots=True)
class Sealed:
    """Whose evidence it is.

    Attributes:
        run: names the run, as its results do.
        contract: the digest of the contract that the run was judged by.
        at: when the run was published, RFC 3339.
    """

    emitter: str
    version: str
    run: str
    contract: str
    toolkit: str
    at: str


@dataclass(frozen=True, slots=True)
class Packed:
    """The evidence of a run.

    Attributes:
        content: gzip.
        emissions: how many it holds; None where nobody says.
    """

    content: bytes
    emissions: int | None

    @property
    def sha256(self) -> str:
        """The digest under which it is known."""
        return hashlib.sha256(self.content).hexdigest()


class Packer:
    """Packs a run line by line, as it comes; the same lines give the same bytes.

    The names of tests and deliveries are free text that may hold anything: each is replaced by a number, so that equal
    ones stay equal.

    Attributes:
        size: bytes of captures so far.
    """

    def __init__(self, sealed: Sealed) -> None:
        self._packer = zlib.compressobj(9, zlib.DEFLATED, _GZIP)
        self._parts: list[bytes] = []
        self._emissions = 0
        self._numbers: dict[tuple[str, str], str] = {}
        self.size = 0
        self._add(json.dumps({"format": FORMAT, **asdict(sealed)}).encode() + b"\n")

    def driven(self, run: Driven) -> None:
        """Note what the driver could."""
        self._add(write_driven(run))

    def emission(self, emission: Emission) -> None:
        """Take an emission: what is kept of it."""
        kept = kept_of(emission)
        context = None if kept.context is None else self._numbered("test", kept.context)
        trigger = None if kept.trigger is None else self._anonymous(kept.trigger)
        self._add(write_capture(replace(kept, context=context, trigger=trigger)))
        self._emissions += 1

    def asked(self, settled: Settled) -> None:
        """Note that a fact was asked for, and whether its delivery was refused on purpose."""
        self._add(write_asked(Settled(self._anonymous(settled.trigger), settled.refused)))

    def packed(self) -> Packed:
        """Return everything that was taken; nothing can be added afterwards."""
        return Packed(b"".join([*self._parts, self._packer.flush()]), self._emissions)

    def _add(self, line: bytes) -> None:
        self.size += len(line)
        self._parts.append(self._packer.compress(line))

    def _anonymous(self, trigger: Trigger) -> Trigger:
        if trigger.delivery is None:
            return trigger
        return trigger.model_copy(update={"delivery": self._numbered("delivery", trigger.delivery)})

    def _numbered(self, kind: str, name: str) -> str:
        return self._numbers.setdefault((kind, name), f"{kind} {len(self._numbers) + 1}")


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


@dataclass(frozen=True, slots=True)
class Unpacked:
    """Evidence that was read back whole.

    Attributes:
        captures: the run as captures, as `contracts verify --captures` reads them.
    """

    sealed: Sealed
    captures: bytes = field(repr=False)
    emissions: int = 0


def unpack(packed: Packed, sha256: str, *, emitter: str, version: str, run: str | None = None) -> Unpacked:
    """Return what evidence holds.

    Args:
        packed: as it was found.
        sha256: what its digest has to be.
        emitter, version, run: whose it has to be; any run's where that is None.

    Raises:
        MisuseError: it was altered or cut, is of another format, emitter, version or run, or unpacks to too much; the
            message says which.
    """
    if packed.sha256 != sha256:
        raise _refused(f"was altered or cut: its SHA-256 is {packed.sha256[:12]}, not {sha256[:12] or 'known'}")
    head, _, captures = _unpacked(packed.content).partition(b"\n")
    sealed = _sealed(head)
    for said, owed in ((sealed.emitter, emitter), (sealed.version, version), (sealed.run, run)):
        if owed is not None and said != owed:
            raise _refused(f"is that of {said!r}, not of {owed}")
    emissions = sum(not line.startswith(_NO_EMISSION) for line in captures.split(b"\n")[:-1])
    if packed.emissions not in (None, emissions) or not (captures.endswith(b"\n") or not captures):
        raise _refused(f"was cut: it holds {emissions} emissions, not {packed.emissions}")
    return Unpacked(sealed, captures, emissions)


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


def _sealed(head: bytes) -> Sealed:
    try:
        said: Any = read(head)
    except JsonRefusedError:
        said = None
    if not isinstance(said, dict):
        raise _refused("doesn't begin with its format and its emitter")
    if said.get("format") != FORMAT:
        raise _refused(f"is of format {said.get('format')!r}, and this toolkit reads {FORMAT}", "upgrade the toolkit")
    names = Sealed.__slots__
    return Sealed(**{name: str(said.get(name, "")) for name in names})


def _refused(why: str, next_step: str = _AGAIN) -> MisuseError:
    return MisuseError(f"the evidence {why}", next_step=next_step)
