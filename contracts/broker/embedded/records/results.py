"""Verification results: the last one for a (pact content, provider version) speaks."""

from __future__ import annotations

import json
import sqlite3
from dataclasses import dataclass
from typing import Any

from contracts.broker.embedded.records.pacts import PublicationRecord
from contracts.broker.embedded.records.participants import ensure_version, tags_of
from contracts.broker.embedded.store import next_moment, now


@dataclass(frozen=True, slots=True)
class ResultRecord:
    """A verification result as it was posted."""

    number: int
    consumer: str
    provider: str
    digest: str
    provider_version: str
    success: bool
    build_url: str | None
    test_results: Any
    verified_by: dict[str, Any]
    created_at: str


_RESULT = (
    "SELECT r.id AS number, c.name AS consumer, p.name AS provider, pv.digest, v.number AS provider_version,"
    " r.success, r.build_url, r.test_results, r.verified_by, r.created_at"
    " FROM verifications r JOIN pact_versions pv ON pv.id = r.pact_version_id"
    " JOIN pacticipants c ON c.id = r.consumer_id JOIN pacticipants p ON p.id = r.provider_id"
    " JOIN versions v ON v.id = r.provider_version_id"
)


def _result(row: sqlite3.Row) -> ResultRecord:
    values = dict(row)
    values["success"] = bool(values["success"])
    values["test_results"] = json.loads(values["test_results"]) if values["test_results"] is not None else None
    values["verified_by"] = json.loads(values["verified_by"])
    return ResultRecord(**values)


def add_result(
    db: sqlite3.Connection,
    pact: PublicationRecord,
    *,
    provider_version: str,
    success: bool,
    wip: bool,
    build_url: str | None,
    test_results: Any,
    verified_by: dict[str, Any],
) -> ResultRecord:
    """Store a result; the provider version is created, on no branch, if it is new."""
    version = ensure_version(db, pact.provider, provider_version)
    cursor = db.execute(
        "INSERT INTO verifications (pact_version_id, provider_version_id, consumer_id,"
        " provider_id, success, wip,"
        " build_url, test_results, verified_by, moment, created_at) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)",
        (
            pact.pact_version_id,
            version.id,
            pact.consumer_id,
            pact.provider_id,
            success,
            wip,
            build_url,
            json.dumps(test_results) if test_results is not None else None,
            json.dumps(verified_by),
            next_moment(db),
            now(),
        ),
    )
    number = int(cursor.lastrowid or 0)
    db.executemany(
        "INSERT INTO verification_tags (verification_id, name) VALUES (?, ?)",
        [(number, name) for name, _, _ in tags_of(db, version.id)],
    )
    return _result(db.execute(f"{_RESULT} WHERE r.id = ?", (number,)).fetchone())


def find_result(db: sqlite3.Connection, consumer: str, provider: str, digest: str, number: int) -> ResultRecord | None:
    """Return a result by its number."""
    row = db.execute(
        f"{_RESULT} WHERE c.name = ? AND p.name = ? AND pv.digest = ? AND r.id = ?",
        (consumer, provider, digest, number),
    ).fetchone()
    return _result(row) if row else None


def latest_result(db: sqlite3.Connection, pact_version_id: int) -> ResultRecord | None:
    """Return the last result for a pact version, of any provider version."""
    row = db.execute(f"{_RESULT} WHERE r.pact_version_id = ? ORDER BY r.id DESC LIMIT 1", (pact_version_id,)).fetchone()
    return _result(row) if row else None


def results_of_provider_version(
    db: sqlite3.Connection, version_id: int, *, limit: int
) -> list[tuple[ResultRecord, str]]:
    """Return the last result that a provider version has for each content, the latest first.

    Each comes with the number of the latest consumer version that has published the content.
    """
    rows = db.execute(
        f"{_RESULT} WHERE r.provider_version_id = ? AND r.id IN (SELECT max(l.id) FROM verifications l"  # noqa: S608 - constants
        " WHERE l.provider_version_id = r.provider_version_id GROUP BY l.pact_version_id)"
        " ORDER BY r.id DESC LIMIT ?",
        (version_id, limit),
    ).fetchall()
    found = []
    for row in rows:
        (number,) = db.execute(
            "SELECT cv.number FROM publications x JOIN versions cv ON cv.id = x.consumer_version_id"
            " WHERE x.pact_version_id = (SELECT pact_version_id FROM verifications WHERE id = ?)"
            " ORDER BY x.consumer_version_id DESC LIMIT 1",
            (row["number"],),
        ).fetchone()
        found.append((_result(row), str(number)))
    return found
