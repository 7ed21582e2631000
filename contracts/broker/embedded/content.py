"""What a pact says, apart from how it is written down.

Two pacts with the same interactions and specification version are one pact version, whatever the order of
their interactions and keys, and whatever library wrote them: a result for one of them counts for the other.
"""

from __future__ import annotations

import hashlib
import json
from typing import Any

_PARTS = ("interactions", "messages")


def canonical(value: Any) -> str:
    """Write a JSON value with sorted keys and no spaces."""
    return json.dumps(value, sort_keys=True, separators=(",", ":"))


def digest(pact: dict[str, Any]) -> str:
    """Return the name of a pact's content: equal for equal content, different for different content."""
    parts = {part: sorted(map(canonical, pact[part])) for part in _PARTS if isinstance(pact.get(part), list)}
    # A file without interactions is told apart by all it holds.
    matters = {**parts, "specification": _specification(pact)} if parts else pact
    return hashlib.sha256(canonical(matters).encode()).hexdigest()


def with_interaction_ids(pact: dict[str, Any]) -> dict[str, Any]:
    """Return the pact with an `_id` in each interaction, which results refer to."""
    numbered = {
        part: [_with_id(interaction) for interaction in pact[part]]
        for part in _PARTS
        if isinstance(pact.get(part), list)
    }
    return {**pact, **numbered}


def _with_id(interaction: Any) -> Any:
    if not isinstance(interaction, dict):
        return interaction
    bare = {key: value for key, value in interaction.items() if key != "_id"}
    return {"_id": hashlib.sha256(canonical(bare).encode()).hexdigest()[:40], **bare}


def _specification(pact: dict[str, Any]) -> Any:
    metadata = pact.get("metadata")
    if not isinstance(metadata, dict):
        return None
    for key in ("pactSpecification", "pact-specification"):
        nested = metadata.get(key)
        if isinstance(nested, dict) and nested.get("version"):
            return nested["version"]
    return metadata.get("pactSpecificationVersion")
