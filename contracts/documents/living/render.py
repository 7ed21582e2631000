"""Rendering the document: one function a section, in the order that they are read."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass

from contracts.documents.living.events_section import events_section
from contracts.documents.living.markdown import bullets, code, numbered, one_line, table
from contracts.documents.living.phrases import Phrases
from contracts.model.domain import Domain
from contracts.model.registry import Pair, Status
from contracts.model.vocabulary import NOT_A_FACT


@dataclass(frozen=True)
class Rendered:
    """The document, and what of the domain's texts has no translation in its language."""

    text: str
    untranslated: tuple[str, ...]


def render_document(
    domain: Domain, phrases: Phrases, translations: Mapping[str, str], *, registry_file: str, file: str
) -> Rendered:
    """Render the emitters document.

    Args:
        domain: the catalogue and the registry.
        phrases: the language.
        translations: the domain's texts in that language, by their English originals.
        registry_file: the registry's path, as it is shown.
        file: the document's own path, as it is shown.

    Returns:
        The Markdown text, equal for equal input, and the texts that had to stay in English.
    """
    missing: dict[str, None] = {}
    known = {**phrases.texts, **translations}

    def say(text: str) -> str:
        original = one_line(text)
        if phrases.code != "en" and original not in known:
            missing[original] = None
        return known.get(original, original)

    generated = phrases.generated.format(registry=registry_file, package=domain.package, file=file)
    blocks = [f"# {phrases.title}", generated]
    for section in _SECTIONS:
        blocks += section(domain, phrases, say)
    blocks += events_section(domain, phrases, say)
    return Rendered("\n\n".join(blocks) + "\n", tuple(missing))


Say = Callable[[str], str]


def _purpose(domain: Domain, phrases: Phrases, say: Say) -> Iterator[str]:
    consumer = domain.registry.consumer
    yield f"## {phrases.purpose}"
    yield from phrases.purpose_text
    yield phrases.consumer.format(name=consumer.name, description=say(consumer.description))


def _boundaries(_domain: Domain, phrases: Phrases, _say: Say) -> Iterator[str]:
    yield f"## {phrases.boundaries}"
    yield bullets(phrases.boundaries_text)


def _state(domain: Domain, phrases: Phrases, _say: Say) -> Iterator[str]:
    pairs = list(domain.registry.pairs())
    implemented = sum(pair.status is Status.IMPLEMENTED for pair in pairs)
    unassigned = [event for event in domain.catalogue if not domain.registry.emitters_of(event)]
    yield f"## {phrases.state}"
    yield phrases.state_counts.format(
        implemented=implemented, planned=len(pairs) - implemented, unassigned=len(unassigned)
    )
    rows = []
    for event in domain.catalogue:
        permitted = domain.registry.emitters_of(event)
        rows += [(code(event), code(pair.emitter), _status(pair, phrases)) for pair in permitted]
        rows += [] if permitted else [(code(event), "—", phrases.unassigned)]
    yield table((phrases.column_event, phrases.column_emitter, phrases.column_status), rows)


def _emitters(domain: Domain, phrases: Phrases, say: Say) -> Iterator[str]:
    yield f"## {phrases.emitters}"
    for name, entry in domain.registry.emitters.items():
        yield f"### {code(name)}"
        yield say(entry.description)
        if entry.owner:
            yield phrases.owner.format(owner=entry.owner)
        if entry.decision:
            yield phrases.decision.format(decision=entry.decision)
        yield phrases.permitted
        yield table(
            (
                phrases.column_event,
                phrases.column_status,
                phrases.column_repeats,
                phrases.column_delivery,
                phrases.column_remarks,
            ),
            [_pair_row(pair, phrases) for pair in domain.registry.pairs(name)],
        )


def _pair_row(pair: Pair, phrases: Phrases) -> tuple[str, ...]:
    entry = pair.entry
    return (
        code(pair.event),
        _status(pair, phrases),
        phrases.repeats_guarded if entry.repeats == "guarded" else phrases.repeats_never,
        phrases.delivery_owed if entry.delivery else phrases.delivery_open,
        "; ".join(_remarks(pair, phrases)),
    )


def _remarks(pair: Pair, phrases: Phrases) -> Iterator[str]:
    entry = pair.entry
    if entry.owner:
        yield phrases.remark_owner.format(owner=entry.owner)
    if entry.since:
        yield phrases.remark_since.format(since=entry.since)
    if entry.target:
        yield phrases.remark_target.format(target=entry.target)
    if entry.decision:
        yield phrases.remark_decision.format(decision=entry.decision)
    if entry.reason:
        yield phrases.remark_reason.format(reason=entry.reason)


def _status(pair: Pair, phrases: Phrases) -> str:
    return phrases.implemented if pair.status is Status.IMPLEMENTED else phrases.planned


def _guarantees(domain: Domain, phrases: Phrases, say: Say) -> Iterator[str]:
    yield f"## {phrases.guarantees}"
    if domain.registry.guarantees:
        yield phrases.guarantees_intro
        yield bullets(say(text) for text in domain.registry.guarantees.values())
    yield phrases.guarantees_repeats
    yield phrases.guarantees_delivery


def _without_emitter(domain: Domain, phrases: Phrases, _say: Say) -> Iterator[str]:
    yield f"## {phrases.without}"
    unassigned = [event for event in domain.catalogue if not domain.registry.emitters_of(event)]
    if not unassigned:
        yield phrases.without_none
        return
    yield phrases.without_intro
    decided = domain.registry.needs_decision
    yield bullets(
        f"{code(event)} — {phrases.without_decision if event in decided else phrases.without_open}"
        for event in unassigned
    )
    yield phrases.steps_intro
    yield numbered(phrases.steps)


def _exclusions(domain: Domain, phrases: Phrases, _say: Say) -> Iterator[str]:
    registry = domain.registry
    items = list(phrases.exclusions_text)
    for name in registry.emitters:
        refused = [code(event) for event in domain.catalogue if registry.pair(name, event) is None]
        items += [phrases.exclusion_events.format(emitter=name, events=", ".join(refused))] if refused else []
    for group, words in NOT_A_FACT.items():
        spoken = ", ".join(code(word) for word in words)
        items.append(phrases.exclusion_words.format(group=phrases.word_groups[group], words=spoken))
    yield f"## {phrases.exclusions}"
    yield bullets(items)


_SECTIONS = (_purpose, _boundaries, _state, _emitters, _guarantees, _without_emitter, _exclusions)
