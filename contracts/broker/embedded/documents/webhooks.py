"""Webhooks and their calls as documents; credentials are never among what is shown."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from contracts.broker.embedded.hal import Addresses, link, moment
from contracts.broker.embedded.records.webhooks import Call, Webhook
from contracts.broker.embedded.webhooks.definition import HIDDEN
from contracts.broker.embedded.webhooks.sending import Sent


def webhook_title(webhook: Webhook) -> str:
    """Return what a webhook is called: its description, else what it does."""
    request = webhook.definition.request
    return webhook.definition.description or f"{request.method} {request.url.split('?')[0]}"


def webhook_document(webhook: Webhook, calls: Sequence[Call], at: Addresses) -> dict[str, Any]:
    """Return a webhook and how its latest calls went."""
    definition, here = webhook.definition, at.webhook(webhook.uuid)
    request = definition.request
    shown = {
        "method": request.method,
        "url": request.url,
        "headers": request.shown_headers() or None,
        "body": request.body,
        "username": request.username,
        "password": HIDDEN if request.password else None,
    }
    sides = [(side, name) for side in ("consumer", "provider") if (name := getattr(definition, side))]
    return {
        "uuid": webhook.uuid,
        "description": webhook_title(webhook),
        "enabled": definition.enabled,
        **{side: {"name": name} for side, name in sides},
        "request": {key: value for key, value in shown.items() if value is not None},
        "events": [{"name": name} for name in definition.events],
        "createdAt": moment(webhook.created_at),
        "updatedAt": moment(webhook.updated_at),
        "_embedded": {"triggeredWebhooks": [_call_document(call, at) for call in calls]},
        "_links": {
            "self": link(here, webhook_title(webhook)),
            "pb:execute": link(f"{here}/execute", "Send it now, to try it (POST)"),
            "pb:webhooks": link(at.webhooks(), "All webhooks"),
            **{f"pb:{side}": link(at.pacticipant(name), side.capitalize(), name) for side, name in sides if name},
        },
    }


def _call_document(call: Call, at: Addresses) -> dict[str, Any]:
    return {
        "name": call.event,
        "status": call.status,
        "attemptsMade": call.attempts,
        "triggeredAt": moment(call.created_at),
        "_links": {"pb:logs": link(at.webhook_logs(call.uuid), "Its log")},
    }


def webhooks_document(webhooks: Sequence[Webhook], at: Addresses) -> dict[str, Any]:
    """Return links to webhooks."""
    return {
        "_links": {
            "self": link(at.webhooks(), "Webhooks"),
            "pb:webhooks": [link(at.webhook(one.uuid), webhook_title(one), one.uuid) for one in webhooks],
        }
    }


def execution_document(sent: Sent, webhook: Webhook, at: Addresses) -> dict[str, Any]:
    """Return how the call went that tried a webhook."""
    here = at.webhook(webhook.uuid)
    answered = {"status": sent.status, "headers": dict(sent.answer_headers), "body": sent.answer}
    return {
        **({"error": {"message": sent.error}} if sent.error else {}),
        "request": {"url": sent.url, "headers": dict(sent.headers), "body": sent.body},
        **({"response": answered} if sent.status is not None else {}),
        "logs": sent.log,
        "success": sent.success,
        "_links": {"webhook": link(here), "try-again": link(f"{here}/execute", "Send it again")},
    }
