"""The catalogue and the registry in the forms of other ecosystems: JSON Schema and AsyncAPI."""

from __future__ import annotations

from contracts.documents.exports.asyncapi import asyncapi_document
from contracts.documents.exports.json_schema import bundle, event_schema
from contracts.documents.exports.registry_schema import registry_schema

__all__ = ["asyncapi_document", "bundle", "event_schema", "registry_schema"]
