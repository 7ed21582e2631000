"""Webhooks, the queue of their calls, and the log of each."""

from __future__ import annotations

import json
import sqlite3
import uuid
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any

from contracts.broker.embedded.store import now, stored
from contracts.broker.embedded.webhooks.definition import WebhookDefinition, WebhookRequest


@dataclass(frozen=True, slots=True)
class Webhook:
    """A webhook as it is stored."""

    id: int
    uuid: str
    definition: WebhookDefinition
    created_at: str
    updated_at: str


@dataclass(frozen=True, slots=True)
class Call:
    """A call of a webhook: for which event, with which variables, how far it is."""

    id: int
    uuid: str
    webhook: Webhook
    event: str
    variables: Mapping[str, str]
    status: str
    attempts: int
    again: bool
    pact_version_id: int | None
    provider_version: str | None
    created_at: str


def _webhook(row: Mapping[str, Any]) -> Webhook:
    body = row["body"]
    definition = WebhookDefinition(
        description=row["description"],
        consumer=row["consumer"],
        provider=row["provider"],
        enabled=bool(row["enabled"]),
        events=tuple(json.loads(row["events"])),
        request=WebhookRequest(
            row["method"],
            row["url"],
            json.loads(row["headers"]),
            None if body is None else json.loads(body),
            row["username"],
            row["password"],
        ),
    )
    return Webhook(row["id"], row["uuid"], definition, row["created_at"], row["updated_at"])


def all_webhooks(db: sqlite3.Connection) -> list[Webhook]:
    """Return every webhook, the oldest first."""
    return [_webhook(row) for row in db.execute("SELECT * FROM webhooks ORDER BY id")]


def find_webhook(db: sqlite3.Connection, key: str) -> Webhook | None:
    """Return the webhook with this uuid."""
    row = db.execute("SELECT * FROM webhooks WHERE uuid = ?", (key,)).fetchone()
    return _webhook(row) if row else None


def save_webhook(db: sqlite3.Connection, key: str, definition: WebhookDefinition) -> Webhook:
    """Create a webhook under a uuid, or put another definition in its place."""
    request, at = definition.request, now()
    db.execute(
        "INSERT INTO webhooks (uuid, description, consumer, provider, enabled, events, method, url, headers, body,"
        " username, password, created_at, updated_at) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)"
        " ON CONFLICT (uuid) DO UPDATE SET description = excluded.description, consumer = excluded.consumer,"
        " provider = excluded.provider, enabled = excluded.enabled, events = excluded.events,"
        " method = excluded.method, url = excluded.url, headers = excluded.headers, body = excluded.body,"
        " username = excluded.username, password = excluded.password, updated_at = excluded.updated_at",
        (
            key,
            definition.description,
            definition.consumer,
            definition.provider,
            definition.enabled,
            json.dumps(definition.events),
            request.method,
            request.url,
            json.dumps(dict(request.headers)),
            None if request.body is None else json.dumps(request.body),
            request.username,
            request.password,
            at,
            at,
        ),
    )
    saved = find_webhook(db, key)
    assert saved is not None  # noqa: S101 - inserted above, in this transaction
    return saved


def delete_webhook(db: sqlite3.Connection, key: str) -> bool:
    """Delete a webhook with its calls and their logs. Return whether there was one."""
    return db.execute("DELETE FROM webhooks WHERE uuid = ?", (key,)).rowcount > 0


def webhooks_for(db: sqlite3.Connection, event: str, consumer: str, provider: str) -> list[Webhook]:
    """Return the webhooks that an event between a consumer and a provider concerns."""
    rows = db.execute(
        "SELECT * FROM webhooks WHERE enabled AND (consumer IS NULL OR consumer = ?)"
        " AND (provider IS NULL OR provider = ?) ORDER BY id",
        (consumer, provider),
    )
    found = [_webhook(row) for row in rows]
    return [webhook for webhook in found if event in webhook.definition.events]


def enqueue(
    db: sqlite3.Connection,
    webhook: Webhook,
    event: str,
    variables: Mapping[str, str],
    *,
    pact_version_id: int | None,
    provider_version: str | None,
) -> None:
    """Put a call into the queue: it is due at once."""
    at = now()
    db.execute(
        "INSERT INTO webhook_calls (uuid, webhook_id, event, consumer, provider, provider_version, pact_version_id,"
        " variables, status, attempts, again, due_at, created_at)"
        " VALUES (?, ?, ?, ?, ?, ?, ?, ?, 'queued', 0, 0, ?, ?)",
        (
            str(uuid.uuid4()),
            webhook.id,
            event,
            variables["consumerName"],
            variables["providerName"],
            provider_version,
            pact_version_id,
            json.dumps(dict(variables)),
            at,
            at,
        ),
    )


_CALL = (
    "SELECT k.id AS call_id, k.uuid AS call_uuid, k.event, k.variables, k.status, k.attempts, k.again,"
    " k.pact_version_id, k.provider_version, k.created_at AS called_at, w.* FROM webhook_calls k"
    " JOIN webhooks w ON w.id = k.webhook_id"
)


def _call(row: sqlite3.Row) -> Call:
    return Call(
        id=row["call_id"],
        uuid=row["call_uuid"],
        webhook=_webhook(dict(row)),
        event=row["event"],
        variables=json.loads(row["variables"]),
        status=row["status"],
        attempts=row["attempts"],
        again=bool(row["again"]),
        pact_version_id=row["pact_version_id"],
        provider_version=row["provider_version"],
        created_at=row["called_at"],
    )


def calls_of(db: sqlite3.Connection, webhook_id: int, *, limit: int = 100) -> list[Call]:
    """Return a webhook's latest calls, the latest first."""
    rows = db.execute(f"{_CALL} WHERE k.webhook_id = ? ORDER BY k.id DESC LIMIT ?", (webhook_id, limit))
    return [_call(row) for row in rows]


def any_due(db: sqlite3.Connection) -> bool:
    """Return whether a call is due."""
    return bool(db.execute("SELECT 1 FROM webhook_calls WHERE due_at <= ? LIMIT 1", (now(),)).fetchone())


def claim_call(db: sqlite3.Connection, *, lease: float) -> Call | None:
    """Return the call that is due longest, and keep it from being claimed again until the lease is over.

    Who claimed it and died leaves it in the queue: it is sent at least once.
    """
    row = db.execute(f"{_CALL} WHERE k.due_at <= ? ORDER BY k.due_at, k.id LIMIT 1", (now(),)).fetchone()
    if row is None:
        return None
    call = _call(row)
    db.execute("UPDATE webhook_calls SET due_at = ? WHERE id = ?", (_later(lease), call.id))
    return call


def settle_call(
    db: sqlite3.Connection, call: Call, *, status: str, due_in: float | None, attempts: int, again: bool
) -> None:
    """Store how a call ended, and after how many seconds it is due again, if it is."""
    db.execute(
        "UPDATE webhook_calls SET status = ?, due_at = ?, attempts = ?, again = ? WHERE id = ?",
        (status, None if due_in is None else _later(due_in), attempts, again, call.id),
    )


def log_call(db: sqlite3.Connection, call_id: int, text: str) -> None:
    """Add to a call's log."""
    db.execute("INSERT INTO webhook_logs (call_id, text, created_at) VALUES (?, ?, ?)", (call_id, text, now()))


def find_logs(db: sqlite3.Connection, key: str) -> Sequence[str] | None:
    """Return the log of the call with this uuid; None if there is none."""
    call = db.execute("SELECT id FROM webhook_calls WHERE uuid = ?", (key,)).fetchone()
    if call is None:
        return None
    rows = db.execute("SELECT text FROM webhook_logs WHERE call_id = ? ORDER BY id", (call["id"],))
    return [str(row["text"]) for row in rows]


def is_answered(db: sqlite3.Connection, call: Call) -> bool:
    """Return whether the verification that a call asked for has brought a result."""
    row = db.execute(
        "SELECT 1 FROM verifications r JOIN versions v ON v.id = r.provider_version_id"
        " WHERE r.pact_version_id = ? AND (? IS NULL OR v.number = ?) LIMIT 1",
        (call.pact_version_id, call.provider_version, call.provider_version),
    ).fetchone()
    return row is not None


def _later(seconds: float) -> str:
    return stored(datetime.now(UTC) + timedelta(seconds=seconds))
