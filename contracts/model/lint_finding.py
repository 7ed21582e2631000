"""What is wrong with a contract itself, as a value."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from contracts.errors import Where


@dataclass(frozen=True, slots=True)
class LintFinding:
    """One thing that is wrong with the catalogue."""

    rule: str
    message: str
    where: Where | None
    next_step: str

    def to_json(self) -> dict[str, Any]:
        """Return the finding in the promised JSON shape."""
        return {
            "rule": self.rule,
            "message": self.message,
            "where": self.where.to_json() if self.where else None,
            "next": self.next_step,
        }
