"""What a verification and an audit of one file of captures found, to be compared."""

from __future__ import annotations

from collections import Counter

from contracts.model.audit import Audit
from contracts.model.verdict import Verification

ELSEWHERE = {"not-emitted", "engines-disagree"}
"""What only one of them says: a silent pair is a note of an audit, which doesn't ask for a second opinion."""

Places = Counter[tuple[str, int | None]]


def of_verification(run: Verification) -> Places:
    """Return the rules that a verification found broken, with their lines."""
    findings = [finding for pair in run.pairs for finding in pair.findings] + [*run.violations, *run.errors]
    return Counter((one.rule, one.where.line if one.where else None) for one in findings if one.rule not in ELSEWHERE)


def of_audit(found: Audit) -> Places:
    """Return the rules that an audit found broken, with their lines; promises that nobody made are notes in both."""
    return Counter(
        (rule.rule, instance.at.line)
        for rule in found.broken
        if not rule.waived and rule.severity.value != "note" and rule.rule not in ELSEWHERE
        for instance in rule.first
    )
