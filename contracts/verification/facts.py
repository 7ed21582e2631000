"""Facts to ask an emitter for: each differs from the others of a run, and is one that the event's model takes."""

from __future__ import annotations

import json
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from hashlib import shake_128
from math import ceil, floor
from string import ascii_lowercase, ascii_uppercase, digits
from typing import Any
from uuid import NAMESPACE_URL, uuid5

from pydantic import TypeAdapter, ValidationError

from contracts.model.events import CanonicalEvent, event_name
from contracts.model.examples import example_event
from contracts.model.facts import Fact, at_path, field_at, is_fact_value
from contracts.model.pact import PactDocument
from contracts.model.schemas import shape_of
from contracts.model.shapes import Number, nodes

_LETTERS = (ascii_uppercase, ascii_lowercase)
_LARGEST = 2**31 - 1
"""What every database's integer holds."""
_NAMES = ("other", "refused", "at-once", "at-once-a", "at-once-b")


def first_fact(model: type[CanonicalEvent], pacts: Sequence[PactDocument]) -> dict[str, str | int]:
    """Return the fact that the event's expectations speak of, or that of an example where there are none."""
    for pact in pacts:
        for interaction in pact.of_event(event_name(model)):
            values: dict[str, Any] = {path: interaction.params.get(path) for path in model.fact_key}
            if all(map(is_fact_value, values.values())):
                return dict(values)
    data = example_event(model, source="emitter")["data"]
    values = {path: at_path(data, path) for path in model.fact_key}
    return {path: value if is_fact_value(value) else str(value) for path, value in values.items()}


@dataclass(frozen=True, slots=True)
class Facts:
    """Facts of one event that the event's own model accepts."""

    model: type[CanonicalEvent]
    first: Fact

    def renewed(self, seed: str) -> Facts:
        """Return facts of this seed's own; a value that the model takes no other for stays."""
        fresh = {path: self._fresh(path, value, seed) for path, value in self.first.items()}
        taken = {path: value if self._takes(path, value) else self.first[path] for path, value in fresh.items()}
        return Facts(self.model, taken)

    def varied(self, name: str, *paths: str) -> dict[str, str | int]:
        """Return another fact: the first one with these paths' values varied, all of them where none is named."""
        return {
            path: self._varied(path, value, name) if path in (paths or self.first) else value
            for path, value in self.first.items()
        }

    def _fresh(self, path: str, value: str | int, seed: str) -> str | int:
        if isinstance(value, str):
            return self._text(path, value, seed)
        least, most, step = self._range(path)
        count = max(1, (most - least) // step + 1)
        chosen = int.from_bytes(shake_128(f"{path} {value} {seed}".encode()).digest(8)) % count
        return least + step * chosen

    def _varied(self, path: str, value: str | int, name: str) -> str | int:
        if isinstance(value, str):
            return self._text(path, value, name)
        # By a place of its own each name gets another number, in whatever direction the range is open.
        steps = self._range(path)[2] * (_NAMES.index(name) + 1 if name in _NAMES else len(_NAMES) + _number(name))
        return next((other for other in (value + steps, value - steps) if self._takes(path, other)), value + steps)

    def _range(self, path: str) -> tuple[int, int, int]:
        """Return the least and the most that an integer may be, and what it is a multiple of."""
        bounds = next((dict(shape.bounds) for shape in self._numbers(path)), {})
        step = max(1, ceil(bounds.get("multipleOf", 1)))
        least = max(bounds.get("minimum", -_LARGEST), bounds.get("exclusiveMinimum", -_LARGEST) + 1)
        most = min(bounds.get("maximum", _LARGEST), bounds.get("exclusiveMaximum", _LARGEST + 1) - 1)
        if least <= -_LARGEST and most > 0:
            least = 1
        return ceil(least / step) * step, floor(most), step

    def _numbers(self, path: str) -> Iterator[Number]:
        for node in nodes(shape_of(self.model)):
            if node.path == f"data.{path}" and isinstance(node.value, Number):
                yield node.value

    def _text(self, path: str, value: str, name: str) -> str:
        # Cut to the 128 characters that an identifier may have, the varied end kept.
        readable = f"{value[: 127 - len(name)]}-{name}"
        formed = (_of_its_form(value, name, kinds) for kinds in ((*_LETTERS, digits), (digits,)))
        candidates = (readable, str(uuid5(NAMESPACE_URL, f"{value} {name}")), *formed)
        return next((text for text in candidates if self._takes(path, text)), readable)

    def _takes(self, path: str, value: str | int) -> bool:
        field = field_at(self.model, path)
        if field is None:
            return False
        try:
            TypeAdapter(field.rebuild_annotation()).validate_json(json.dumps(value))
        except ValidationError:
            return False
        return True


def _of_its_form(value: str, name: str, kinds: Sequence[str]) -> str:
    """Return another text whose characters are of the kinds that `value` has there, as `^W-[0-9]{4}$` wants it."""
    stream = shake_128(f"{value} {name}".encode()).digest(len(value))
    return "".join(
        next((kind[byte % len(kind)] for kind in kinds if character in kind), character)
        for character, byte in zip(value, stream, strict=True)
    )


def _number(name: str) -> int:
    """Return the number at the end of a name such as `as-2`."""
    end = name.rpartition("-")[2]
    return int(end) if end.isdigit() else 1
