"""Pact contents and the consumer versions that published them."""

from __future__ import annotations

import json
import sqlite3
from collections.abc import Mapping
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


_SELECT = (
    "SELECT pub.id, c.name AS consumer, p.name AS provider, pub.consumer_id, pub.provider_id,"
    " cv.number, pub.consumer_version_id, pub.pact_version_id, pv.digest, pub.created_at{more}"
    " FROM {source}publications pub{on} JOIN pacticipants c ON c.id = pub.consumer_id"
    " JOIN pacticipants p ON p.id = pub.provider_id JOIN versions cv ON cv.id = pub.consumer_version_id"
    " JOIN pact_versions pv ON pv.id = pub.pact_version_id"
)
_ORDER = " ORDER BY c.name, pub.consumer_version_id, pub.id"


def publications(db: sqlite3.Connection, chosen: str, parameters: Mapping[str, Any]) -> list[PublicationRecord]:
    """Return the chosen publications, the earliest consumer version first.

    Args:
        db: the open transaction.
        chosen: SQL that selects their ids, so that their rows alone are read; never text from a request.
        parameters: the values of its named placeholders.
    """
    select = _SELECT.format(more="", source="", on="")
    rows = db.execute(f"{select} WHERE pub.id IN ({chosen}){_ORDER}", parameters)
    return [PublicationRecord(**row) for row in rows]


def named_publications(
    db: sqlite3.Connection, chosen: str, parameters: Mapping[str, Any]
) -> list[tuple[str, PublicationRecord]]:
    """Return the chosen publications with the name each was chosen for: of a branch, or of a tag.

    Args:
        db: the open transaction.
        chosen: SQL that selects `id` and `name`; never text from a request.
        parameters: the values of its named placeholders.
    """
    select = _SELECT.format(
        more=", chosen.name AS chosen_for", source=f"({chosen}) chosen CROSS JOIN ", on=" ON pub.id = chosen.id"
    )
    found = [
        dict(row) for row in db.execute(f"{select} ORDER BY chosen.name, c.name, pub.consumer_version_id", parameters)
    ]
    return [(str(row.pop("chosen_for")), PublicationRecord(**row)) for row in found]


def find_publication(db: sqlite3.Connection, consumer: str, provider: str, number: str) -> PublicationRecord | None:
    """Return what a consumer version published for a provider."""
    found = publications(
        db,
        "SELECT x.id FROM pacticipants o CROSS JOIN versions v ON v.pacticipant_id = o.id AND v.number = :number"
        " CROSS JOIN publications x ON x.consumer_version_id = v.id"
        " WHERE o.name = :consumer AND x.provider_id = (SELECT id FROM pacticipants WHERE name = :provider)",
        {"consumer": consumer, "provider": provider, "number": number},
    )
    return found[0] if found else None


def find_by_digest(
    db: sqlite3.Connection, consumer: str, provider: str, content: str, *, number: str | None = None
) -> PublicationRecord | None:
    """Return a publication of a pact version: of the consumer version with this number, else the latest one."""
    if number is not None:
        meant = find_publication(db, consumer, provider, number)
        if meant is not None and meant.digest == content:
            return meant
    found = publications(
        db,
        "SELECT id FROM (SELECT x.id FROM publications x WHERE x.pact_version_id ="
        " (SELECT id FROM pact_versions WHERE digest = :digest"
        " AND consumer_id = (SELECT id FROM pacticipants WHERE name = :consumer)"
        " AND provider_id = (SELECT id FROM pacticipants WHERE name = :provider))"
        " ORDER BY x.consumer_version_id DESC LIMIT 1)",
        {"consumer": consumer, "provider": provider, "digest": content},
    )
    return found[0] if found else None


def latest_publications(
    db: sqlite3.Connection, *, provider: str | None = None, consumer: str | None = None
) -> list[PublicationRecord]:
    """Return the latest publication of each pair of consumer and provider."""
    return publications(
        db,
        "SELECT (SELECT x.id FROM publications x WHERE x.provider_id = i.provider_id AND x.consumer_id = i.consumer_id"
        " ORDER BY x.consumer_version_id DESC LIMIT 1) FROM integrations i"
        " WHERE (:provider IS NULL OR i.provider_id = (SELECT id FROM pacticipants WHERE name = :provider))"
        " AND (:consumer IS NULL OR i.consumer_id = (SELECT id FROM pacticipants WHERE name = :consumer))",
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
    found = publications(
        db, "SELECT id FROM publications WHERE consumer_version_id = :version", {"version": version_id}
    )
    return sorted(found, key=lambda publication: publication.provider)
