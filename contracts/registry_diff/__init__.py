"""What changed between two states of registry and catalogue, and whom it breaks."""

from __future__ import annotations

from contracts.registry_diff.compare import Change, compare
from contracts.registry_diff.rules import CHANGES, ChangeRule
from contracts.registry_diff.versions import state_here, state_of

__all__ = ["CHANGES", "Change", "ChangeRule", "compare", "state_here", "state_of"]
