"""What the registry promises of a pair beside that it is emitted, and which rules test it."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from contracts.model.registry import Pair, Registry, Status


@dataclass(frozen=True, slots=True)
class Promise:
    """One promise of an implemented pair.

    Attributes:
        text: as the registry has it, such as `delivery = "at-least-once"`.
        rules: the rules that a run has to be able to see broken before the promise counts as tested.
    """

    emitter: str
    event: str
    text: str
    rules: tuple[str, ...]


_REPEATS = {
    "never": ("repeated-emission",),
    "guarded": ("repeat-changes-id", "repeat-changes-content", "id-reused"),
}
_DELIVERY = {"at-least-once": ("lost-fact",)}


def promises(registry: Registry, emitter: str | None = None) -> tuple[Promise, ...]:
    """Return what the registry promises of the implemented pairs of one emitter, or of all."""
    pairs = (pair for pair in registry.pairs(emitter) if pair.status is Status.IMPLEMENTED)
    return tuple(promise for pair in pairs for promise in _of(pair))


def _of(pair: Pair) -> Iterator[Promise]:
    repeats, delivery = pair.entry.repeats, pair.entry.delivery
    yield Promise(pair.emitter, pair.event, f'repeats = "{repeats}"', _REPEATS[repeats])
    if delivery is not None:
        yield Promise(pair.emitter, pair.event, f'delivery = "{delivery}"', _DELIVERY[delivery])
