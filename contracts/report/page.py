"""The page's parts: emitters with their pairs, events with what is read of them, and the grid that joins them."""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import Any

from contracts.model.deployment import KnownVersion
from contracts.model.events import Catalogue
from contracts.model.pact import Interaction, PactDocument
from contracts.model.registry import EmitterEntry, PairEntry, Status
from contracts.model.verdict import Finding, InteractionResult, PairVerdict, Verification
from contracts.report.content import ReportContent, Sample, sample
from contracts.report.pair_matrix import PairMatrix, build_matrix
from contracts.report.reads import FieldRead, fields_read
from contracts.report.text import optional_lines, remark


@dataclass(frozen=True, slots=True)
class ExpectedPart:
    """One interaction as a consumer wrote it; the same for every emitter of the event.

    Attributes:
        emitters: whose pacts hold it.
        message: the example, laid out.
    """

    consumer: str
    interaction: Interaction
    fields: tuple[FieldRead, ...]
    message: str
    emitters: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class EventPart:
    """A canonical event with who states it and what is read of it."""

    anchor: str
    name: str
    purpose: str
    fact_key: tuple[str, ...]
    emitters: tuple[str, ...]
    expected: tuple[ExpectedPart, ...]


@dataclass(frozen=True, slots=True)
class PairPart:
    """A pair with its content.

    Attributes:
        state: the verdict, or `unverified`.
        interactions: what the pacts' interactions of this pair came to.
    """

    anchor: str
    event: str
    event_anchor: str
    entry: PairEntry
    state: str
    verdict: PairVerdict | None
    samples: tuple[Sample, ...]
    interactions: tuple[InteractionResult, ...]

    @property
    def ready(self) -> bool:
        """It is planned, was emitted and nothing was found: it can be promoted."""
        return self.verdict is not None and self.verdict.ready and self.entry.status is Status.PLANNED

    @property
    def findings(self) -> tuple[Finding, ...]:
        """What was found, if the pair was verified."""
        return self.verdict.findings if self.verdict else ()


@dataclass(frozen=True, slots=True)
class EmitterPart:
    """An emitter with its pairs, and what its run found beside them."""

    anchor: str
    name: str
    entry: EmitterEntry
    run: Verification | None
    pairs: tuple[PairPart, ...]
    versions: tuple[KnownVersion, ...]

    @property
    def deployed(self) -> str:
        """Which of its versions are deployed where, in a few words; empty where none is known to be."""
        placed = [version for version in self.versions if version.environments]
        return "; ".join(f"{version.version} in {', '.join(version.environments)}" for version in placed)


@dataclass(frozen=True, slots=True)
class Page:
    """The whole page.

    Attributes:
        grid: for each row its heading's part and, for each column, the pair or None.
        by_emitter: the rows are emitters, the columns events; else the other way round.
    """

    content: ReportContent
    matrix: PairMatrix
    emitters: tuple[EmitterPart, ...]
    events: tuple[EventPart, ...]
    by_emitter: bool

    @property
    def columns(self) -> tuple[EmitterPart | EventPart, ...]:
        """The parts that head the columns: the shorter of the two lists."""
        return self.events if self.by_emitter else self.emitters

    @property
    def grid(self) -> Iterable[tuple[EmitterPart | EventPart, tuple[PairPart | None, ...]]]:
        """Each row's heading and its cells."""
        pairs = {(emitter.name, pair.event): pair for emitter in self.emitters for pair in emitter.pairs}
        if self.by_emitter:
            return ((row, tuple(pairs.get((row.name, column.name)) for column in self.events)) for row in self.emitters)
        return ((row, tuple(pairs.get((column.name, row.name)) for column in self.emitters)) for row in self.events)

    @property
    def broken(self) -> tuple[tuple[EmitterPart, PairPart], ...]:
        """The pairs that failed or have no verdict, with their emitters."""
        return tuple((emitter, pair) for emitter, pair in self._all() if pair.state in ("error", "failed"))

    @property
    def ready(self) -> tuple[tuple[EmitterPart, PairPart], ...]:
        """The planned pairs that can be promoted, with their emitters."""
        return tuple((emitter, pair) for emitter, pair in self._all() if pair.ready)

    def _all(self) -> Iterator[tuple[EmitterPart, PairPart]]:
        return ((emitter, pair) for emitter in self.emitters for pair in emitter.pairs)

    def versions_of(self, participant: str) -> tuple[KnownVersion, ...]:
        """Return what a broker knows of a participant's versions."""
        return tuple(version for version in self.content.versions or () if version.participant == participant)


def build_page(content: ReportContent) -> Page:
    """Arrange the content as the page shows it."""
    domain = content.domain
    anchors = {name: f"event-{number}" for number, name in enumerate(domain.catalogue, 1)}
    matrix = build_matrix(domain.registry, domain.catalogue, content.runs)
    runs = {run.emitter: run for run in content.runs}
    emitters = tuple(
        EmitterPart(
            anchor=f"emitter-{number}",
            name=name,
            entry=entry,
            run=runs.get(name),
            pairs=_pairs(number, name, matrix, runs.get(name), anchors),
            versions=tuple(version for version in content.versions or () if version.participant == name),
        )
        for number, (name, entry) in enumerate(domain.registry.emitters.items(), 1)
    )
    expected = _expected(content.pacts)
    given = _emitters_by_event(matrix)
    events = tuple(
        _event(domain.catalogue, name, anchors[name], given.get(name, ()), expected) for name in domain.catalogue
    )
    return Page(content, matrix, emitters, events, by_emitter=len(emitters) > len(events))


def facts(pair: PairPart, emitter: EmitterPart) -> tuple[str, ...]:
    """Return what is known of a pair beside its findings, a line each."""
    entry, verdict = pair.entry, pair.verdict
    registry = {
        "": f"{entry.status.value}, repeats {entry.repeats}",
        "delivery ": entry.delivery,
        "owner ": entry.owner,
        "since ": entry.since,
        "target ": entry.target,
        "decision ": entry.decision,
        "because ": entry.reason,
    }
    untested = (emitter.run.untested if emitter.run else None) or {}
    said = remark(verdict) if verdict else ""
    lines = {
        "Registry": ", ".join(f"{label}{value}" for label, value in registry.items() if value),
        "Emissions": f"{verdict.emissions}{f'; {said}' if said else ''}" if verdict else "",
        **dict(optional_lines(verdict) if verdict else ()),
        "Deployed": emitter.deployed,
        "Untested": ", ".join(untested),
    }
    return tuple(f"{label}: {value}" for label, value in lines.items() if value)


def _emitters_by_event(matrix: PairMatrix) -> dict[str, tuple[str, ...]]:
    given: dict[str, tuple[str, ...]] = {}
    for emitter, event in matrix.cells:
        given[event] = (*given.get(event, ()), emitter)
    return given


def _pairs(
    number: int, emitter: str, matrix: PairMatrix, run: Verification | None, anchors: dict[str, str]
) -> tuple[PairPart, ...]:
    results: dict[str, list[InteractionResult]] = {}
    for pact in run.pacts if run else ():
        for result in pact.interactions:
            results.setdefault(result.event, []).append(result)
    return tuple(
        PairPart(
            anchor=f"pair-{number}-{anchors[event].rpartition('-')[2]}",
            event=event,
            event_anchor=anchors[event],
            entry=entry,
            state=cell.verdict.verdict.value if cell.verdict else "unverified",
            verdict=cell.verdict,
            samples=tuple(sample(emission, n) for n, emission in enumerate(cell.verdict.samples, 1))
            if cell.verdict
            else (),
            interactions=tuple(results.get(event, ())),
        )
        for event, entry in matrix.registry.emitters[emitter].events.items()
        for cell in (matrix.cells[emitter, event],)
    )


def _event(
    catalogue: Catalogue,
    name: str,
    anchor: str,
    emitters: tuple[str, ...],
    expected: dict[str, tuple[ExpectedPart, ...]],
) -> EventPart:
    model = catalogue[name]
    purpose = (model.__doc__ or "").strip().split("\n\n")[0]
    return EventPart(anchor, name, purpose, model.fact_key, emitters, expected.get(name, ()))


def _expected(pacts: Iterable[PactDocument]) -> dict[str, tuple[ExpectedPart, ...]]:
    """Join the interactions that read the same: one expectation goes to the pact of every permitted emitter."""
    joined: dict[str, tuple[str, Interaction, list[str]]] = {}
    for pact in pacts:
        for interaction in pact.interactions:
            identity = _identity(pact.consumer, interaction)
            joined.setdefault(identity, (pact.consumer, interaction, []))[2].append(pact.provider)
    by_event: dict[str, tuple[ExpectedPart, ...]] = {}
    for consumer, interaction, emitters in joined.values():
        part = ExpectedPart(consumer, interaction, fields_read(interaction), _laid_out(interaction), tuple(emitters))
        by_event[interaction.event] = (*by_event.get(interaction.event, ()), part)
    return by_event


def _identity(consumer: str, interaction: Interaction) -> str:
    parts: list[Any] = [consumer, interaction.key, interaction.contents, interaction.matching_rules]
    return json.dumps(parts, sort_keys=True, default=str)


def _laid_out(interaction: Interaction) -> str:
    return json.dumps(interaction.contents, ensure_ascii=False, indent=2)
