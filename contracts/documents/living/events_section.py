"""The last section: each canonical event with its data and an example."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable, Iterator

from contracts.documents.living.forms import say_form
from contracts.documents.living.markdown import code, table
from contracts.documents.living.phrases import Phrases
from contracts.model.domain import Domain
from contracts.model.events import CanonicalEvent, data_model
from contracts.model.examples import example_event
from contracts.model.registry import Pair, Status
from contracts.model.schemas import shape_of
from contracts.model.shapes import Field

Say = Callable[[str], str]


def events_section(domain: Domain, phrases: Phrases, say: Say) -> Iterator[str]:
    """Yield the section's blocks: the envelope once, then each event."""
    yield f"## {phrases.events}"
    yield phrases.events_intro
    yield _envelope(phrases, say)
    for name in domain.catalogue:
        yield from _event(domain, name, phrases, say)


def _envelope(phrases: Phrases, say: Say) -> str:
    attributes = [one for one in shape_of(CanonicalEvent).fields if one.name != "data"]
    header = (phrases.column_attribute, phrases.column_form, phrases.column_meaning)
    return table(header, _rows(attributes, phrases, say))


def _event(domain: Domain, name: str, phrases: Phrases, say: Say) -> Iterator[str]:
    model = domain.catalogue[name]
    data = shape_of(data_model(model))
    pairs = domain.registry.emitters_of(name)
    yield f"### {code(name)}"
    if model.__doc__:
        yield say(model.__doc__)
    yield phrases.stated_by.format(pairs=_pairs(pairs, phrases)) if pairs else phrases.stated_by_nobody
    if data.fields:
        header = (phrases.column_key, phrases.column_form, phrases.column_meaning)
        yield table(header, _rows(data.fields, phrases, say))
    keys = ", ".join(code(key) for key in model.fact_key)
    yield phrases.fact_key.format(keys=keys) if keys else phrases.no_fact_key
    yield phrases.example
    source = pairs[0].emitter if pairs else "an-emitter"
    yield f"```json\n{json.dumps(example_event(model, source=source), ensure_ascii=False, indent=2)}\n```"


def _pairs(pairs: Iterable[Pair], phrases: Phrases) -> str:
    return ", ".join(
        f"{code(pair.emitter)} ({phrases.implemented if pair.status is Status.IMPLEMENTED else phrases.planned})"
        for pair in pairs
    )


def _rows(fields: Iterable[Field], phrases: Phrases, say: Say) -> Iterator[tuple[str, str, str]]:
    for one in fields:
        form = say_form(one.shape, phrases)
        if not one.required:
            form = phrases.optional.format(form=form)
        yield code(one.name), form, say(one.description) if one.description else ""
