"""GitLab's code-quality report.

Source: GitLab Docs, "Code Quality", "Code Quality report format": a JSON array; `fingerprint` must be unique in
the report and the same from run to run, because a merge request shows what came and what went by it.
"""

from __future__ import annotations

import hashlib
import json
from collections import Counter
from collections.abc import Iterable, Mapping
from typing import Any

from contracts.errors import Where
from contracts.model import strict_json
from contracts.report.annotations import Annotation, Level

_SEVERITY = {Level.ERROR: "major", Level.WARNING: "minor", Level.NOTICE: "info"}


def code_quality(
    annotations: Iterable[Annotation], *, elsewhere: Where, before: Iterable[Mapping[str, Any]] = ()
) -> str:
    """Return the report as JSON.

    Args:
        elsewhere: where to show what has no place in the checkout; GitLab takes no issue without one.
        before: issues that stay in front, unless they are found again.
    """
    seen: Counter[tuple[str, ...]] = Counter()
    found: dict[str, Mapping[str, Any]] = {str(issue["fingerprint"]): issue for issue in before}
    for annotation in annotations:
        # The second of the same kind differs by its number alone: a line or a value would change with each run.
        number, seen[annotation.identity] = seen[annotation.identity], seen[annotation.identity] + 1
        fingerprint = _fingerprint((*annotation.identity, str(number)))
        where = annotation.where or elsewhere
        found[fingerprint] = {
            "description": f"{annotation.title}: {annotation.message}",
            "check_name": annotation.rule,
            "fingerprint": fingerprint,
            "severity": _SEVERITY[annotation.level],
            "location": {"path": where.file, "lines": {"begin": where.line or 1}},
        }
    return json.dumps(list(found.values()), ensure_ascii=False, indent=2) + "\n"


def issues_in(text: str) -> tuple[Mapping[str, Any], ...]:
    """Return the issues of an earlier report; none where the text is no report."""
    try:
        issues = strict_json.decode(text)
    except strict_json.JsonRefusedError:
        return ()
    if not isinstance(issues, list):
        return ()
    return tuple(issue for issue in issues if isinstance(issue, dict) and "fingerprint" in issue)


def _fingerprint(parts: tuple[str, ...]) -> str:
    return hashlib.sha256(json.dumps(parts).encode()).hexdigest()
