"""The matrix's answer as a document."""

from __future__ import annotations

import sqlite3
from typing import Any

from contracts.broker.embedded.documents.environments import embedded_environment
from contracts.broker.embedded.documents.versions import branch_member
from contracts.broker.embedded.hal import Addresses, link, moment
from contracts.broker.embedded.matrix_answer import MatrixAnswer, ResultRow
from contracts.broker.embedded.records.deployments import environments_of
from contracts.broker.embedded.records.participants import branches_of, tags_of


def matrix_document(db: sqlite3.Connection, answer: MatrixAnswer, at: Addresses) -> dict[str, Any]:
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
    # A version stands in many rows: what is said of it is read once.
    versions: dict[int, dict[str, Any]] = {}
    for row in (*answer.rows, *answer.ignored_rows):
        sides = (
            (row.consumer, row.consumer_version_id, row.consumer_version),
            (row.provider, row.provider_version_id, row.provider_version),
        )
        for name, version_id, number in sides:
            if version_id is not None and number is not None and version_id not in versions:
                versions[version_id] = _version(db, name, version_id, number, at)
    return {
        "summary": summary,
        "notices": [{"type": reason.type, "text": reason.text} for reason in answer.reasons],
        "matrix": [_row(row, versions, at) for row in answer.rows]
        + [{**_row(row, versions, at), "ignored": True} for row in answer.ignored_rows],
    }


def _row(row: ResultRow, versions: dict[int, dict[str, Any]], at: Addresses) -> dict[str, Any]:
    result = None
    if row.result is not None and row.verified_at is not None:
        address = f"{at.results(row.provider, row.consumer, row.digest)}/{row.result}"
        result = {
            "success": row.success,
            "verifiedAt": moment(row.verified_at),
            "_links": {"self": link(address)},
        }
    provider_version = None if row.provider_version_id is None else versions[row.provider_version_id]
    return {
        "consumer": _side(row.consumer, versions[row.consumer_version_id], at),
        "provider": _side(row.provider, provider_version, at),
        "pact": {
            "createdAt": moment(row.published_at),
            "_links": {"self": link(at.pact(row.provider, row.consumer, row.consumer_version))},
        },
        "verificationResult": result,
    }


def _side(name: str, version: dict[str, Any] | None, at: Addresses) -> dict[str, Any]:
    return {"name": name, "version": version, "_links": {"self": link(at.pacticipant(name))}}


def _version(db: sqlite3.Connection, name: str, version_id: int, number: str, at: Addresses) -> dict[str, Any]:
    members = branches_of(db, version_id)
    branches = [branch_member(member, at) for member in members]
    return {
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
