"""The matrix: which emitter may state which event, how far each pair is, and what is known of it."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from contracts.model.printable import one_line
from contracts.model.registry import Pair, Registry, Status
from contracts.report.blocks import Gap, Grid, Title
from contracts.report.look import PIPED_WIDTH, PLAIN, Look
from contracts.report.markdown_text import markdown_table
from contracts.report.plain import columns
from contracts.report.rendering import render

if TYPE_CHECKING:
    from contracts.model.events import Catalogue
    from contracts.model.verdict import PairVerdict, Verification

UNASSIGNED = "unassigned"
_EMPTY = "-"
_MARKDOWN_COLUMNS = 6
"""Emitters side by side that a Markdown table takes before it becomes a list."""


@dataclass(frozen=True, slots=True)
class Cell:
    """A permitted pair and, after a verification, its verdict."""

    pair: Pair
    verdict: PairVerdict | None = None

    def __str__(self) -> str:
        if self.verdict is None:
            return self.pair.status.value
        ready = self.verdict.ready and self.pair.status is Status.PLANNED
        return f"{self.pair.status.value}, {self.verdict.verdict.value}" + (", ready" if ready else "")


@dataclass(frozen=True, slots=True)
class PairMatrix:
    """Every emitter, every canonical event and every permitted pair.

    Attributes:
        cells: each permitted pair by emitter and event.
        violations: how many the verifications found; None where nothing was verified.
    """

    registry: Registry
    events: tuple[str, ...]
    cells: dict[tuple[str, str], Cell]
    violations: int | None

    @property
    def emitters(self) -> tuple[str, ...]:
        """The emitters' names, in the registry's order."""
        return tuple(self.registry.emitters)

    def of(self, emitter: str) -> tuple[Cell, ...]:
        """Return the pairs of one emitter, in the registry's order."""
        return tuple(cell for (name, _), cell in self.cells.items() if name == emitter)

    @property
    def unassigned(self) -> tuple[str, ...]:
        """The canonical events that no emitter is approved for."""
        given = {event for _, event in self.cells}
        return tuple(event for event in self.events if event not in given)

    @property
    def counts(self) -> dict[str, int]:
        """How many pairs there are of each kind, and how many unassigned events."""
        if self.violations is None:
            statuses = Counter(cell.pair.status for cell in self.cells.values())
            return {status.value: statuses[status] for status in Status} | {UNASSIGNED: len(self.unassigned)}
        verdicts = Counter(cell.verdict.verdict.value for cell in self.cells.values() if cell.verdict)
        counts = {"passed": verdicts["passed"], "pending": verdicts["pending"], UNASSIGNED: len(self.unassigned)}
        counts |= {"failed": verdicts["failed"], "violations": self.violations}
        unverified = sum(cell.verdict is None for cell in self.cells.values())
        return counts | {
            name: count for name, count in (("error", verdicts["error"]), ("unverified", unverified)) if count
        }


def build_matrix(registry: Registry, catalogue: Catalogue, runs: Iterable[Verification] = ()) -> PairMatrix:
    """Join the registry with what verifications found out.

    Args:
        registry: the registry, for its emitters and statuses.
        catalogue: the canonical events, in the order they are shown.
        runs: verifications, at most one an emitter; none for the statuses alone.
    """
    taken = tuple(runs)
    verdicts = {(run.emitter, pair.event): pair for run in taken for pair in run.pairs}
    cells = {(p.emitter, p.event): Cell(p, verdicts.get((p.emitter, p.event))) for p in registry.pairs()}
    return PairMatrix(registry, catalogue.names, cells, sum(len(run.violations) for run in taken) if taken else None)


def render_matrix(matrix: PairMatrix, *, look: Look = PLAIN) -> str:
    """Return the matrix as a table, events down and emitters across; a list of pairs where that is too wide."""
    rows = _grid(matrix)
    width = sum(max(columns(row[index]) for row in rows) + 3 for index in range(len(rows[0])))
    if width > (look.width if look.terminal else PIPED_WIDTH):
        rows = _list(matrix)
    last = ", ".join(f"{name} {count}" for name, count in matrix.counts.items())
    headings, *cells = (tuple(row) for row in rows)
    return render([Grid(headings, tuple(cells)), Gap(), Title(last)], look)


def matrix_markdown(matrix: PairMatrix) -> str:
    """Return the matrix as a Markdown table with its summary below."""
    rows = _grid(matrix) if len(matrix.emitters) <= _MARKDOWN_COLUMNS else _list(matrix)
    last = ", ".join(f"{name} {count}" for name, count in matrix.counts.items())
    return f"{markdown_table(rows)}\n\n{last}\n"


def matrix_json(matrix: PairMatrix) -> dict[str, Any]:
    """Return the matrix as a JSON document; verdicts are null where nothing was verified."""
    return {
        "registry": matrix.registry.digest,
        "consumer": matrix.registry.consumer.name,
        "events": list(matrix.events),
        "emitters": [
            {"emitter": emitter, "events": [_cell_json(cell) for cell in matrix.of(emitter)]}
            for emitter in matrix.emitters
        ],
        UNASSIGNED: list(matrix.unassigned),
        "summary": matrix.counts,
    }


def _cell_json(cell: Cell) -> dict[str, Any]:
    entry = cell.pair.entry
    return {
        "event": cell.pair.event,
        "status": cell.pair.status.value,
        "verdict": cell.verdict.verdict.value if cell.verdict else None,
        "ready": cell.verdict.ready if cell.verdict else None,
        "repeats": entry.repeats,
        "delivery": entry.delivery,
        "owner": entry.owner,
        "target": entry.target.isoformat() if entry.target else None,
    }


def _grid(matrix: PairMatrix) -> list[list[str]]:
    rows = [["event", *(one_line(emitter) for emitter in matrix.emitters)]]
    alone = set(matrix.unassigned)
    for event in matrix.events:
        cells = [matrix.cells.get((emitter, event)) for emitter in matrix.emitters]
        rows.append(
            [event, *([UNASSIGNED] * len(cells) if event in alone else [str(cell or _EMPTY) for cell in cells])]
        )
    return rows


def _list(matrix: PairMatrix) -> list[list[str]]:
    return [["emitter", "event", "state"], *_pairs(matrix)]


def _pairs(matrix: PairMatrix) -> Iterator[list[str]]:
    yield from ([one_line(emitter), event, str(cell)] for (emitter, event), cell in matrix.cells.items())
    yield from ([_EMPTY, event, UNASSIGNED] for event in matrix.unassigned)
