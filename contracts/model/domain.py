"""A domain: its canonical events and its registry. The package that holds one is chosen in the settings."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from contracts.model.events import Catalogue
    from contracts.model.registry import Registry


@dataclass(frozen=True, slots=True)
class Distribution:
    """An installed distribution.

    Attributes:
        editable: it points to a checkout, whose files may have changed since.
    """

    name: str
    version: str
    editable: bool = False

    def __str__(self) -> str:
        """Name it with its version."""
        return f"{self.name} {self.version}" + (" (a checkout)" if self.editable else "")


def told(package: str, distribution: Distribution | None) -> str:
    """Return the name of a contract and its version, for people."""
    return str(distribution) if distribution else f"{package} of this checkout"


@dataclass(frozen=True)
class Domain:
    """What a run of the toolkit judges by.

    Attributes:
        package: the dotted name of the Python package it came from.
        catalogue: the canonical events.
        registry: who may state which of them.
        registry_file: the TOML file that the registry was read from.
        distribution: what brings the package; None where it lies in a checkout and nothing is installed.
    """

    package: str
    catalogue: Catalogue
    registry: Registry
    registry_file: Path
    distribution: Distribution | None = None

    @property
    def told(self) -> str:
        """The contract and its version, for people."""
        return told(self.package, self.distribution)

    @cached_property
    def contract_digest(self) -> str:
        """The digest of what is judged by: two runs under one were judged alike, whatever else the registry says."""
        # Reading the events' schemas takes a start its time: who only shows a registry doesn't pay for it.
        from contracts.model.contract_digest import contract_digest

        return contract_digest(self.catalogue, self.registry)
