"""Pact contents and the consumer versions that published them."""

from __future__ import annotations

import json
import sqlite3
from dataclasses import dataclass
from typing import Any

from contracts.broker.embedded.content import digest, with_interaction_ids
from contracts.broker.embedded.records.participants import Version, ensure_pacticipant
from contracts.broker.embedded.store import now


@dataclass(frozen=True, slots=True)
class PublicationRecord:
    """A pact as one consumer version published it."""

    id: int
    consumer: str
    provider: str
    consumer_id: int
    provider_id: int
    number: str
    consumer_version_id: int
    pact_version_id: int
    digest: str
    created_at: str


SELECT_PUBLICATIONS = (
    "SELECT DISTINCT pub.id, c.name AS consumer, p.name AS provider, pub.consumer_id, pub.provider_id,"
    " cv.number, pub.consumer_version_id, pub.pact_version_id, pv.digest, pub.created_at"
    " FROM publications pub JOIN pacticipants c ON c.id = pub.consumer_id"
    " JOIN pacticipants p ON p.id = pub.provider_id JOIN versions cv ON cv.id = pub.consumer_version_id"
    " JOIN pact_versions pv ON pv.id = pub.pact_version_id"
)


def publications(db: sqlite3.Connection, where: str, parameters: dict[str, Any]) -> list[PublicationRecord]:
    """Return the publications that a condition holds for, the earliest consumer version first.

    Args:
        db: the open transaction.
        where: SQL after `SELECT_PUBLICATIONS`: further joins and the condition; never text from a request.
        parameters: the values of its named placeholders.
    """
    rows = db.execute(f"{SELECT_PUBLICATIONS} {where} ORDER BY c.name, pub.consumer_version_id, pub.id", parameters)
    return [PublicationRecord(**row) for row in rows]


def find_publication(db: sqlite3.Connection, consumer: str, provider: str, number: str) -> PublicationRecord | None:
    """Return what a consumer version published for a provider."""
    found = publications(
        db,
        "WHERE c.name = :consumer AND p.name = :provider AND cv.number = :number",
        {"consumer": consumer, "provider": provider, "number": number},
    )
    return found[0] if found else None


def find_by_digest(db: sqlite3.Connection, consumer: str, provider: str, content: str) -> list[PublicationRecord]:
    """Return the publications of one pact version, the earliest first."""
    return publications(
        db,
        "WHERE c.name = :consumer AND p.name = :provider AND pv.digest = :digest",
        {"consumer": consumer, "provider": provider, "digest": content},
    )


def latest_publications(
    db: sqlite3.Connection, *, provider: str | None = None, consumer: str | None = None
) -> list[PublicationRecord]:
    """Return the latest publication of each pair of consumer and provider."""
    return publications(
        db,
        "WHERE (:provider IS NULL OR p.name = :provider) AND (:consumer IS NULL OR c.name = :consumer)"
        " AND pub.consumer_version_id = (SELECT max(o.consumer_version_id) FROM publications o"
        " WHERE o.consumer_id = pub.consumer_id AND o.provider_id = pub.provider_id)",
        {"provider": provider, "consumer": consumer},
    )


def content_of(db: sqlite3.Connection, pact_version_id: int) -> dict[str, Any]:
    """Return a pact version's content as it was first published, with the interactions' ids."""
    row = db.execute("SELECT content FROM pact_versions WHERE id = ?", (pact_version_id,)).fetchone()
    content: dict[str, Any] = json.loads(row["content"])
    return content


def publish(db: sqlite3.Connection, version: Version, provider: str, pact: dict[str, Any]) -> PublicationRecord:
    """Store a pact under a consumer version; storing equal content again changes nothing."""
    other = ensure_pacticipant(db, provider)
    name = digest(pact)
    db.execute(
        "INSERT INTO pact_versions (consumer_id, provider_id, digest, content, created_at)"
        " VALUES (?, ?, ?, ?, ?)"
        " ON CONFLICT (consumer_id, provider_id, digest) DO NOTHING",
        (version.pacticipant_id, other.id, name, json.dumps(with_interaction_ids(pact)), now()),
    )
    db.execute(
        "INSERT INTO publications (consumer_version_id, consumer_id, provider_id,"
        " pact_version_id, created_at)"
        " SELECT ?, consumer_id, provider_id, id, ? FROM pact_versions"
        " WHERE consumer_id = ? AND provider_id = ? AND digest = ?"
        " ON CONFLICT (consumer_version_id, provider_id) DO NOTHING",
        (version.id, now(), version.pacticipant_id, other.id, name),
    )
    found = find_publication(db, version.pacticipant, provider, version.number)
    assert found is not None  # noqa: S101 - inserted above, in this transaction
    return found


def published_by(db: sqlite3.Connection, version_id: int) -> list[PublicationRecord]:
    """Return the pacts of a consumer version, by provider."""
    found = publications(db, "WHERE pub.consumer_version_id = :version", {"version": version_id})
    return sorted(found, key=lambda publication: publication.provider)
