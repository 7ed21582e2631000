"""GitLab's code-quality report.

Source: GitLab Docs, "Code Quality", "Code Quality report format": a JSON array; `fingerprint` must be unique in
the report and the same from run to run, because a merge request shows what came and what went by it.
"""

from __future__ import annotations

import hashlib
import json
from collections import Counter
from collections.abc import Iterable

from contracts.errors import Where
from contracts.report.annotations import Annotation, Level

FILE = "gl-code-quality-report.json"
"""The name that GitLab's own documentation gives the artifact."""

_SEVERITY = {Level.ERROR: "major", Level.WARNING: "minor", Level.NOTICE: "info"}


def code_quality(annotations: Iterable[Annotation], *, elsewhere: Where) -> str:
    """Return the report as JSON.

    Args:
        elsewhere: where to show what has no place in the checkout; GitLab takes no issue without one.
    """
    seen: Counter[tuple[str, ...]] = Counter()
    issues = []
    for annotation in annotations:
        # The second of the same kind differs by its number alone: a line or a value would change with each run.
        number, seen[annotation.identity] = seen[annotation.identity], seen[annotation.identity] + 1
        where = annotation.where or elsewhere
        issues.append(
            {
                "description": f"{annotation.title}: {annotation.message}",
                "check_name": annotation.rule,
                "fingerprint": _fingerprint((*annotation.identity, str(number))),
                "severity": _SEVERITY[annotation.level],
                "location": {"path": where.file, "lines": {"begin": where.line or 1}},
            }
        )
    return json.dumps(issues, ensure_ascii=False, indent=2) + "\n"


def _fingerprint(parts: tuple[str, ...]) -> str:
    return hashlib.sha256(json.dumps(parts).encode()).hexdigest()
