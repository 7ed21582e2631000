"""What the registry promises of a pair beside that it is emitted, and which rules test it."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from contracts.model.registry import Pair, Registry, Status


@dataclass(frozen=True, slots=True)
class Promise:
    """One promise of a pair.

    Attributes:
        implemented: the pair is; a planned one owes its promise to a pact that demands it all the same.
        text: as the registry has it, such as `delivery = "at-least-once"`.
        rules: the rules that a run has to be able to see broken before the promise counts as tested.
    """

    emitter: str
    event: str
    implemented: bool
    text: str
    rules: tuple[str, ...]


_REPEATS = {
    "never": ("repeated-emission",),
    "guarded": ("repeat-changes-id", "repeat-changes-content", "id-reused"),
}
_DELIVERY = {"at-least-once": ("lost-fact",)}


def promises(registry: Registry, emitter: str | None = None) -> tuple[Promise, ...]:
    """Return what the registry promises of the pairs of one emitter, or of all."""
    return tuple(promise for pair in registry.pairs(emitter) for promise in _of(pair))


def _of(pair: Pair) -> Iterator[Promise]:
    repeats, delivery = pair.entry.repeats, pair.entry.delivery
    implemented = pair.status is Status.IMPLEMENTED
    yield Promise(pair.emitter, pair.event, implemented, f'repeats = "{repeats}"', _REPEATS[repeats])
    if delivery is not None:
        yield Promise(pair.emitter, pair.event, implemented, f'delivery = "{delivery}"', _DELIVERY[delivery])
