"""Checks of the contract itself: is every canonical event a closed statement of a fact?"""

from __future__ import annotations

import inspect
from collections import Counter
from collections.abc import Iterator
from pathlib import Path
from typing import Any, get_args

from pydantic import BaseModel

from contracts.errors import Where
from contracts.model.domain import Domain
from contracts.model.events import CanonicalEvent, data_model, event_name
from contracts.model.lint_finding import LintFinding
from contracts.model.names import did_you_mean
from contracts.model.schemas import shape_of
from contracts.model.shapes import Choice, Constant, Text, nodes
from contracts.model.vocabulary import refused_word
from contracts.project.paths import shown


def lint(domain: Domain) -> tuple[LintFinding, ...]:
    """Check the catalogue of a domain; its registry was checked when it was loaded."""
    names = Counter(event_name(model) for model in domain.catalogue.models)
    findings: list[LintFinding] = []
    for model in domain.catalogue.models:
        name = event_name(model)
        if names[name] > 1:
            findings.append(
                LintFinding(
                    "event-twice", f"{name} is declared twice", _place(model), "give each event a name of its own"
                )
            )
        findings.extend(_fact_key(model, name))
        findings.extend(_keys(model, data_model(model), name, "data"))
    return tuple(findings)


def _fact_key(model: type[CanonicalEvent], name: str) -> Iterator[LintFinding]:
    keys = tuple(data_model(model).model_fields)
    if not model.fact_key:
        yield LintFinding(
            "fact-key", f"{name} has no fact key", _place(model), "name the data keys that identify the fact"
        )
    for key in model.fact_key:
        if key not in keys:
            hint = did_you_mean(key, keys)
            yield LintFinding(
                "fact-key",
                f"{name}: the fact key {key!r} is not in its data{hint}",
                _place(model),
                f"use {', '.join(keys)}",
            )
        elif not data_model(model).model_fields[key].is_required():
            yield LintFinding(
                "fact-key",
                f"{name}: the fact key {key!r} is optional",
                _place(model),
                "require it: a fact is named by it",
            )
        elif not _is_text(data_model(model), key):
            yield LintFinding(
                "fact-key",
                f"{name}: the fact key {key!r} is no text in JSON",
                _place(model),
                "name facts by texts: triggers carry texts, and repeats are found by them",
            )


def _is_text(data: type[BaseModel], key: str) -> bool:
    found = next((node.shape for node in nodes(shape_of(data)) if node.path == key), None)
    match found:
        case Choice(values):
            return all(isinstance(value, str) for value in values)
        case Constant(value):
            return isinstance(value, str)
    return isinstance(found, Text)


def _keys(
    model: type[BaseModel], part: type[BaseModel], name: str, path: str, above: tuple[type[BaseModel], ...] = ()
) -> Iterator[LintFinding]:
    if part.model_config.get("extra") != "forbid":
        yield LintFinding(
            "open-model", f"{name}: {path} takes keys that it doesn't name", _place(part), 'set extra="forbid"'
        )
    for key, field in part.model_fields.items():
        refused = refused_word(key)
        if refused:
            word, meaning = refused
            yield LintFinding(
                "not-a-fact",
                f"{name}: {path}.{key} describes {meaning} ({word!r})",
                _place(part),
                "remove the key, or say what happened instead",
            )
        for inner in _models_in(field.annotation):
            if inner not in above:
                yield from _keys(model, inner, name, f"{path}.{key}", (*above, inner))


def _models_in(annotation: Any) -> Iterator[type[BaseModel]]:
    """Yield the models that a type is made of: itself, in a list, in a union."""
    if isinstance(annotation, type) and issubclass(annotation, BaseModel):
        yield annotation
    for part in get_args(annotation):
        yield from _models_in(part)


def _place(model: type[BaseModel]) -> Where | None:
    try:
        file = inspect.getsourcefile(model)
        line = inspect.getsourcelines(model)[1]
    except (OSError, TypeError):
        return None
    return Where(shown(Path(file)), line) if file else None
