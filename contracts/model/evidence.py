"""What is kept of a run beside its results, so that its emissions can be judged again without the emitter."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any


@dataclass(frozen=True, slots=True)
class EvidenceRecord:
    """What a result says of the evidence of its run: where it is, and by what it is known.

    Attributes:
        format: the version of its form.
        sha256: the digest of the packed evidence.
        emissions: how many it holds.
        size: its bytes, packed.
        data: the evidence itself in base64, where this result holds it.
        result: the address of the result of the same run that holds it.
        store: the name of the store that holds it.
    """

    format: int
    sha256: str
    emissions: int
    size: int
    data: str | None = None
    result: str | None = None
    store: str | None = None

    def to_json(self) -> dict[str, Any]:
        """Return the record as a result holds it."""
        said = {
            "format": self.format,
            "sha256": self.sha256,
            "emissions": self.emissions,
            "bytes": self.size,
            "data": self.data,
            "result": self.result,
            "store": self.store,
        }
        return {key: value for key, value in said.items() if value is not None}

    @classmethod
    def read(cls, raw: Mapping[str, Any]) -> EvidenceRecord:
        """Return a record that somebody posted: what isn't of its type is as if it weren't there."""
        numbers = {key: raw[key] if type(raw.get(key)) is int else 0 for key in ("format", "emissions", "bytes")}
        texts = {key: raw[key] if isinstance(raw.get(key), str) else None for key in ("sha256", *_PLACES)}
        return cls(
            format=numbers["format"],
            sha256=texts["sha256"] or "",
            emissions=numbers["emissions"],
            size=numbers["bytes"],
            data=texts["data"],
            result=texts["result"],
            store=texts["store"],
        )


_PLACES = ("data", "result", "store")


@dataclass(frozen=True, slots=True)
class SourceRun:
    """A run of the emitter whose emissions were judged again.

    Attributes:
        posted_at: when its results arrived, as the broker wrote it.
        contract: the digest of the contract that it was judged by then.
        evidence: the digest of what was kept of it.
    """

    id: str
    posted_at: str
    contract: str
    evidence: str

    def to_json(self) -> dict[str, str]:
        """Return the run as a result holds it."""
        return {"id": self.id, "posted_at": self.posted_at, "contract": self.contract, "evidence": self.evidence}

    @classmethod
    def read(cls, raw: Mapping[str, Any]) -> SourceRun:
        """Return a run that a result names; what isn't there is empty."""
        return cls(*(str(raw.get(key, "")) for key in ("id", "posted_at", "contract", "evidence")))


@dataclass(frozen=True, slots=True)
class KeptEvidence:
    """What a publication kept of its run, for people and scripts.

    Attributes:
        text: what was kept, where and how large; or why nothing was.
        place: `result` or `store`; None where nothing was kept.
    """

    text: str
    place: str | None = None
    sha256: str | None = None
    emissions: int = 0
    size: int = 0

    def to_json(self) -> dict[str, Any]:
        """Return the same in the promised JSON shape."""
        return {
            "kept": self.place is not None,
            "place": self.place,
            "sha256": self.sha256,
            "emissions": self.emissions,
            "bytes": self.size,
            "text": self.text,
        }
