"""The matrix's answer as a document."""

from __future__ import annotations

import sqlite3
from typing import Any

from contracts.broker.embedded.documents.environments import embedded_environment
from contracts.broker.embedded.documents.versions import branch_member
from contracts.broker.embedded.hal import Addresses, link, moment
from contracts.broker.embedded.matrix import Answer, Row
from contracts.broker.embedded.records.deployments import environments_of
from contracts.broker.embedded.records.participants import branches_of, tags_of


def matrix_document(db: sqlite3.Connection, answer: Answer, at: Addresses) -> dict[str, Any]:
    """Return the answer: deployable or not, why, and row by row."""
    summary: dict[str, Any] = {
        "deployable": answer.deployable,
        "reason": "\n".join(reason.text for reason in answer.reasons),
        "success": answer.success,
        "failed": answer.failed,
        "unknown": answer.unknown,
    }
    if answer.ignored is not None:
        summary["ignored"] = answer.ignored
    return {
        "summary": summary,
        "notices": [{"type": reason.type, "text": reason.text} for reason in answer.reasons],
        "matrix": [_row(db, row, at) for row in answer.rows]
        + [{**_row(db, row, at), "ignored": True} for row in answer.ignored_rows],
    }


def _row(db: sqlite3.Connection, row: Row, at: Addresses) -> dict[str, Any]:
    result = None
    if row.result is not None and row.verified_at is not None:
        address = f"{at.results(row.provider, row.consumer, row.digest)}/{row.result}"
        result = {
            "success": row.success,
            "verifiedAt": moment(row.verified_at),
            "_links": {"self": link(address)},
        }
    return {
        "consumer": _side(db, row.consumer, row.consumer_version_id, row.consumer_version, at),
        "provider": _side(db, row.provider, row.provider_version_id, row.provider_version, at),
        "pact": {
            "createdAt": moment(row.published_at),
            "_links": {"self": link(at.pact(row.provider, row.consumer, row.consumer_version))},
        },
        "verificationResult": result,
    }


def _side(
    db: sqlite3.Connection, name: str, version_id: int | None, number: str | None, at: Addresses
) -> dict[str, Any]:
    version = None
    if version_id is not None and number is not None:
        members = branches_of(db, version_id)
        branches = [branch_member(member, at) for member in members]
        version = {
            "number": number,
            "branch": members[-1].branch if members else None,
            "branches": branches,
            "branchVersions": branches,
            "environments": [embedded_environment(one, at) for one in environments_of(db, version_id)],
            "_links": {"self": link(at.version(name, number))},
            "tags": [
                {"name": tag, "latest": latest, "_links": {"self": link(at.tag(name, number, tag))}}
                for tag, latest, _ in tags_of(db, version_id)
            ],
        }
    return {"name": name, "version": version, "_links": {"self": link(at.pacticipant(name))}}
