"""The registry's schema: an editor that knows it takes what the toolkit takes, and marks what it refuses."""

from __future__ import annotations

import json
import tomllib
from pathlib import Path
from typing import Any

import pytest
from jsonschema import Draft7Validator

from contracts.documents.exports import registry_schema
from contracts.model.registry_toml import InvalidRegistryError, parse_registry
from contracts.project.domain import load_domain
from contracts.project.settings import load_settings

DOMAIN = load_domain(load_settings(Path(__file__).parent))
TEXT = DOMAIN.registry_file.read_text(encoding="utf-8")
SCHEMA = registry_schema(DOMAIN)
PAIR = "[emitters.client-webinar-tracker-v2.events.client_webinar_completed]\n"
WAIVER = (
    '[[waivers]]\nemitter = "client-webinar-tracker-v2"\nevent = "client_webinar_completed"\nrule = "event-schema"\n'
    'decision = "ADR-1"\nuntil = 2030-01-31\n'
)


def is_valid(text: str) -> bool:
    """Is a TOML text valid under the schema, dates as the texts that editors take them for?"""
    document: Any = json.loads(json.dumps(tomllib.loads(text), default=lambda value: value.isoformat()))
    return Draft7Validator(SCHEMA, format_checker=Draft7Validator.FORMAT_CHECKER).is_valid(document)


def is_taken(text: str) -> bool:
    """Does the toolkit take it?"""
    try:
        parse_registry(text, file="emitters.toml", catalogue=DOMAIN.catalogue)
    except InvalidRegistryError:
        return False
    return True


@pytest.mark.parametrize(
    "text",
    [
        TEXT,
        TEXT + WAIVER,
        TEXT + '[messages]\nmodes = ["structured", "batch"]\nextensions = ["traceparent"]\n',
        TEXT + '[vocabulary.allow]\npage_count = "of a book"\n[vocabulary.free_text]\nnote = "by a machine"\n',
        TEXT.replace(PAIR, f'{PAIR}owner = "a team"\ntarget = 2030-01-31\ndelivery = "at-least-once"\n'),
    ],
)
def test_what_the_toolkit_takes_is_valid(text: str) -> None:
    """The webinar's registry, and all that a registry may hold beside it."""
    assert is_taken(text)
    assert is_valid(text)


@pytest.mark.parametrize(
    "text",
    [
        TEXT.replace('"implemented"', '"implemnted"'),
        TEXT.replace('repeats = "guarded"', 'repeated = "guarded"', 1),
        TEXT.replace("events.client_webinar_completed]", "events.client_webinar_compleded]"),
        TEXT.replace('["client_webinar_registered"', '["client_registered"'),
        TEXT.replace("[consumer]", "[consumers]"),
        TEXT.replace('"retry_at"', '"Retry"'),
        TEXT + "[vocabulary.allowed]\n",
        TEXT + '[messages]\nmodes = ["structurd"]\n',
        TEXT + WAIVER.replace("event-schema", "wrong-source"),
        TEXT + WAIVER.replace("_completed", "_compleded"),
        TEXT + WAIVER.replace('emitter = "client', 'emitter = "klient'),
        TEXT + WAIVER.replace("decision", "decided"),
        TEXT + WAIVER.replace("until = 2030-01-31", 'until = "soon"'),
    ],
)
def test_what_the_toolkit_refuses_is_marked(text: str) -> None:
    """Names that nobody has, keys that don't exist, values that aren't among those there are."""
    assert text != TEXT
    assert not is_taken(text)
    assert not is_valid(text)


def test_the_webinar_s_registry_names_its_schema() -> None:
    """In its first line, and the file beside it is the one that is exported now."""
    assert TEXT.splitlines()[0] == "#:schema ./emitters.schema.json"
    committed = DOMAIN.registry_file.with_name("emitters.schema.json").read_text(encoding="utf-8")
    assert json.loads(committed) == SCHEMA, (
        "contracts export registry-schema --out contracts/webinar/emitters.schema.json"
    )


def test_an_editor_is_told_what_things_are() -> None:
    """Each key of a pair and each event has a description."""
    Draft7Validator.check_schema(SCHEMA)
    assert all("description" in part for part in SCHEMA["definitions"]["PairEntry"]["properties"].values())
    events = SCHEMA["definitions"]["EmitterEntry"]["properties"]["events"]["properties"]
    assert list(events) == list(DOMAIN.catalogue)
    assert all(part["description"] for part in events.values())
