"""What a consumer reads of an event: paths of attributes and data keys, checked against the canonical event."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any

from contracts.errors import BrokenContractError
from contracts.model.names import did_you_mean
from contracts.model.shapes import ListOf, Nullable, Object, Shape, paths_of


class UnknownReadError(BrokenContractError):
    """An expectation reads what the canonical event doesn't have."""


@dataclass(frozen=True, slots=True)
class Reading:
    """What is read of one object or of each item of a list: all of it, or the named fields.

    Attributes:
        whole: all of it is read; its optional fields are not promised all the same.
    """

    whole: bool = False
    fields: Mapping[str, Reading] = field(default_factory=dict)

    def of(self, name: str) -> Reading | None:
        """Return what is read of the field `name`, or None where it isn't read."""
        return self if self.whole else self.fields.get(name)


WHOLE = Reading(whole=True)


def read(event: str, shape: Object, paths: Iterable[str]) -> Reading:
    """Check what is read of an event and return it as a tree.

    Args:
        event: the event's name, for errors.
        shape: its shape.
        paths: such as `id`, `data.client_id`, `data.items[].name`; a path to an object or a list reads all of it.

    Raises:
        UnknownReadError: the event has no such attribute or key, or nothing that is promised is read.
    """
    if isinstance(paths, str):
        raise UnknownReadError(f"reads is the string {paths!r}", next_step=f"write a list: reads=[{paths!r}]")
    wanted = tuple(paths) if isinstance(paths, Iterable) else (paths,)
    if not all(isinstance(path, str) for path in wanted):
        raise UnknownReadError(
            f"reads is {paths!r}, and not a list of paths", next_step="write reads=['id', 'data.…'], each path a text"
        )
    known = paths_of(shape)
    for path in wanted:
        if path not in known:
            raise UnknownReadError(
                f"{event} has no {path!r}{did_you_mean(path, known)}",
                next_step=f"it has {', '.join(known)}",
            )
    reading = _tree([_segments(path) for path in wanted])
    if not any(True for _ in promised(shape, reading)):
        raise UnknownReadError(
            f"this expectation reads nothing that {event} always has",
            next_step="name in reads what the handler uses, such as reads=['id', 'source']",
        )
    return reading


def promised(shape: Object, reading: Reading) -> Iterator[tuple[str, Shape, Reading]]:
    """Yield the fields that are read and always there, in the order of the model: name, shape, what is read of it."""
    for item in shape.fields:
        inner = reading.of(item.name)
        if inner is not None and item.promised and _holds_any(item.shape, inner):
            yield item.name, item.shape, inner


def trimmed(shape: Shape, reading: Reading, value: Any) -> Any:
    """Return what is read of a value and nothing else; optional fields stay where the value has them."""
    match shape:
        case Nullable(inner) if value is not None:
            return trimmed(inner, reading, value)
        case ListOf(item):
            return [trimmed(item, reading, child) for child in value]
        case Object(fields):
            kept = [(field, reading.of(field.name)) for field in fields if field.name in value]
            return {f.name: trimmed(f.shape, inner, value[f.name]) for f, inner in kept if inner is not None}
    return value


def _holds_any(shape: Shape, reading: Reading) -> bool:
    # An object of which only optional fields are read is no promise either.
    match shape:
        case Object():
            return reading.whole or any(True for _ in promised(shape, reading))
        case ListOf(item):
            return reading.whole or _holds_any(item, reading)
        case Nullable():
            return False
    return True


def _segments(path: str) -> tuple[str, ...]:
    return tuple(part.rstrip("[]") for part in path.split("."))


def _tree(paths: list[tuple[str, ...]]) -> Reading:
    if () in paths:
        return WHOLE
    heads = dict.fromkeys(path[0] for path in paths)
    return Reading(fields={head: _tree([path[1:] for path in paths if path[0] == head]) for head in heads})
