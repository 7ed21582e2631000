"""JSON Schema of pydantic's dialect in the older draft 7, which AsyncAPI and the editors of TOML read."""

from __future__ import annotations

from typing import Any

from contracts.model.schemas import Schema, definition_name, rewritten


def as_draft7(schema: Schema, definitions: str) -> dict[str, Any]:
    """Return a schema of draft 2020-12 in draft 7: nothing stands beside a `$ref`, and tuples are `items`.

    Args:
        schema: without its `$defs`.
        definitions: what a reference to one of them begins with, such as `#/definitions/`.
    """

    def changed(part: dict[str, Any]) -> dict[str, Any]:
        part.pop("discriminator", None)
        if "prefixItems" in part:
            part["items"] = part.pop("prefixItems")
        if "$ref" not in part:
            return part
        reference = {"$ref": f"{definitions}{definition_name(part.pop('$ref'))}"}
        return {"allOf": [reference], **part} if part else reference

    return rewritten(schema, changed)
