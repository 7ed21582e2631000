"""Building blocks: interactions as other hands write them, messages, and what both engines say of them."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from typing import Any

from contracts.model.emission import Emission
from contracts.model.pact import PactDocument, parse_pact
from contracts.pact_core.actual import actual_message
from contracts.pact_core.judging import Mismatch, judge_for
from contracts.pact_core.verifier import Replayed, replay

EMITTER = "orders"
JSON = "application/json"
TYPE = {"matchers": [{"match": "type"}]}


def regex(pattern: str) -> dict[str, Any]:
    """Return a rule that asks for a text in a form."""
    return {"combine": "AND", "matchers": [{"match": "regex", "regex": pattern}]}


def pact_of(*interactions: Mapping[str, Any], **top: Any) -> PactDocument:
    """Return a pact of these interactions; each says only what differs from the least that version 4 asks for."""
    whole = [
        {"type": "Asynchronous/Messages", "description": f"interaction {number}", **each}
        for number, each in enumerate(interactions)
    ]
    document = {
        "consumer": {"name": "invoices"},
        "provider": {"name": EMITTER},
        "interactions": whole,
        "metadata": {"pactSpecification": {"version": "4.0"}, **top},
    }
    return parse_pact(json.dumps(document), source="pact.json")


def expects(content: Any = ..., *, body_type: Any = JSON, encoded: Any = False, **rest: Any) -> dict[str, Any]:
    """Return an interaction that expects contents, by default of one key."""
    contents = {"contentType": body_type, "encoded": encoded, "content": {"id": "a"} if content is ... else content}
    return {"contents": {key: value for key, value in contents.items() if value is not ...}, **rest}


def sent(body: Any = ..., **headers: str | None) -> Emission:
    """Return a message: its body as JSON unless it is bytes, its headers by their names with `_` for `-`."""
    raw = json.dumps({"id": "a"} if body is ... else body).encode() if not isinstance(body, bytes) else body
    named = {"content-type": JSON, **{name.replace("_", "-"): value for name, value in headers.items()}}
    return Emission(headers={name: value for name, value in named.items() if value is not None}, body=raw)


def mismatches(interaction: Mapping[str, Any], emission: Emission) -> tuple[Mismatch, ...]:
    """Ask the matching core in process."""
    pact = pact_of(interaction)
    return judge_for(pact, pact.interactions[0])(actual_message(emission, pact.interactions[0]))


def officially(cases: Sequence[tuple[Mapping[str, Any], Emission]]) -> tuple[bool, ...]:
    """Ask the official verifier about each case, in one run."""
    asked = []
    for interaction, emission in cases:
        pact = pact_of(interaction)
        asked.append(Replayed(pact, pact.interactions[0], emission, accepted=True))
    return replay(EMITTER, asked)
