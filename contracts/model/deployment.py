"""What a broker knows of a version, for people to see."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class KnownVersion:
    """One version that is in an environment.

    Attributes:
        participant: the consumer's or the emitter's name.
        branch: where it came from; None where the broker wasn't told.
        environments: where it is deployed or released; empty where it is nowhere.
        verified: what the broker holds of its verification, in a few words; empty where it holds nothing.
    """

    participant: str
    version: str
    branch: str | None = None
    environments: tuple[str, ...] = ()
    verified: str = ""
