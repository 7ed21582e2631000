"""Hypothesis strategies: canonical events as their models take them, and with one field that is wrong.

Needs hypothesis, which the toolkit itself doesn't.
"""

from __future__ import annotations

import copy
import json
import operator
import string
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from functools import cache
from typing import Any

from hypothesis import strategies as st
from pydantic import ValidationError

from contracts.expectations.matchers import matched_shape
from contracts.model.events import RFC3339_PATTERN, TOKEN_PATTERN, CanonicalEvent
from contracts.model.shapes import (
    Boolean,
    Choice,
    Constant,
    ListOf,
    Nullable,
    Number,
    Object,
    Scalar,
    Shape,
    Text,
)

Place = tuple[str | int, ...]
"""The way to a field: names and indexes."""

# Pact's core takes a text that UTF-8 can carry and that holds no NUL.
_CHARACTERS = st.characters(codec="utf-8", exclude_characters="\0")
# Beyond 64 bits an integer isn't read alike by every parser of JSON (RFC 8259, section 6).
_LARGEST = 2**63 - 1

_WRONG: tuple[Any, ...] = (
    None, True, False, "true", "", " ", "a b", "1", "1.0", "null", "a\n", "x" * 129, "Ünï", "2026-01-31",
    "2026-01-31T18:00:00", "2026-02-30T18:00:00Z", "0b5c2f3a", 0, 1, -1, 1.5, 1e30, 10**18, [], [None], {}, {"a": 1},
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class Corruption:
    """A canonical event with one field that its model refuses.

    Attributes:
        place: the way to the field.
        shape: what the field should be.
        missing: the field was left out; else `value` stands in its place.
    """

    body: dict[str, Any]
    place: Place
    shape: Shape
    missing: bool
    value: Any = None


@cache
def canonical_events(model: type[CanonicalEvent]) -> st.SearchStrategy[dict[str, Any]]:
    """Return a strategy for the JSON of an event, optional fields there or not."""
    return _values(matched_shape(model)).filter(lambda body: is_taken(model, body))


@cache
def corruptions(model: type[CanonicalEvent]) -> st.SearchStrategy[Corruption]:
    """Return a strategy for events with one wrong field, at any depth, among those that are always there."""
    shape = matched_shape(model)
    bodies = canonical_events(model)
    scalars = _texts(Text()) | st.integers(-_LARGEST, _LARGEST) | st.floats(allow_nan=False, allow_infinity=False)
    values = st.sampled_from(_WRONG) | scalars

    @st.composite
    def corrupted(draw: st.DrawFn) -> Corruption:
        body = draw(bodies)
        place, wanted, may_go = draw(st.sampled_from(list(_places(shape, body))))
        if may_go and draw(st.booleans()):
            return Corruption(_without(body, place), place, wanted, missing=True)
        value = draw(values)
        return Corruption(_with(body, place, value), place, wanted, missing=False, value=value)

    return corrupted().filter(lambda corruption: not is_taken(model, corruption.body))


def usual_corruptions(model: type[CanonicalEvent], body: dict[str, Any]) -> Iterator[Corruption]:
    """Yield one event with each usual mistake in each field that is always there: left out, or of another type."""
    for place, shape, may_go in _places(matched_shape(model), body):
        every = [Corruption(_with(body, place, value), place, shape, missing=False, value=value) for value in _WRONG]
        if may_go:
            every.append(Corruption(_without(body, place), place, shape, missing=True))
        yield from (corruption for corruption in every if not is_taken(model, corruption.body))


def is_taken(model: type[CanonicalEvent], body: Any) -> bool:
    """Does the model take this JSON?"""
    try:
        model.model_validate_json(json.dumps(body))
    except ValidationError:
        return False
    return True


def _values(shape: Shape) -> st.SearchStrategy[Any]:
    match shape:
        case Nullable(inner):
            return st.none() | _values(inner)
        case ListOf(item, least, most):
            return st.lists(_values(item), min_size=least, max_size=most if most is not None else least + 3)
        case Object(fields):
            return st.fixed_dictionaries(
                {field.name: _values(field.shape) for field in fields if field.required},
                optional={field.name: _values(field.shape) for field in fields if not field.required},
            )
        case Constant() | Choice() | Boolean() | Number() | Text():
            return _scalars(shape)
    raise AssertionError(f"{shape} has no matcher, so there is no such event")


def _scalars(shape: Scalar) -> st.SearchStrategy[Any]:
    match shape:
        case Constant(value):
            return st.just(value)
        case Choice(values):
            return st.sampled_from(values)
        case Boolean():
            return st.booleans()
        case Number():
            return _numbers(shape)
        case Text():
            return _texts(shape)


def _numbers(shape: Number) -> st.SearchStrategy[Any]:
    # Bounds are inclusive here; what an exclusive one refuses is filtered by the model.
    least = shape.bounds.get("minimum", shape.bounds.get("exclusiveMinimum"))
    most = shape.bounds.get("maximum", shape.bounds.get("exclusiveMaximum"))
    whole = st.integers(-_LARGEST if least is None else int(least), _LARGEST if most is None else int(most))
    if shape.integer:
        return whole
    return whole | st.floats(least, most, allow_nan=False, allow_infinity=False)


def _texts(shape: Text) -> st.SearchStrategy[str]:
    if shape.format == "uuid":
        return st.uuids().flatmap(lambda found: st.sampled_from((str(found), str(found).upper())))
    if shape.regex == TOKEN_PATTERN:
        # One draw instead of one a character, which is what from_regex does.
        first = st.sampled_from(_LETTERS_AND_DIGITS)
        return st.builds(operator.add, first, st.text(f"{_LETTERS_AND_DIGITS}._:-", max_size=127))
    if shape.regex == RFC3339_PATTERN:
        return st.builds(_written, st.datetimes(), st.sampled_from("Tt"), _FRACTIONS, _OFFSETS)
    if shape.regex is None:
        return st.text(_CHARACTERS, min_size=shape.min_length, max_size=shape.max_length)
    whole = shape.regex.startswith("^") and shape.regex.endswith("$")
    return st.from_regex(shape.regex, alphabet=_CHARACTERS, fullmatch=whole)


_LETTERS_AND_DIGITS = string.ascii_letters + string.digits
_FRACTIONS = st.just("") | st.integers(0, 10**12).map(lambda digits: f".{digits}")
_OFFSETS = st.sampled_from("Zz") | st.builds(
    "{}{:02}:{:02}".format, st.sampled_from("+-"), st.integers(0, 23), st.integers(0, 59)
)


def _written(moment: datetime, separator: str, fraction: str, offset: str) -> str:
    # strftime writes years below 1000 without their zeros.
    return f"{moment.year:04}-{moment:%m-%d}{separator}{moment:%H:%M:%S}{fraction}{offset}"


def _places(shape: Shape, value: Any, place: Place = ()) -> Iterator[tuple[Place, Shape, bool]]:
    """Yield the promised fields and items of a value: the way there, what it is, and whether it can be left out."""
    match shape:
        case Object(fields):
            for field in fields:
                if field.promised:
                    yield (*place, field.name), field.shape, True
                    yield from _places(field.shape, value[field.name], (*place, field.name))
        case ListOf(item):
            for index, child in enumerate(value):
                yield (*place, index), item, False
                yield from _places(item, child, (*place, index))


def _with(body: dict[str, Any], place: Place, value: Any) -> dict[str, Any]:
    changed: Any = copy.deepcopy(body)
    holder = changed
    for step in place[:-1]:
        holder = holder[step]
    holder[place[-1]] = copy.deepcopy(value)
    return dict(changed)


def _without(body: dict[str, Any], place: Place) -> dict[str, Any]:
    changed: Any = copy.deepcopy(body)
    holder = changed
    for step in place[:-1]:
        holder = holder[step]
    del holder[place[-1]]
    return dict(changed)
