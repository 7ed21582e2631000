"""What identifies a fact: the values that the event's fact key names, wherever they stand in its data.

A part of the key is a path in `data`, such as `client_id` or `order.number`; its value is a text or an integer. A fact
is written flat, by these paths: in triggers, provider states and captures.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from typing import Any

from pydantic import BaseModel
from pydantic.fields import FieldInfo

from contracts.model.events import CanonicalEvent, data_model

Fact = Mapping[str, str | int]
"""The values of a fact key by the key's paths."""

RestOfFact = Callable[[str, Fact], Mapping[str, Any]]
"""Returns what else a trigger carries, for an event and the values of its fact key."""


def is_fact_value(value: object) -> bool:
    """May a value identify a fact: is it a text or an integer?"""
    return isinstance(value, str | int) and not isinstance(value, bool)


def at_path(data: Any, path: str) -> Any:
    """Return the value that stands at a path of objects, or None where there is none."""
    if isinstance(data, Mapping) and path in data:
        return data[path]
    for step in path.split("."):
        data = data.get(step) if isinstance(data, Mapping) else None
    return data


def stated_in(data: Any, fact_key: Iterable[str]) -> dict[str, str] | None:
    """Return the fact that a message's data states, its values as texts; None where one can't be read.

    A fact key holds texts in one place and integers in another, and never both in one: as texts they stay apart.
    """
    values = {path: at_path(data, path) for path in fact_key}
    return {path: str(value) for path, value in values.items()} if all(map(is_fact_value, values.values())) else None


def key_of(fact: Mapping[str, Any], fact_key: Iterable[str]) -> dict[str, str]:
    """Return what identifies the fact of a trigger, which may carry more, its values as texts."""
    return {path: str(fact[path]) for path in fact_key if path in fact}


def nested(fact: Mapping[str, Any], fact_key: Iterable[str]) -> dict[str, Any]:
    """Return a trigger's fact as it stands in data: each path of the fact key in its objects, the rest as it is."""
    keys = set(fact_key)
    data = {name: value for name, value in fact.items() if name not in keys}
    for path in keys & fact.keys():
        data = with_value(data, path, fact[path])
    return data


def with_value(data: Mapping[str, Any], path: str, value: Any) -> dict[str, Any]:
    """Return data in which a value stands at a path; what the objects on its way hold stays."""
    step, _, rest = path.partition(".")
    inner = data.get(step)
    return {**data, step: with_value(inner if isinstance(inner, Mapping) else {}, rest, value) if rest else value}


def field_at(model: type[CanonicalEvent], path: str) -> FieldInfo | None:
    """Return the field that a part of the fact key names; None where the model's data has no such field."""
    holder: Any = data_model(model)
    field: FieldInfo | None = None
    for step in path.split("."):
        if not (isinstance(holder, type) and issubclass(holder, BaseModel)):
            return None
        field = next((one for name, one in holder.model_fields.items() if step in (name, one.alias)), None)
        holder = field.annotation if field is not None else None
    return field
