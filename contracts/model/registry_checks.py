"""What a registry says against the catalogue and the rules: names that nobody has, decisions that nobody took."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from contracts.errors import MisuseError, Where
from contracts.model.events import CanonicalEvent, Catalogue
from contracts.model.names import did_you_mean
from contracts.model.registry import Registry, Waiver
from contracts.model.rules import RULES, Severity
from contracts.model.toml_lines import KeyPath, line_of

_ENVELOPE = (*CanonicalEvent.model_fields, "data_base64", "dataschema", "subject")
"""CloudEvents 1.0: the attributes of the specification itself, and of its JSON format, are no extensions."""


def registry_problems(
    registry: Registry, catalogue: Catalogue, lines: dict[KeyPath, int], file: str
) -> Iterator[MisuseError]:
    """Yield what is wrong with a registry that is well-formed, each with its line.

    Args:
        registry: as it was read.
        catalogue: the canonical events that it may speak of.
        lines: the line of each of its keys.
        file: its name.
    """
    checks = _Checks(registry, catalogue, lines, file)
    yield from checks.events()
    yield from checks.words()
    yield from checks.extensions()
    yield from checks.waivers()


@dataclass(frozen=True, slots=True)
class _Checks:
    registry: Registry
    catalogue: Catalogue
    lines: dict[KeyPath, int]
    file: str

    def events(self) -> Iterator[MisuseError]:
        for event in self.registry.needs_decision:
            if event not in self.catalogue:
                yield self._unknown_event(event, ("needs_decision",))
        for pair in self.registry.pairs():
            path = ("emitters", pair.emitter, "events", pair.event)
            if pair.event not in self.catalogue:
                yield self._unknown_event(pair.event, path)
            elif pair.event in self.registry.needs_decision and pair.entry.decision is None:
                yield self._problem(
                    path,
                    f"{pair.event} may be given an emitter only with a decision, and {pair.emitter} has none",
                    'take the decision first, then add decision = "<its reference>" here',
                )

    def words(self) -> Iterator[MisuseError]:
        seen: dict[str, str] = {}
        for group, words in self.registry.vocabulary.groups.items():
            for word in words:
                other = seen.setdefault(word, group)
                if other != group:
                    path = ("vocabulary", "groups", group)
                    yield self._problem(path, f"{word!r} stands in {other!r} too", "keep it in one of the two groups")

    def extensions(self) -> Iterator[MisuseError]:
        for name in self.registry.messages.extensions:
            if name in _ENVELOPE:
                path = ("messages", "extensions")
                yield self._problem(path, f"{name!r} is CloudEvents' own and no extension", "remove it")

    def waivers(self) -> Iterator[MisuseError]:
        seen: set[tuple[str, str, str, str | None]] = set()
        for number, waiver in enumerate(self.registry.waivers):
            path = ("waivers", str(number))
            yield from self._waiver(waiver, path)
            key = (waiver.emitter, waiver.event, waiver.rule, waiver.path)
            if key in seen:
                yield self._problem(path, f"{waiver.rule} of {waiver.event} is waived twice", "keep one of the two")
            seen.add(key)

    def _waiver(self, waiver: Waiver, path: KeyPath) -> Iterator[MisuseError]:
        emitters, rules = self.registry.emitters, waivable_rules()
        if waiver.emitter not in emitters:
            yield self._unknown("emitter", waiver.emitter, emitters, (*path, "emitter"))
        elif waiver.event not in self.catalogue:
            yield self._unknown_event(waiver.event, (*path, "event"))
        elif self.registry.pair(waiver.emitter, waiver.event) is None:
            what = f"{waiver.emitter} may not state {waiver.event}, so no finding of it can be waived"
            yield self._problem((*path, "event"), what, "name a pair of the registry")
        if waiver.rule in RULES and waiver.rule not in rules:
            relied_on = waiver.rule in _RELIED_ON
            why = "says that what the consumer reads isn't there" if relied_on else "is no finding of a pair"
            then = "take it out of the expectation" if relied_on else f"the rules are {', '.join(rules)}"
            yield self._problem((*path, "rule"), f"{waiver.rule} {why}, and can't be waived", then)
        elif waiver.rule not in RULES:
            yield self._unknown("rule", waiver.rule, rules, (*path, "rule"))

    def _unknown(self, kind: str, name: str, known: Iterable[str], path: KeyPath) -> MisuseError:
        known = tuple(known)
        return self._problem(
            path, f"no {kind} is called {name!r}{did_you_mean(name, known)}", f"the {kind}s are {', '.join(known)}"
        )

    def _unknown_event(self, event: str, path: KeyPath) -> MisuseError:
        return self._problem(
            path,
            f"{event!r} is no canonical event{did_you_mean(event, self.catalogue)}",
            f"the canonical events are {', '.join(self.catalogue)}",
        )

    def _problem(self, path: KeyPath, what: str, next_step: str) -> MisuseError:
        return MisuseError(what, where=Where(self.file, line_of(self.lines, path)), next_step=next_step)


_RELIED_ON = ("not-emitted", "pact-mismatch")
"""What the consumer reads isn't there: no decision makes it so, and a broker that is told so gives a wrong yes."""


def waivable_rules() -> tuple[str, ...]:
    """Return the rules of which a finding can be accepted for a time.

    Those that a pair breaks, and not the run, except for what the consumer relies on.
    """
    return tuple(rule.id for rule in RULES.values() if rule.severity is Severity.FINDING and rule.id not in _RELIED_ON)
