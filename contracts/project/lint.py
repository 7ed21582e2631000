"""Checks of the contract itself: is every canonical event a closed statement of a fact that a pact can hold?"""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from types import MappingProxyType

from pydantic import ValidationError

from contracts.errors import MisuseError, Where
from contracts.expectations.matchers import MATCHED, unmatched
from contracts.model.domain import Domain
from contracts.model.events import CanonicalEvent, event_name
from contracts.model.examples import NoExampleError, example_of, fits
from contracts.model.lint_finding import LintFinding
from contracts.model.names import did_you_mean
from contracts.model.patterns import free_text_paths
from contracts.model.schemas import shape_of
from contracts.model.shapes import Boolean, Choice, Constant, Node, Number, Object, Text, nodes, without_options
from contracts.model.vocabulary import FactVocabulary
from contracts.project.paths import shown
from contracts.project.places import place_of

LINT_RULES: Mapping[str, str] = MappingProxyType(
    {
        "event-twice": "Two events have one `type`: one of the two is never used.",
        "fact-key": "The fact key names no text or integer of `data` that is always there: facts can't be told apart.",
        "open-model": "An object takes keys that it doesn't name, so that it promises nothing.",
        "no-matcher": "A field has a type that no pact can hold.",
        "free-text": "A text may be anything that a person types, and so be personal.",
        "not-a-fact": "A key holds a word that the registry's `[vocabulary.groups]` refuses.",
        "no-example": "A field has no example that the event takes; pacts and documents show one.",
        "unused-reason": "`[vocabulary.allow]` or `[vocabulary.free_text]` names a key that no event holds.",
    }
)
"""What is found, by its rule."""


def lint(domain: Domain) -> tuple[LintFinding, ...]:
    """Check the catalogue of a domain; its registry was checked when it was loaded."""
    names = Counter(event_name(model) for model in domain.catalogue.models)
    findings: list[LintFinding] = []
    keys: set[str] = set()
    for model in domain.catalogue.models:
        name = event_name(model)
        if names[name] > 1:
            what = f"{name} is declared twice, and one of the two is never used"
            findings.append(LintFinding("event-twice", what, place_of(model), "give each event a name of its own"))
        try:
            event = _Event(model, name, shape_of(model), domain.registry.vocabulary)
        except MisuseError as error:
            findings.append(LintFinding("no-matcher", error.what, place_of(model), str(error.next_step)))
            continue
        findings.extend(event.findings())
        keys |= {node.field.name for node in event.places.values() if node.field is not None}
    findings.extend(_unused_reasons(domain, keys))
    return tuple(findings)


def _unused_reasons(domain: Domain, keys: set[str]) -> Iterator[LintFinding]:
    vocabulary = domain.registry.vocabulary
    for table, reasons in (("allow", vocabulary.allow), ("free_text", vocabulary.free_text)):
        for key in reasons:
            if key not in keys:
                what = f"[vocabulary.{table}] names {key!r}, which no canonical event holds{did_you_mean(key, keys)}"
                yield LintFinding("unused-reason", what, Where(shown(domain.registry_file)), f"remove {key}")


@dataclass(frozen=True)
class _Event:
    model: type[CanonicalEvent]
    name: str
    shape: Object
    vocabulary: FactVocabulary

    @property
    def places(self) -> Mapping[str, Node]:
        return {node.path: node for node in nodes(self.shape)}

    def findings(self) -> Iterator[LintFinding]:
        yield from self._fact_key()
        yield from self._open_objects()
        yield from self._words()
        without_matcher = dict(unmatched(self.shape))
        for path, why in without_matcher.items():
            yield self._finding("no-matcher", path, f"can't be put into a pact: {why}", f"use {MATCHED}")
        for path in free_text_paths(self.shape):
            key = path.rpartition(".")[2].removesuffix("[]")
            if path not in without_matcher and key not in self.vocabulary.free_text:
                yield self._finding(
                    "free-text",
                    path,
                    "takes free text, which may be personal",
                    f"use Token, an enum or an anchored pattern, or say why under [vocabulary.free_text]: {key} = …",
                )
        if not without_matcher:
            yield from self._examples()

    def _finding(self, rule: str, path: str, what: str, next_step: str) -> LintFinding:
        subject = f"{self.name}: {path}" if path else self.name
        return LintFinding(rule, f"{subject} {what}", place_of(self.model, path), next_step)

    def _fact_key(self) -> Iterator[LintFinding]:
        keys = [path.removeprefix("data.") for path, node in self.places.items() if _names_facts(path, node)]
        if not self.model.fact_key:
            what = f"{self.name} has no fact key"
            yield LintFinding("fact-key", what, place_of(self.model), "name the data keys that identify the fact")
        for key in self.model.fact_key:
            node = self.places.get(f"data.{key}")
            if node is None or node.field is None:
                what, then = f"is not in its data{did_you_mean(key, keys)}", f"use {', '.join(keys)}"
            elif "[]" in key:
                what, then = "stands in a list", "name what stands once in the message"
            elif not node.promised:
                what, then = (
                    "is optional or may be null, itself or what it stands in",
                    "require it, and all that it stands in: a fact is named by it",
                )
            elif not _is_text_or_integer(node):
                what, then = "is neither a text nor an integer in JSON", "name facts by texts and integers"
            else:
                continue
            where = place_of(self.model, f"data.{key}" if node else "")
            yield LintFinding("fact-key", f"{self.name}: the fact key {key!r} {what}", where, then)

    def _open_objects(self) -> Iterator[LintFinding]:
        if not self.shape.closed:
            yield self._finding("open-model", "", "takes keys that it doesn't name", 'set extra="forbid"')
        for path, node in self.places.items():
            if isinstance(node.value, Object) and not node.value.closed:
                yield self._finding("open-model", path, "takes keys that it doesn't name", 'set extra="forbid"')

    def _words(self) -> Iterator[LintFinding]:
        for path, node in self.places.items():
            key = node.field.name if node.field else ""
            refused = None if path in CanonicalEvent.model_fields else self.vocabulary.refused_word(key)
            if refused and key not in self.vocabulary.allow:
                word, meaning = refused
                yield self._finding(
                    "not-a-fact",
                    path,
                    f"describes {meaning} ({word!r})",
                    f"rename the key after what happened, or say why it is one under [vocabulary.allow]: {key} = …",
                )

    def _examples(self) -> Iterator[LintFinding]:
        for path, node in self.places.items():
            match node.value:
                case Constant() | Choice() | Text() | Number() | Boolean() as scalar:
                    wrong = [example for example in scalar.examples if not fits(scalar, example)]
                    if wrong:
                        yield self._finding("no-example", path, f"has the example {wrong[0]!r}, which it refuses",
                                            "give it one that it takes")  # fmt: skip
        try:
            example = example_of(self.shape)
            for whole in (example, without_options(self.shape, example)):
                self.model.model_validate_json(json.dumps(whole))
        except NoExampleError as error:
            yield self._no_example(error.path, "has no example, and none could be thought of")
        except ValidationError as error:
            detail = error.errors(include_url=False)[0]
            path = ".".join(str(part) for part in detail["loc"])
            yield self._no_example(path, f"refuses the example {detail['input']!r}: {detail['msg'].lower()}")

    def _no_example(self, path: str, what: str) -> LintFinding:
        return self._finding("no-example", path, what, "give it one: Field(examples=[…])")


def _names_facts(path: str, node: Node) -> bool:
    return path.startswith("data.") and "[]" not in path and node.promised and _is_text_or_integer(node)


def _is_text_or_integer(node: Node) -> bool:
    match node.shape:
        case Choice(values):
            return all(isinstance(value, str) for value in values)
        case Constant(value):
            return isinstance(value, str)
        case Number(integer):
            return integer
    return isinstance(node.shape, Text)
