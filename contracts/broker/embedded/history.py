"""What a broker's file holds, step by step in the order in which it happened: for whoever does it again elsewhere."""

from __future__ import annotations

import json
import sqlite3
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from contracts.broker.embedded.records.deployments import Kind


@dataclass(frozen=True, slots=True)
class VersionStep:
    """A version became known."""

    pacticipant: str
    number: str
    build_url: str | None


@dataclass(frozen=True, slots=True)
class BranchStep:
    """A version was put on a branch."""

    pacticipant: str
    number: str
    branch: str


@dataclass(frozen=True, slots=True)
class TagStep:
    """A version was tagged."""

    pacticipant: str
    number: str
    tag: str


@dataclass(frozen=True, slots=True)
class PactStep:
    """A consumer version published a pact; equal contents have one `content_id`."""

    consumer: str
    number: str
    provider: str
    content_id: int


@dataclass(frozen=True, slots=True)
class ResultStep:
    """A provider version verified a content; `wip` if the pact was work in progress when it did."""

    content_id: int
    consumer: str
    consumer_version: str
    provider: str
    provider_version: str
    success: bool
    wip: bool
    build_url: str | None
    test_results: Any
    verified_by: dict[str, Any]


HistoryStep = VersionStep | BranchStep | TagStep | PactStep | ResultStep


@dataclass(frozen=True, slots=True)
class PastPlacement:
    """A version that is, or was, deployed or released; `ended` if it no longer is."""

    pacticipant: str
    number: str
    kind: Kind
    environment: str
    instance: str | None
    ended: bool


# Each kind by itself is ordered by its ids; what happened between kinds is told by the time it was stored at.
_STEPS = (
    "SELECT 0 AS rank, id, created_at FROM versions"
    " UNION ALL SELECT 1, id, created_at FROM branch_versions"
    " UNION ALL SELECT 2, rowid, created_at FROM tags"
    " UNION ALL SELECT 3, id, created_at FROM publications"
    " UNION ALL SELECT 4, id, created_at FROM verifications ORDER BY 3, 1, 2"
)
_ROWS = (
    (
        "SELECT p.name AS pacticipant, v.number, v.build_url FROM versions v"
        " JOIN pacticipants p ON p.id = v.pacticipant_id WHERE v.id = ?"
    ),
    (
        "SELECT p.name AS pacticipant, v.number, b.name AS branch FROM branch_versions bv"
        " JOIN branches b ON b.id = bv.branch_id JOIN versions v ON v.id = bv.version_id"
        " JOIN pacticipants p ON p.id = v.pacticipant_id WHERE bv.id = ?"
    ),
    (
        "SELECT p.name AS pacticipant, v.number, t.name AS tag FROM tags t JOIN versions v ON v.id = t.version_id"
        " JOIN pacticipants p ON p.id = v.pacticipant_id WHERE t.rowid = ?"
    ),
    (
        "SELECT c.name AS consumer, v.number, p.name AS provider, x.pact_version_id AS content_id FROM publications x"
        " JOIN pacticipants c ON c.id = x.consumer_id JOIN pacticipants p ON p.id = x.provider_id"
        " JOIN versions v ON v.id = x.consumer_version_id WHERE x.id = ?"
    ),
    (
        "SELECT r.pact_version_id AS content_id, c.name AS consumer, p.name AS provider, v.number AS provider_version,"
        " (SELECT cv.number FROM publications x JOIN versions cv ON cv.id = x.consumer_version_id"
        " WHERE x.pact_version_id = r.pact_version_id ORDER BY x.id LIMIT 1) AS consumer_version,"
        " r.success, r.wip, r.build_url, r.test_results, r.verified_by FROM verifications r"
        " JOIN pacticipants c ON c.id = r.consumer_id JOIN pacticipants p ON p.id = r.provider_id"
        " JOIN versions v ON v.id = r.provider_version_id WHERE r.id = ?"
    ),
)


def count_steps(db: sqlite3.Connection) -> int:
    """Return how many steps the history has."""
    return int(db.execute(f"SELECT count(*) FROM ({_STEPS})").fetchone()[0])  # noqa: S608 - constants


def history(db: sqlite3.Connection) -> Iterator[HistoryStep]:
    """Yield what happened, in its order."""
    for step in db.execute(_STEPS).fetchall():
        values = dict(db.execute(_ROWS[step["rank"]], (step["id"],)).fetchone())
        match step["rank"]:
            case 0:
                yield VersionStep(**values)
            case 1:
                yield BranchStep(**values)
            case 2:
                yield TagStep(**values)
            case 3:
                yield PactStep(**values)
            case _:
                tests = values.pop("test_results")
                yield ResultStep(
                    **{
                        **values,
                        "success": bool(values["success"]),
                        "wip": bool(values["wip"]),
                        "test_results": None if tests is None else json.loads(tests),
                        "verified_by": json.loads(values["verified_by"]),
                    }
                )


def past_placements(db: sqlite3.Connection) -> list[PastPlacement]:
    """Return what is and was deployed and released, in the order in which it was recorded."""
    rows = db.execute(
        "SELECT p.name AS pacticipant, v.number, x.kind, e.name AS environment, x.instance, x.ended FROM ("
        "SELECT 'deployed' AS kind, version_id, environment_id, instance, created_at, ended_at IS NOT NULL AS ended"
        " FROM deployed_versions UNION ALL"
        " SELECT 'released', version_id, environment_id, NULL, created_at, ended_at IS NOT NULL FROM released_versions"
        ") x JOIN versions v ON v.id = x.version_id JOIN pacticipants p ON p.id = v.pacticipant_id"
        " JOIN environments e ON e.id = x.environment_id ORDER BY x.created_at"
    )
    return [PastPlacement(**{**row, "ended": bool(row["ended"])}) for row in rows]
