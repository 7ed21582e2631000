"""Finding the changes between two states, each with the rule that it falls under and those whom it concerns."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from contracts.errors import Where
from contracts.model.shapes import Node
from contracts.registry_diff.fields import kind_of, loosened, narrowed, widened
from contracts.registry_diff.rules import CHANGES, ChangeRule
from contracts.registry_diff.values import ContractState, EventState, RegisteredPair


@dataclass(frozen=True, slots=True)
class Change:
    """One change.

    Attributes:
        field: its path in the message, where a field changed.
        breaks: the names of those whom it breaks; empty where it breaks nobody.
        detail: what was and what is.
        where: the place in the newer state.
    """

    rule: ChangeRule
    emitter: str | None
    event: str | None
    field: str | None
    breaks: tuple[str, ...]
    detail: str
    where: Where

    @property
    def breaking(self) -> bool:
        """Does it break somebody?"""
        return bool(self.breaks)

    @property
    def message(self) -> str:
        """The change as a sentence."""
        subject = " → ".join(f"`{name}`" for name in (self.emitter, self.event) if name)
        subject += f" {self.field}" if self.field else ""
        broken = f"; breaks {', '.join(self.breaks)}" if self.breaks else ""
        return f"{subject}: {self.detail}{broken}".strip(": ")

    def to_json(self) -> dict[str, Any]:
        """Return the change as JSON values."""
        return {
            "rule": self.rule.id,
            "breaking": self.breaking,
            "emitter": self.emitter,
            "event": self.event,
            "field": self.field,
            "breaks": list(self.breaks),
            "detail": self.detail,
            "message": self.message,
            "where": self.where.to_json(),
            "next": self.rule.next_step or None,
        }


def compare(before: ContractState, after: ContractState) -> tuple[Change, ...]:
    """Return what changed from `before` to `after`, the breaking changes first."""
    changes = list(_Comparison(before, after).changes())
    return tuple(sorted(changes, key=lambda change: not change.breaking))


@dataclass(frozen=True)
class _Comparison:
    before: ContractState
    after: ContractState

    def changes(self) -> Iterator[Change]:
        if self.before.consumer != self.after.consumer:
            detail = f"the consumer was {self.before.consumer} and is {self.after.consumer}"
            yield self._change("consumer-renamed", None, None, detail, (self.before.consumer,), self.after.registry)
        yield from self._forms()
        for key, pair in self.before.pairs.items():
            if key in self.after.pairs:
                yield from self._pair(key, pair, self.after.pairs[key])
            else:
                yield self._pair_removed(key, pair)
        for (emitter, event), pair in self.after.pairs.items():
            if (emitter, event) not in self.before.pairs:
                yield self._change("pair-added", emitter, event, f"added as {pair.status}", (), pair.where)
        for name, state in self.before.events.items():
            if name in self.after.events:
                yield from self._event(name, state, self.after.events[name])
            else:
                yield self._change(
                    "event-removed",
                    None,
                    name,
                    "no canonical event any more",
                    self._of_event(name),
                    self.after.registry,
                )
        for name, state in self.after.events.items():
            if name not in self.before.events:
                yield self._change("event-added", None, name, "added", (), state.where)

    def _forms(self) -> Iterator[Change]:
        old, new = self.before.forms, self.after.forms
        emitters, consumer = self.before.with_implemented, (self.before.consumer,)
        gone = [f"the mode {name}" for name in old.modes if name not in new.modes]
        gone += [f"the extension {name}" for name in old.extensions if name not in new.extensions]
        for what in gone if emitters else ():
            yield self._change("form-forbidden", None, None, f"{what} is no longer permitted", emitters, new.where)
        for mode in new.modes:
            if mode not in old.modes:
                yield self._change("mode-permitted", None, None, f"the mode {mode} is permitted", consumer, new.where)
        for name in new.extensions:
            if name not in old.extensions:
                what = f"the extension {name} is permitted"
                yield self._change("extension-permitted", None, None, what, (), new.where)

    def _change(
        self, rule: str, emitter: str | None, event: str | None, detail: str, breaks: tuple[str, ...], where: Where,
        field: str | None = None,
    ) -> Change:  # fmt: skip
        return Change(CHANGES[rule], emitter, event, field, breaks, detail, where)

    def _of_event(self, event: str) -> tuple[str, ...]:
        """Everybody whom a change of an event's meaning breaks, or the consumer where nobody emits it yet."""
        return (self.before.consumer, *self.before.implementers(event))

    def _expecting(self, emitter: str, event: str) -> tuple[str, ...]:
        return (self.before.consumer,) if self.before.expects(emitter, event) else ()

    def _pair_removed(self, key: tuple[str, str], pair: RegisteredPair) -> Change:
        breaks = (*self._expecting(*key), *((key[0],) if pair.implemented else ()))
        rule = "pair-removed" if breaks else "pair-unused-removed"
        detail = f"was {pair.status}, is no longer permitted"
        return self._change(rule, *key, detail, breaks, self.after.registry)

    def _pair(self, key: tuple[str, str], old: RegisteredPair, new: RegisteredPair) -> Iterator[Change]:
        emitter, event = key
        both = old.implemented and new.implemented
        expecting = self._expecting(emitter, event)
        if old.implemented and not new.implemented:
            yield self._change(
                "status-taken-back", *key, "was implemented, is planned", (self.before.consumer,), new.where
            )
        if new.implemented and not old.implemented:
            yield self._change("promoted", *key, "was planned, is implemented", (), new.where)
        if (old.repeats, new.repeats) == ("never", "guarded") and expecting:
            yield self._change("repeats-allowed", *key, "repeats: never → guarded", expecting, new.where)
        if (old.repeats, new.repeats) == ("guarded", "never") and both:
            yield self._change("repeats-forbidden", *key, "repeats: guarded → never", (emitter,), new.where)
        if old.delivery and not new.delivery and expecting:
            yield self._change("delivery-dropped", *key, f"delivery: {old.delivery} → none", expecting, new.where)
        if new.delivery and not old.delivery and both:
            yield self._change("delivery-required", *key, f"delivery: none → {new.delivery}", (emitter,), new.where)

    def _event(self, name: str, old: EventState, new: EventState) -> Iterator[Change]:
        if set(old.fact_key) != set(new.fact_key):
            detail = f"fact key: {', '.join(old.fact_key)} → {', '.join(new.fact_key)}"
            yield self._change("fact-key-changed", None, name, detail, self._of_event(name), new.where)
        for path, field in old.fields.items():
            where = new.places.get(path, new.where)
            if path in new.fields:
                for rule, detail, breaks in self._field(name, path, field, new.fields[path]):
                    yield self._change(rule, None, name, detail, breaks, where, path)
            elif _parent(path) not in old.fields or _parent(path) in new.fields:
                # A removed object is one change, not one for each of its fields.
                yield self._change("field-removed", None, name, "is gone", self._of_field(name, path), where, path)
        for path, field in new.fields.items():
            if path in old.fields or (_parent(path) in new.fields and _parent(path) not in old.fields):
                continue
            where, emitters = new.places.get(path, new.where), self.before.implementers(name)
            if field.required and emitters:
                yield self._change("field-required", None, name, "new and required", emitters, where, path)
            else:
                yield self._change("field-added", None, name, "new", (), where, path)

    def _of_field(self, event: str, path: str) -> tuple[str, ...]:
        reads = self.before.reads_field(event, path)
        emitters = self.before.implementers(event)
        return (*((self.before.consumer,) if reads or not emitters else ()), *emitters)

    def _field(self, event: str, path: str, old: Node, new: Node) -> Iterator[tuple[str, str, tuple[str, ...]]]:
        emitters = self.before.implementers(event)
        was, is_ = kind_of(old.value), kind_of(new.value)
        if was != is_:
            yield "field-retyped", f"{was} → {is_}", self._of_field(event, path)
            return
        if old.required and not new.required and self.before.reads_field(event, path):
            yield "field-made-optional", "may be left out", (self.before.consumer,)
        if new.required and not old.required and emitters:
            yield "field-required", "may no longer be left out", emitters
        fewer, more = narrowed(old, new), widened(old, new)
        if fewer and emitters:
            yield "values-narrowed", fewer, emitters
        if self.before.reads_field(event, path) and (refused := loosened(old, new)):
            yield "values-loosened", refused, (self.before.consumer,)
        elif more and not fewer:
            yield "values-widened", more, ()


def _parent(path: str) -> str:
    return path.removesuffix("[]") if path.endswith("[]") else path.rpartition(".")[0]
