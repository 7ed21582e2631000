"""A file that a new repository begins with."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class NewFile:
    """A file to write.

    Attributes:
        path: relative to the repository.
        yields: what is there already under its name stays as it is.
    """

    path: str
    text: str
    executable: bool = False
    yields: bool = False
