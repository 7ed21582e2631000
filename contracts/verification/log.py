"""Collecting findings without keeping ten thousand of a kind."""

from __future__ import annotations

import json
from collections import Counter
from dataclasses import replace
from typing import Any

from contracts.model.rules import RULES
from contracts.model.verdict import Finding

KEPT_OF_A_KIND = 20
KEPT_OF_A_DEFECT = 3
"""Of findings that say the same of the same value: a few places are enough to find it."""
KEPT_OF_A_RULE = 1000
"""However many kinds there are: ten thousand emissions may each name a wrong key of their own."""

UNREADABLE = "unreadable-capture"
RANGES = 50
"""Ranges of lines that are listed of unreadable ones in a file."""

LONGEST = 4000
"""Characters that are kept of what a finding shows: a message may hold a megabyte in one value, or in one key."""


class FindingLog:
    """Keeps the first findings of a kind (rule, interaction and path) and counts the others.

    Memory is bounded: beyond a rule's share new kinds are counted by their rule alone.
    """

    def __init__(self) -> None:
        self._kept: list[Finding] = []
        self._seen: Counter[tuple[str, str | None, str | None]] = Counter()
        self._of_rule: Counter[str] = Counter()
        self._alike: Counter[str] = Counter()
        self._beyond: Counter[str] = Counter()
        self._lines: dict[str, list[tuple[int, int]]] = {}

    def __bool__(self) -> bool:
        return bool(self._kept)

    def copy(self) -> FindingLog:
        """Return a log of the same findings, to which others can be added."""
        other = FindingLog()
        other._kept = list(self._kept)
        other._seen, other._of_rule = Counter(self._seen), Counter(self._of_rule)
        other._alike, other._beyond = Counter(self._alike), Counter(self._beyond)
        other._lines = {file: list(ranges) for file, ranges in self._lines.items()}
        return other

    def add(self, finding: Finding) -> None:
        """Take a finding; where it says no next step, the rule's own is added."""
        kind = (finding.rule, finding.interaction, _cut(finding.path))
        full = self._of_rule[finding.rule] >= KEPT_OF_A_RULE
        if full and kind not in self._seen:
            self._beyond[finding.rule] += 1
            return
        self._seen[kind] += 1
        short = _shortened(finding)
        if self._seen[kind] <= KEPT_OF_A_KIND and not full and self._is_new(kind, short):
            self._of_rule[finding.rule] += 1
            self._kept.append(with_next_step(short))
        elif finding.rule == UNREADABLE and finding.where and finding.where.line:
            self._left_line(finding.where.file, finding.where.line)

    def _is_new(self, kind: tuple[str, str | None, str | None], finding: Finding) -> bool:
        """Has this been said of this value less than three times? Each line that can't be read is news of its own."""
        if finding.rule == UNREADABLE:
            return True
        defect = json.dumps([*kind, finding.message, finding.actual], default=str)
        if self._alike[defect] >= KEPT_OF_A_DEFECT:
            return False
        self._alike[defect] += 1
        return True

    def _left_line(self, file: str, line: int) -> None:
        ranges = self._lines.setdefault(file, [])
        if ranges and ranges[-1][1] in (line - 1, line):
            ranges[-1] = (ranges[-1][0], line)
        elif len(ranges) <= RANGES:
            ranges.append((line, line))

    def _where_left(self, rule: str) -> str:
        """Say which lines the unreadable ones that aren't kept are: nobody could find them otherwise."""
        if rule != UNREADABLE or not self._lines:
            return ""
        said = []
        for file, ranges in self._lines.items():
            shown = [str(first) if first == last else f"{first}-{last}" for first, last in ranges[:RANGES]]
            said.append(f"{file}: {', '.join(shown)}{' and more' if len(ranges) > RANGES else ''}")
        return f" (lines of {'; '.join(said)})"

    def findings(self) -> tuple[Finding, ...]:
        """Return the kept findings in their order, and one line a kind for what was left out."""
        kept = Counter((each.rule, each.interaction, each.path) for each in self._kept)
        left_out = [
            Finding(
                rule,
                f"and {count - kept[rule, interaction, path]} more like the {kept[rule, interaction, path]} shown"
                f"{self._where_left(rule)}",
                interaction=interaction,
                path=path,
                next_step=RULES[rule].next_step,
            )
            for (rule, interaction, path), count in self._seen.items()
            if count > kept[rule, interaction, path]
        ]
        others = [
            Finding(rule, f"and {count} more at other places", next_step=RULES[rule].next_step)
            for rule, count in self._beyond.items()
        ]
        return (*self._kept, *left_out, *others)


def _shortened(finding: Finding) -> Finding:
    shown = {name: getattr(finding, name) for name in ("message", "path", "expected", "actual")}
    return replace(finding, **{name: _cut(value) for name, value in shown.items()})


def _cut(value: Any) -> Any:
    """Return a JSON value as it is where it is short, else the beginning of its text."""
    text = value if isinstance(value, str) else json.dumps(value, ensure_ascii=False)
    return value if len(text) <= LONGEST else f"{text[:LONGEST]}… ({len(text)} characters)"


def with_next_step(finding: Finding) -> Finding:
    """Return the finding with its rule's next step where it has none of its own."""
    if finding.next_step is None and finding.rule in RULES:
        return replace(finding, next_step=RULES[finding.rule].next_step)
    return finding
