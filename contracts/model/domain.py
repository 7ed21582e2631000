"""A domain: its canonical events and its registry. The package that holds one is chosen in the settings."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property
from pathlib import Path

from contracts.model.contract_digest import contract_digest
from contracts.model.events import Catalogue
from contracts.model.registry import Registry


@dataclass(frozen=True)
class Domain:
    """What a run of the toolkit judges by.

    Attributes:
        package: the dotted name of the Python package it came from.
        catalogue: the canonical events.
        registry: who may state which of them.
        registry_file: the TOML file that the registry was read from.
    """

    package: str
    catalogue: Catalogue
    registry: Registry
    registry_file: Path

    @cached_property
    def contract_digest(self) -> str:
        """The digest of what is judged by: two runs under one were judged alike, whatever else the registry says."""
        return contract_digest(self.catalogue, self.registry)
