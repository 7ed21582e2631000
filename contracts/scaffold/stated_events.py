"""What a new emitter states: each event that the registry gives it, with examples of its data."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from pydantic import ValidationError

from contracts.model.domain import Domain
from contracts.model.events import CanonicalEvent
from contracts.model.examples import NoExampleError, example_event, example_of
from contracts.model.facts import at_path, with_value
from contracts.model.registry import Status
from contracts.model.schemas import shape_of
from contracts.verification.facts import Facts, first_fact


@dataclass(frozen=True, slots=True)
class StatedEvent:
    """One event, as an emitter begins to state it.

    Attributes:
        key: the paths of its fact key.
        stated: it is stated from the beginning; another one waits for the emitter's own code.
        examples: data of two facts; the first has what may be left out too, the second doesn't.
        fresh: the paths of the fact key whose value may have any end, so that each run can name new facts.
    """

    event: str
    key: tuple[str, ...]
    stated: bool
    examples: tuple[Mapping[str, Any], Mapping[str, Any]]
    fresh: frozenset[str]

    @property
    def rest(self) -> Mapping[str, Any]:
        """What the first example holds beside the fact key."""
        return _without(self.examples[0], self.key)


def statements_of(emitter: str, domain: Domain) -> tuple[StatedEvent, ...]:
    """Return what the registry gives an emitter; nothing, where it doesn't have the emitter.

    What is implemented is stated from the beginning. Where nothing is, everything is: a repository that states nothing
    has nothing to show.

    Raises:
        MisuseError: no example of an event can be made.
    """
    pairs = list(domain.registry.pairs(emitter))
    implemented = {pair.event for pair in pairs if pair.status is Status.IMPLEMENTED}
    return tuple(
        _statement(domain.catalogue[pair.event], pair.event, emitter, not implemented or pair.event in implemented)
        for pair in pairs
    )


def _statement(model: type[CanonicalEvent], event: str, emitter: str, stated: bool) -> StatedEvent:
    bare: Mapping[str, Any] = example_event(model, source=emitter)["data"]
    facts = Facts(model, first_fact(model, ()))
    other = bare
    for path, value in facts.varied("2").items():
        other = with_value(other, path, value)
    fresh = facts.renewed("0a1b2c3d").first
    return StatedEvent(
        event,
        model.fact_key,
        stated,
        (_whole(model, emitter) or bare, other),
        frozenset(path for path in model.fact_key if fresh[path] == f"{at_path(bare, path)}-0a1b2c3d"),
    )


def _whole(model: type[CanonicalEvent], emitter: str) -> Mapping[str, Any] | None:
    """Return an example with what may be left out, or None where the model takes none."""
    message = example_event(model, source=emitter)
    try:
        message["data"] = example_of(shape_of(model))["data"]
        model.model_validate_json(json.dumps(message))
    except (NoExampleError, ValidationError):
        return None
    data: Mapping[str, Any] = message["data"]
    return data


def _without(data: Mapping[str, Any], key: tuple[str, ...]) -> dict[str, Any]:
    """Return data without what its fact key names; an object that holds nothing else goes with it."""
    rest = dict(data)
    for path in key:
        rest = _less(rest, path.split("."))
    return rest


def _less(data: Mapping[str, Any], path: list[str]) -> dict[str, Any]:
    name, *inner = path
    kept = {one: value for one, value in data.items() if one != name}
    if inner and isinstance(data.get(name), Mapping) and (left := _less(data[name], inner)):
        return with_value(data, name, left)
    return kept
