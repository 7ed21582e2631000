"""Webhooks: made, changed, tried, listed, deleted; and the log of each of their calls."""

from __future__ import annotations

import re
import uuid as uuids
from typing import Any

from flask import Blueprint, Response, current_app, request

from contracts.broker.embedded.context import addresses, json_object, store
from contracts.broker.embedded.documents.webhooks import execution_document, webhook_document, webhooks_document
from contracts.broker.embedded.hal import json_response
from contracts.broker.embedded.problems import NotFoundProblem, ValidationProblem
from contracts.broker.embedded.records.pacts import latest_publications
from contracts.broker.embedded.records.participants import find_pacticipant
from contracts.broker.embedded.records.webhooks import (
    Webhook,
    all_webhooks,
    calls_of,
    delete_webhook,
    find_logs,
    find_webhook,
    save_webhook,
)
from contracts.broker.embedded.webhooks.definition import webhook_definition
from contracts.broker.embedded.webhooks.events import placeholder_variables, variables_of
from contracts.broker.embedded.webhooks.sending import send
from contracts.broker.embedded.webhooks.settings import WebhookSettings

blueprint = Blueprint("webhooks", __name__)
SETTINGS_KEY = "contracts.broker.webhooks"
_UUID = re.compile(r"[A-Za-z0-9_-]{16,}")
_ALL = "/webhooks"
_ONE = "/webhooks/<segment:uuid>"


def _settings() -> WebhookSettings:
    settings: WebhookSettings = current_app.config[SETTINGS_KEY]
    return settings


@blueprint.get(_ALL)
def get_webhooks() -> Response:
    """Answer with links to every webhook."""
    with store().read() as db:
        found = all_webhooks(db)
    return json_response(webhooks_document(found, addresses()))


@blueprint.post(_ALL, defaults={"consumer": None, "provider": None})
@blueprint.post("/webhooks/provider/<segment:provider>/consumer/<segment:consumer>")
def post_webhook(consumer: str | None, provider: str | None) -> Response:
    """Create a webhook, for those that the address names."""
    body = json_object()
    named = {side: {"name": name} for side, name in (("consumer", consumer), ("provider", provider)) if name}
    with store().read() as db:
        for side in named.values():
            if find_pacticipant(db, side["name"]) is None:
                raise NotFoundProblem(f"No pacticipant '{side['name']}' is known")
    return _saved(str(uuids.uuid4()), {**body, **named})


@blueprint.put(_ONE)
def put_webhook(uuid: str) -> Response:
    """Create a webhook under a uuid, or put another in its place."""
    if not _UUID.fullmatch(uuid):
        raise ValidationProblem({"uuid": ["must be 16 or more letters, digits, '-' or '_'"]})
    return _saved(uuid, json_object())


def _saved(uuid: str, body: dict[str, Any]) -> Response:
    definition = webhook_definition(body, _settings())
    with store().write() as db:
        before = find_webhook(db, uuid)
        saved = save_webhook(db, uuid, definition)
        document = webhook_document(saved, calls_of(db, saved.id), addresses())
    location = None if before else document["_links"]["self"]["href"]
    return json_response(document, 200 if before else 201, location=location)


@blueprint.get(_ONE)
def get_webhook(uuid: str) -> Response:
    """Answer with a webhook and its latest calls."""
    with store().read() as db:
        found = _known(find_webhook(db, uuid))
        return json_response(webhook_document(found, calls_of(db, found.id), addresses()))


@blueprint.delete(_ONE)
def remove_webhook(uuid: str) -> Response:
    """Delete a webhook; what it had in the queue isn't sent."""
    with store().write() as db:
        if not delete_webhook(db, uuid):
            raise NotFoundProblem
    return Response("", 204)


@blueprint.post(f"{_ONE}/execute")
def execute_webhook(uuid: str) -> Response:
    """Send a webhook now, about the latest pact that it is for, and answer with how it went."""
    if request.get_data():
        json_object()
    at = addresses()
    with store().read() as db:
        webhook = _known(find_webhook(db, uuid))
        definition = webhook.definition
        pacts = latest_publications(db, provider=definition.provider, consumer=definition.consumer)
        variables = (
            variables_of(db, pacts[-1], at)
            if pacts
            else placeholder_variables(definition.consumer, definition.provider)
        )
    sent = send(definition.request, variables, _settings())
    return json_response(execution_document(sent, webhook, at))


@blueprint.get("/triggered-webhooks/<segment:uuid>/logs")
def get_logs(uuid: str) -> Response:
    """Answer with the log of a call, attempt by attempt."""
    with store().read() as db:
        logs = find_logs(db, uuid)
    if logs is None:
        raise NotFoundProblem
    return Response("\n\n".join(logs) + "\n" if logs else "", content_type="text/plain;charset=utf-8")


def _known(found: Webhook | None) -> Webhook:
    if found is None:
        raise NotFoundProblem("No webhook with this uuid is known")
    return found
