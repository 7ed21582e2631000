"""Collecting findings without keeping ten thousand of a kind."""

from __future__ import annotations

from collections import Counter
from dataclasses import replace

from contracts.model.rules import RULES
from contracts.model.verdict import Finding

KEPT_OF_A_KIND = 20


class FindingLog:
    """Keeps the first findings of a kind (rule, interaction and path) and counts the others."""

    def __init__(self) -> None:
        self._kept: list[Finding] = []
        self._seen: Counter[tuple[str, str | None, str | None]] = Counter()

    def __bool__(self) -> bool:
        return bool(self._kept)

    def add(self, finding: Finding) -> None:
        """Take a finding; where it says no next step, the rule's own is added."""
        kind = (finding.rule, finding.interaction, finding.path)
        self._seen[kind] += 1
        if self._seen[kind] <= KEPT_OF_A_KIND:
            self._kept.append(with_next_step(finding))

    def findings(self) -> tuple[Finding, ...]:
        """Return the kept findings in their order, and one line a kind for what was left out."""
        left_out = [
            Finding(
                rule,
                f"and {count - KEPT_OF_A_KIND} more like the {KEPT_OF_A_KIND} shown",
                interaction=interaction,
                path=path,
                next_step=RULES[rule].next_step,
            )
            for (rule, interaction, path), count in self._seen.items()
            if count > KEPT_OF_A_KIND
        ]
        return (*self._kept, *left_out)


def with_next_step(finding: Finding) -> Finding:
    """Return the finding with its rule's next step where it has none of its own."""
    if finding.next_step is None and finding.rule in RULES:
        return replace(finding, next_step=RULES[finding.rule].next_step)
    return finding
