"""What changed between two states of registry and catalogue, and whom it breaks."""

from __future__ import annotations

from contracts.registry_diff.compare import Change, compare
from contracts.registry_diff.rules import CHANGES, ChangeRule
from contracts.registry_diff.states import revision, working_tree

__all__ = ["CHANGES", "Change", "ChangeRule", "compare", "revision", "working_tree"]
