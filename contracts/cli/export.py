"""`contracts export`: the contract in the forms of other ecosystems."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import click

from contracts.cli.command_group import HelpfulGroup
from contracts.cli.options import project
from contracts.cli.output import say, say_json
from contracts.errors import MisuseError
from contracts.files import write_all
from contracts.model.names import did_you_mean


@click.group("export", cls=HelpfulGroup)
def command() -> None:
    """Write the contract as JSON Schema or AsyncAPI, and the registry's own schema."""


@command.command("json-schema")
@click.option(
    "--out",
    type=click.Path(file_okay=False, path_type=Path),
    help="Write one file an event, <event>.schema.json, into this folder.",
)
@click.option("--event", metavar="EVENT", help="Only this event.")
@click.option("--base-uri", metavar="URI", help="What each $id starts with.  [default: urn:contracts:<domain>:]")
def json_schema(out: Path | None, event: str | None, base_uri: str | None) -> None:
    """Export each canonical event as JSON Schema, draft 2020-12.

    Without --out, one schema that holds all of them is printed.

    \b
    Examples:
      contracts export json-schema --out schemas
      contracts export json-schema --event client_webinar_completed
    """
    from contracts.documents.exports import bundle, event_schema

    _, domain = project()
    base = base_uri or f"urn:contracts:{domain.package}:"
    if event is not None and event not in domain.catalogue:
        raise MisuseError(
            f"{event!r} is no canonical event{did_you_mean(event, domain.catalogue)}",
            next_step=f"the canonical events are {', '.join(domain.catalogue)}",
        )
    if out is not None:
        for name in [event] if event else domain.catalogue:
            _write(out / f"{name}.schema.json", event_schema(domain, name, base))
    else:
        say_json(event_schema(domain, event, base) if event else bundle(domain, base))


@command.command("asyncapi")
@click.option("--out", type=click.Path(dir_okay=False, path_type=Path), help="Write this file instead of printing.")
def asyncapi(out: Path | None) -> None:
    """Export registry and catalogue as an AsyncAPI 3.0.0 document, in JSON.

    Emitters send, the consumer receives; x-status says how far each pair is.

    \b
    Examples:
      contracts export asyncapi
      contracts export asyncapi --out asyncapi.json
    """
    from contracts.documents.exports import asyncapi_document

    _, domain = project()
    document = asyncapi_document(domain)
    if out is not None:
        _write(out, document)
    else:
        say_json(document)


@command.command("registry-schema")
@click.option("--out", type=click.Path(dir_okay=False, path_type=Path), help="Write this file instead of printing.")
def registry(out: Path | None) -> None:
    """Export the JSON Schema of emitters.toml, with which editors complete and check it.

    Editors that know TOML schemas read it where the registry's first line names it: #:schema ./emitters.schema.json

    \b
    Examples:
      contracts export registry-schema --out contracts/webinar/emitters.schema.json
    """
    from contracts.documents.exports import registry_schema

    _, domain = project()
    document = registry_schema(domain)
    if out is not None:
        _write(out, document)
    else:
        say_json(document)


def _write(file: Path, document: dict[str, Any]) -> None:
    text = json.dumps(document, ensure_ascii=False, indent=2) + "\n"
    write_all({file: text}, what="the export", next_step="name another place", parents=True)
    say(f"wrote {file}", err=True)
