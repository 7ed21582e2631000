"""Is a message exactly the canonical event? The closed schema, and the keys that no fact has."""

from __future__ import annotations

from collections.abc import Collection, Iterator
from dataclasses import replace
from functools import cache
from typing import Any

from pydantic import BaseModel, ValidationError
from pydantic_core import ErrorDetails

from contracts.model.events import CanonicalEvent
from contracts.model.names import did_you_mean
from contracts.model.schemas import shape_of
from contracts.model.verdict import Finding
from contracts.model.vocabulary import FactVocabulary, Named, json_path, named_keys
from contracts.verification.advice import advice_on
from contracts.verification.extensions import without_permitted
from contracts.verification.likeness import likeness_of
from contracts.verification.message import EmittedMessage


@cache
def _named(model: type[CanonicalEvent]) -> Named:
    return named_keys(shape_of(model))


def shape_findings(
    message: EmittedMessage,
    model: type[CanonicalEvent],
    vocabulary: FactVocabulary,
    extensions: Collection[str] = (),
) -> Iterator[Finding]:
    """Yield one `event-schema` or `not-a-fact` finding for each key that is wrong.

    Args:
        extensions: CloudEvents extension attributes that the registry permits.

    A key that no fact has is `not-a-fact` alone, whatever else is wrong with it. One that the canonical event names
    is what the emitter was asked for, and is `contracts lint`'s business. Where the message names
    no event, what is said of the whole says as well what it looks like.
    """
    likeness = likeness_of(message) if message.attribute("type") is None else None
    for finding in _key_by_key(message, model, vocabulary, extensions):
        if likeness is None or finding.path not in _WHOLE:
            yield finding
        else:
            text = f"{finding.message}; it looks like {likeness.what}"
            yield replace(finding, message=text, next_step=likeness.next_step)


_WHOLE = ("$", "$.type")


def _key_by_key(
    message: EmittedMessage, model: type[CanonicalEvent], vocabulary: FactVocabulary, extensions: Collection[str]
) -> Iterator[Finding]:
    where = message.emission.where
    if message.refusal is not None or message.text is None:
        yield Finding("event-schema", f"the body {message.refusal}", path="$", where=where)
        return
    value, text = without_permitted(message.value, message.text, extensions)
    refused = vocabulary.keys_that_are_no_facts(value, _named(model))
    no_facts = {path: (word, meaning) for path, word, meaning in refused}
    for path, (word, meaning) in no_facts.items():
        yield Finding(
            "not-a-fact",
            f"{path} describes {meaning} ({word!r}); an emitter states what happened",
            path=path,
            where=where,
            actual=_at(message.value, path),
        )
    try:
        model.model_validate_json(text)
    except ValidationError as error:
        reported = set(no_facts)
        for detail in error.errors(include_url=False):
            path = json_path(detail["loc"])
            if path not in reported:
                reported.add(path)
                yield _finding(detail, path, model, message)


def _finding(detail: ErrorDetails, path: str, model: type[BaseModel], message: EmittedMessage) -> Finding:
    where = message.emission.where
    kind = detail["type"]
    key = str(detail["loc"][-1]) if detail["loc"] else ""
    advice = advice_on(detail, key)
    if kind == "missing":
        text = f"{path} is missing"
        return Finding("event-schema", text, path=path, where=where, expected="present", next_step=advice)
    if kind == "extra_forbidden":
        known = _keys_at(model, detail["loc"][:-1])
        return Finding(
            "event-schema",
            f"{path} is no part of this event{did_you_mean(key, known)}",
            path=path,
            where=where,
            expected=f"one of {', '.join(known)}",
            actual=detail["input"],
            next_step=advice,
        )
    text = detail["msg"].removeprefix("Value error, ")
    return Finding(
        "event-schema",
        f"{path}: {text}",
        path=path,
        where=where,
        expected=_expected(detail),
        actual=detail["input"],
        next_step=advice,
    )


def _expected(detail: ErrorDetails) -> Any:
    context = detail.get("ctx", {})
    expected = context.get("expected", context.get("pattern"))
    return expected if isinstance(expected, str) else None


def _keys_at(model: type[BaseModel], loc: tuple[int | str, ...]) -> tuple[str, ...]:
    current: Any = model
    for part in loc:
        field = current.model_fields.get(part) if isinstance(part, str) else None
        annotation = field.annotation if field else None
        if not (isinstance(annotation, type) and issubclass(annotation, BaseModel)):
            return ()
        current = annotation
    return tuple(current.model_fields)


def _at(value: Any, path: str) -> Any:
    # Paths are made by `keys_that_are_no_facts`; a key with a dot in it simply isn't found again.
    for part in path.removeprefix("$").replace("[", ".[").split(".")[1:]:
        if part.startswith("[") and isinstance(value, list):
            value = value[int(part[1:-1])]
        elif isinstance(value, dict) and part in value:
            value = value[part]
        else:
            return None
    return value
