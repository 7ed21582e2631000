"""A pair that was promoted or taken back, as a value."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from contracts.model.registry import Pair, Status


@dataclass(frozen=True, slots=True)
class StatusChange:
    """A pair that was promoted or taken back.

    Attributes:
        files: the registry and the pacts that were written.
        freezes: what can't be released until more has happened; empty where nothing is frozen.
        notes: what the promotion rests on.
        next_steps: in their order.
    """

    pair: Pair
    status: Status
    files: tuple[str, ...]
    freezes: tuple[str, ...]
    notes: tuple[str, ...]
    next_steps: tuple[str, ...]

    def to_json(self) -> dict[str, Any]:
        """Return the change as the commands print it with `--output json`."""
        return {
            "emitter": self.pair.emitter,
            "event": self.pair.event,
            "before": self.pair.status.value,
            "status": self.status.value,
            "files": list(self.files),
            "freezes": list(self.freezes),
            "notes": list(self.notes),
            "next": list(self.next_steps),
        }
