"""Building blocks of the audit's tests: logs on the disk, and one audit of them."""

from __future__ import annotations

import json
from collections.abc import Iterable
from datetime import date
from pathlib import Path
from typing import Any

from contracts.audit.judge import AuditJob
from contracts.audit.run import Verdicts, audit
from contracts.model.audit import Audit
from contracts.model.domain import Domain
from contracts.model.pact import PactUnderTest
from tests.verification.support import COMPLETED, FACTS, TRACKER, message, pact, webinar_domain


def job(domain: Domain | None = None, **changes: Any) -> AuditJob:
    """Return a job of the webinar domain, with the pact of its tests."""
    whole: dict[str, Any] = {"pacts": {TRACKER: (PactUnderTest(pact()),)}, "today": date(2026, 3, 2), **changes}
    return AuditJob(domain=domain or webinar_domain(), **whole)


def event(number: int = 1, name: str = COMPLETED, **changes: Any) -> dict[str, Any]:
    """Return a right event; each number states a fact of its own under a marker of its own."""
    fact = {key: f"{value}-{number}" for key, value in FACTS[name].items()}
    return message(name, **{"id": f"m-{number}", "data": fact, **changes})


def lines(*values: Any) -> bytes:
    """Return a log: bytes as they are, everything else as JSON, one a line."""
    return b"".join((one if isinstance(one, bytes) else json.dumps(one).encode()) + b"\n" for one in values)


def audited(folder: Path, *logs: bytes, verdicts: Verdicts | None = None, **changes: Any) -> Audit:
    """Write logs to files, and audit them in this order."""
    files = [folder / f"{number}.log" for number in range(len(logs))]
    for file, log in zip(files, logs, strict=True):
        file.write_bytes(log)
    return audit(job(**changes), [str(file) for file in files], verdicts or Verdicts())


def counts(found: Audit) -> dict[str, int]:
    """Return how often each rule was broken."""
    total: dict[str, int] = {}
    for one in found.broken:
        total[one.rule] = total.get(one.rule, 0) + one.count
    return total


def shown(found: Audit) -> Iterable[str]:
    """Yield all that is shown of what was sent."""
    for one in found.broken:
        for instance in one.first:
            yield from (instance.message, instance.path, instance.expected, instance.actual)
