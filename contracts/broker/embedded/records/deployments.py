"""Environments, and which versions are deployed or released to them."""

from __future__ import annotations

import json
import sqlite3
import uuid
from dataclasses import dataclass
from typing import Any, Literal

from contracts.broker.embedded.records.participants import Version
from contracts.broker.embedded.store import now

Kind = Literal["deployed", "released"]


@dataclass(frozen=True, slots=True)
class EnvironmentRecord:
    """A place that versions are deployed or released to."""

    id: int
    uuid: str
    name: str
    display_name: str | None
    production: bool
    contacts: Any
    created_at: str
    updated_at: str


@dataclass(frozen=True, slots=True)
class PlacementRecord:
    """A version in an environment; `ended_at` says since when it no longer is."""

    uuid: str
    kind: Kind
    pacticipant: str
    number: str
    environment_id: int
    instance: str | None
    created_at: str
    ended_at: str | None


def _environment(row: sqlite3.Row) -> EnvironmentRecord:
    contacts = json.loads(row["contacts"]) if row["contacts"] is not None else None
    return EnvironmentRecord(**{**row, "production": bool(row["production"]), "contacts": contacts})


def environments(db: sqlite3.Connection) -> list[EnvironmentRecord]:
    """Return every environment, by name."""
    return [_environment(row) for row in db.execute("SELECT * FROM environments ORDER BY name")]


def find_environment(
    db: sqlite3.Connection,
    *,
    name: str | None = None,
    uuid: str | None = None,
    id: int | None = None,  # noqa: A002
) -> EnvironmentRecord | None:
    """Return the environment with this name, uuid or id."""
    row = db.execute("SELECT * FROM environments WHERE name = ? OR uuid = ? OR id = ?", (name, uuid, id)).fetchone()
    return _environment(row) if row else None


def save_environment(
    db: sqlite3.Connection,
    *,
    identity: str | None,
    name: str,
    display_name: str | None,
    production: bool,
    contacts: Any,
) -> EnvironmentRecord:
    """Create an environment (`identity` None) or replace what is known of the one with this uuid."""
    key = identity or str(uuid.uuid4())
    at = now()
    db.execute(
        "INSERT INTO environments (uuid, name, display_name, production, contacts, created_at, updated_at)"
        " VALUES (?, ?, ?, ?, ?, ?, ?) ON CONFLICT (uuid) DO UPDATE SET name = excluded.name,"
        " display_name = excluded.display_name, production = excluded.production, contacts ="
        " excluded.contacts,"
        " updated_at = excluded.updated_at",
        (key, name, display_name, production, None if contacts is None else json.dumps(contacts), at, at),
    )
    saved = find_environment(db, uuid=key)
    assert saved is not None  # noqa: S101 - inserted above, in this transaction
    return saved


def remove_environment(db: sqlite3.Connection, environment: EnvironmentRecord) -> None:
    """Delete an environment, with what was recorded as deployed and released there."""
    db.execute("DELETE FROM deployed_versions WHERE environment_id = ?", (environment.id,))
    db.execute("DELETE FROM released_versions WHERE environment_id = ?", (environment.id,))
    db.execute("DELETE FROM environments WHERE id = ?", (environment.id,))


def environments_of(db: sqlite3.Connection, version_id: int) -> list[EnvironmentRecord]:
    """Return the environments that a version is in, in the order it came there."""
    rows = db.execute(
        "SELECT e.* FROM environments e JOIN live_versions l ON l.environment_id = e.id WHERE"
        " l.version_id = ?"
        " GROUP BY e.id ORDER BY min(l.created_at)",
        (version_id,),
    )
    return [_environment(row) for row in rows]


def deploy(
    db: sqlite3.Connection, version: Version, environment: EnvironmentRecord, instance: str | None
) -> PlacementRecord:
    """Record a deployment: it takes the place of the version that ran there on the same instance."""
    running = _placements(
        db,
        "deployed",
        "x.version_id = :version AND x.environment_id = :environment AND x.instance IS"
        " :instance AND x.ended_at IS NULL",
        {"version": version.id, "environment": environment.id, "instance": instance},
    )
    if running:
        return running[0]
    db.execute(
        "UPDATE deployed_versions SET ended_at = ? WHERE ended_at IS NULL AND environment_id ="
        " ? AND instance IS ?"
        " AND version_id IN (SELECT id FROM versions WHERE pacticipant_id = ?)",
        (now(), environment.id, instance, version.pacticipant_id),
    )
    key = str(uuid.uuid4())
    db.execute(
        "INSERT INTO deployed_versions (uuid, version_id, environment_id, instance, created_at) VALUES (?, ?, ?, ?, ?)",
        (key, version.id, environment.id, instance, now()),
    )
    return _placements(db, "deployed", "x.uuid = :uuid", {"uuid": key})[0]


def deploy_by_tag(db: sqlite3.Connection, version: Version, tag: str) -> None:
    """Record a deployment if an environment has the tag's name: so a real broker does by default.

    Who tagged versions before there were environments has their releases recorded without a change.
    """
    environment = find_environment(db, name=tag)
    if environment is not None:
        deploy(db, version, environment, None)


def release(db: sqlite3.Connection, version: Version, environment: EnvironmentRecord) -> tuple[PlacementRecord, bool]:
    """Record a release, supported from now on (again). Return it, and whether it is new."""
    key = str(uuid.uuid4())
    added = db.execute(
        "INSERT INTO released_versions (uuid, version_id, environment_id, created_at) VALUES (?, ?, ?, ?)"
        " ON CONFLICT (version_id, environment_id) DO NOTHING",
        (key, version.id, environment.id, now()),
    ).rowcount
    where = {"version": version.id, "environment": environment.id}
    db.execute(
        "UPDATE released_versions SET ended_at = NULL WHERE version_id = :version AND environment_id = :environment",
        where,
    )
    found = _placements(db, "released", "x.version_id = :version AND x.environment_id = :environment", where)
    return found[0], added > 0


def find_placement(db: sqlite3.Connection, kind: Kind, key: str) -> PlacementRecord | None:
    """Return a deployed or released version by its uuid."""
    found = _placements(db, kind, "x.uuid = :uuid", {"uuid": key})
    return found[0] if found else None


def end_placement(db: sqlite3.Connection, kind: Kind, key: str) -> None:
    """Record that a version is no longer deployed, or no longer supported."""
    db.execute(
        f"UPDATE {kind}_versions SET ended_at = ? WHERE uuid = ? AND ended_at IS"  # noqa: S608 - kind is a literal
        " NULL",
        (now(), key),
    )


def current_placements(
    db: sqlite3.Connection,
    kind: Kind,
    environment: EnvironmentRecord,
    *,
    pacticipant: str | None,
    number: str | None,
) -> list[PlacementRecord]:
    """Return what is deployed or supported in an environment now, the newest first."""
    return _placements(
        db,
        kind,
        "x.ended_at IS NULL AND x.environment_id = :environment AND (:pacticipant IS NULL OR"
        " p.name = :pacticipant)"
        " AND (:number IS NULL OR v.number = :number)",
        {"environment": environment.id, "pacticipant": pacticipant, "number": number},
    )


def placements_now(db: sqlite3.Connection, kind: Kind, version_id: int) -> list[PlacementRecord]:
    """Return where a version is deployed or supported now."""
    return _placements(db, kind, "x.version_id = :version AND x.ended_at IS NULL", {"version": version_id})


def _placements(db: sqlite3.Connection, kind: Kind, where: str, parameters: dict[str, Any]) -> list[PlacementRecord]:
    instance = "x.instance" if kind == "deployed" else "NULL"
    rows = db.execute(
        f"SELECT x.uuid, '{kind}' AS kind, p.name AS pacticipant, v.number,"  # noqa: S608 - constants
        " x.environment_id,"
        f" {instance} AS instance, x.created_at, x.ended_at FROM {kind}_versions x"
        f" JOIN versions v ON v.id = x.version_id JOIN pacticipants p ON p.id = v.pacticipant_id"
        f" WHERE {where} ORDER BY x.created_at DESC, x.id DESC",
        parameters,
    )
    return [PlacementRecord(**row) for row in rows]
