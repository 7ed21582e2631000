"""Contracts that a test run heard of and never asked: a test that verifies nothing must not be green."""

from __future__ import annotations

import os
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from contracts.errors import Where
from contracts.project.paths import shown
from contracts.provider.contract import EmitterContract, Key

NEXT = (
    "assign it to a name that starts with test, in a test module or in a class that pytest collects: "
    "not in a unittest.TestCase, not in a function"
)


@dataclass(frozen=True, slots=True)
class UnseenContract:
    """A contract that became no item of the run.

    Attributes:
        where: the line that names the emitter.
    """

    emitter: str
    where: Where

    def __str__(self) -> str:
        place = Where(shown(Path(self.where.file)), self.where.line)
        return f"{place}: verify_emitter({self.emitter!r}) became no item of this run: nothing verified it"

    def to_json(self) -> dict[str, Any]:
        """Return it for another process."""
        return {"emitter": self.emitter, **self.where.to_json()}

    @classmethod
    def from_json(cls, document: Mapping[str, Any]) -> UnseenContract:
        """Read what `to_json` returned."""
        return cls(document["emitter"], Where(document["file"], document["line"]))

    def annotation(self) -> dict[str, Any]:
        """Return what a CI is to show at its line."""
        return {
            "title": f"{self.emitter} isn't verified",
            "message": f"{self}\n  next: {NEXT}",
            "file": self.where.file,
            "line": self.where.line,
        }


@dataclass(slots=True)
class ContractWatch:
    """What a run has heard so far.

    Attributes:
        made: the contracts that modules made while they were imported, and tests while they ran.
        tests_run: collecting is over.
        collected: the modules that pytest collected.
        asked: the contracts that became items, whether they were then deselected or not.
        received: what other processes of the run found out.
    """

    made: list[tuple[EmitterContract, bool]] = field(default_factory=list)
    tests_run: bool = False
    collected: set[str] = field(default_factory=set)
    asked: set[Key] = field(default_factory=set)
    received: list[UnseenContract] = field(default_factory=list)

    def hear(self, contract: EmitterContract) -> None:
        """Remember a contract that is made now."""
        self.made.append((contract, self.tests_run))

    def unseen(self) -> tuple[UnseenContract, ...]:
        """Return what was made in a collected module or while tests ran, and became no item; each line once.

        A module that another one imports is collected under its own name: what either copy of it became counts
        for both.
        """
        modules = {os.path.realpath(file) for file in self.collected}
        found = [
            UnseenContract(contract.emitter, contract.where)
            for contract, in_test in self.made
            if contract.key not in self.asked and (in_test or _file(contract) in modules)
        ]
        return tuple(dict.fromkeys([*found, *self.received]))

    def receive(self, documents: Iterable[Mapping[str, Any]]) -> None:
        """Take over what another process of the run found out."""
        self.received += map(UnseenContract.from_json, documents)


def _file(contract: EmitterContract) -> str | None:
    return None if contract.module is None else os.path.realpath(contract.module)
