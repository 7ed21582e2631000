"""The AsyncAPI export: the ecosystem's own parser accepts it, and it says what the registry says."""

from __future__ import annotations

import copy
import json
from pathlib import Path
from typing import Any

import pytest
from jsonschema import Draft7Validator

from contracts.documents.exports import asyncapi_document
from contracts.model.domain import Domain
from contracts.model.registry import EmitterEntry, PairEntry, Status
from contracts.project.domain import load_domain
from contracts.project.settings import load_settings
from tests.documents.exports.node import ask
from tests.documents.exports.test_json_schema import RICH, WEBINAR

TRACKER = "client-webinar-tracker-v2"
CONSUMER = "client-webinar-scenario-service"


def _ask(document: dict[str, Any]) -> Any:
    return ask("asyncapi.cjs", "@asyncapi/parser", document)


def test_parser_accepts_the_export() -> None:
    """@asyncapi/parser finds no error, and reads the operations as they are meant."""
    answer = _ask(asyncapi_document(WEBINAR))
    assert answer["errors"] == []
    assert answer["valid"]
    assert answer["operations"] == {
        **{f"{TRACKER}.client_webinar_{event}": "send" for event in ("completed", "entered", "form_submitted")},
        **{f"{CONSUMER}.{event}": "receive" for event in WEBINAR.catalogue},
    }


def test_parser_accepts_other_types() -> None:
    """Enums, lists, nested and optional values of another domain's events are translated too."""
    answer = _ask(asyncapi_document(_rich()))
    assert (answer["errors"], answer["valid"]) == ([], True)


@pytest.mark.parametrize(
    ("path", "value"),
    [
        (("operations", f"{TRACKER}.client_webinar_entered", "action"), "emit"),
        (("components", "schemas", "client_webinar_left", "type"), "objekt"),
        (("channels", "client_webinar_left", "messages", "client_webinar_left", "$ref"), "#/components/messages/none"),
    ],
)
def test_parser_refuses_what_is_wrong(path: tuple[str, ...], value: str) -> None:
    """The parser looks at operations, payloads and references, so its yes means something."""
    document = copy.deepcopy(asyncapi_document(WEBINAR))
    node = document
    for key in path[:-1]:
        node = node[key]
    node[path[-1]] = value
    assert not _ask(document)["valid"]


@pytest.mark.parametrize("domain", [WEBINAR, "rich"], ids=["webinar", "rich"])
def test_examples_are_valid_payloads(domain: Domain | str) -> None:
    """Each message's example is valid under its payload as JSON Schema draft 7, and an extra key isn't."""
    document = asyncapi_document(_rich() if isinstance(domain, str) else domain)
    for message in document["components"]["messages"].values():
        schema = {"$schema": "http://json-schema.org/draft-07/schema#", **message["payload"]}
        validator = Draft7Validator({**schema, "components": document["components"]})
        payload = message["examples"][0]["payload"]
        validator.validate(payload)
        assert not validator.is_valid({**payload, "extra": 1})
        assert not validator.is_valid({**payload, "data": {**payload["data"], "extra": 1}})


def test_status_is_the_registry_s() -> None:
    """Each send operation carries its pair's status; an event that nobody may send says so at its channel."""
    document = asyncapi_document(WEBINAR)
    operations = document["operations"]
    assert operations[f"{TRACKER}.client_webinar_completed"]["x-status"] == "implemented"
    assert operations[f"{TRACKER}.client_webinar_entered"]["x-status"] == "planned"
    assert document["channels"]["client_webinar_left"]["x-status"] == "unassigned"
    assert document["channels"]["client_webinar_entered"]["x-status"] == "assigned"


def test_export_is_deterministic_and_versioned_by_content() -> None:
    """Equal registries give equal bytes and another status another version."""
    first = asyncapi_document(WEBINAR)
    again = load_domain(load_settings(Path(__file__).parent))
    assert json.dumps(first) == json.dumps(asyncapi_document(again))
    emitter = WEBINAR.registry.emitters[TRACKER]
    promoted = {**emitter.events, "client_webinar_entered": PairEntry(status=Status.IMPLEMENTED)}
    registry = WEBINAR.registry.model_copy(
        update={"emitters": {TRACKER: emitter.model_copy(update={"events": promoted})}}
    )
    other = Domain(WEBINAR.package, WEBINAR.catalogue, registry, WEBINAR.registry_file)
    assert asyncapi_document(other)["info"]["version"] != first["info"]["version"]


def _rich() -> Domain:
    pair = PairEntry(status=Status.PLANNED, delivery="at-least-once")
    emitters = {"rich-source": EmitterEntry(description="A source.", events={"rich_event": pair})}
    registry = WEBINAR.registry.model_copy(update={"emitters": emitters, "needs_decision": ()})
    return Domain(RICH.package, RICH.catalogue, registry, RICH.registry_file)
