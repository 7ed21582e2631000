"""What a canonical event is: its fields, an example, who may state it, and who reads what of it."""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator

from contracts.errors import MisuseError
from contracts.model.domain import Domain
from contracts.model.events import CanonicalEvent
from contracts.model.examples import example_event
from contracts.model.pact import Interaction, PactDocument
from contracts.model.registry import Status
from contracts.model.schemas import shape_of
from contracts.model.shape_words import field_in_words
from contracts.model.shapes import Node, nodes

_DATA = "data."


def explain_event(domain: Domain, event: str, pacts: Iterable[PactDocument]) -> Iterator[str]:
    """Say what the contract says of one canonical event, and what is read of it.

    Args:
        event: one of the catalogue's.
        pacts: with the emitters that may state it; what they hold of other events is passed over.
    """
    model = domain.catalogue[event]
    yield f"{event} (canonical event)"
    if model.__doc__:
        yield f"  is:   {' '.join(model.__doc__.split())}"
    yield from _fields(model)
    yield from _stated(domain, event)
    yield from _read(model, event, tuple(pacts))
    yield "  example:"
    yield from _example(domain, event)
    yield f"  next: {_next(domain, event)}"


def _fields(model: type[CanonicalEvent]) -> Iterator[str]:
    yield "  fields:"
    found = [node for node in nodes(shape_of(model)) if node.field is not None]
    width = max(len(node.path) for node in found)
    for node in found:
        yield f"    {node.path:<{width}}  {field_in_words(node)}{_remarks(model, node)}"


def _remarks(model: type[CanonicalEvent], node: Node) -> str:
    key = "; part of the fact key" if node.path.removeprefix(_DATA) in model.fact_key else ""
    text = " ".join(((node.field.description if node.field else None) or "").split())
    return key + (f" ({text})" if text else "")


def _stated(domain: Domain, event: str) -> Iterator[str]:
    pairs = domain.registry.emitters_of(event)
    if not pairs:
        needs = event in domain.registry.needs_decision
        yield f"  stated by: nobody may state it{'; giving it an emitter takes a decision' if needs else ''}"
        return
    yield "  stated by:"
    for pair in pairs:
        repeats = "facts may be stated again" if pair.entry.repeats == "guarded" else "each fact once"
        owed = "; a refused delivery is owed again" if pair.entry.delivery else ""
        yield f"    {pair.emitter}: {pair.status.value}; {repeats}{owed}"


def _read(model: type[CanonicalEvent], event: str, pacts: tuple[PactDocument, ...]) -> Iterator[str]:
    found = [(pact, interaction) for pact in pacts for interaction in pact.of_event(event)]
    if not found:
        yield "  read by: nobody, as far as the pacts that are known here say"
        return
    yield "  read by:"
    for (consumer, description, reads), of in _by_reading(found).items():
        yield f"    {consumer}, for {description.removeprefix(f'{event}:').strip()}, of {', '.join(of)}:"
        yield f"      {', '.join(reads) or 'nothing of its content'}"
    optional = [node.path for node in nodes(shape_of(model)) if node.path.startswith(_DATA) and not node.promised]
    if optional:
        yield f"    No pact holds what may be absent or null, read or not: {', '.join(optional)}"


def _by_reading(
    found: Iterable[tuple[PactDocument, Interaction]],
) -> dict[tuple[str, str, tuple[str, ...]], dict[str, None]]:
    """Return the emitters by what is read of them, since one expectation stands in the pact of each."""
    readings: dict[tuple[str, str, tuple[str, ...]], dict[str, None]] = {}
    for pact, interaction in found:
        key = (pact.consumer, interaction.description, interaction.paths)
        readings.setdefault(key, {})[f"{pact.provider}{' (pending)' if interaction.pending else ''}"] = None
    return readings


def _example(domain: Domain, event: str) -> Iterator[str]:
    pairs = domain.registry.emitters_of(event)
    try:
        example = example_event(domain.catalogue[event], source=pairs[0].emitter if pairs else "an-emitter")
    except MisuseError as error:
        yield f"    none: {error.what}"
        return
    for line in json.dumps(example, ensure_ascii=False, indent=2).splitlines():
        yield f"    {line}"


def _next(domain: Domain, event: str) -> str:
    pairs = domain.registry.emitters_of(event)
    if not pairs:
        return f"to let an emitter state it, add [emitters.EMITTER.events.{event}] to {domain.registry_file.name}"
    planned = next((pair for pair in pairs if pair.status is Status.PLANNED), pairs[0])
    return f"contracts explain {planned.emitter} {event}"
