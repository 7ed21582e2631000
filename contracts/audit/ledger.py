"""What can only be seen across the whole input: repeats, markers of two facts, changed contents, lost deliveries.

Exactly, and in bounded memory: statements go to a database on the disk, which sorts and groups there. What is judged
is what `contracts.verification.repeats` judges; here the order is that of the input, whoever read it first.
"""

from __future__ import annotations

import os
from collections.abc import Iterator
from pathlib import Path
from tempfile import TemporaryDirectory
from types import TracebackType
from typing import Any

from contracts.audit.statement import DigestedStatement
from contracts.errors import HarnessError, MisuseError
from contracts.model.audit import Position
from contracts.model.verdict import Finding

BATCH = 20_000
"""Statements that are held until they go to the disk together."""
MEMORY = "192MB"
"""What the database is told to hold at most; it takes some more."""

_COLUMNS = {
    "pair": "INTEGER",
    "fact": "UHUGEINT",
    "marker": "UHUGEINT",
    "content": "UHUGEINT",
    "delivered": "BOOLEAN",
    "file": "INTEGER",
    "place": "BIGINT",
    "line": "BIGINT",
    "number": "INTEGER",
}

_REPEATS = """
SELECT pair, file, place, line, number, first_file, first_line, changes_id, changes_content, all_refused FROM (
    SELECT *, row_number() OVER w AS nth,
        first_value(file) OVER w AS first_file, first_value(line) OVER w AS first_line,
        first_value(marker) OVER w <> marker AS changes_id, first_value(content) OVER w <> content AS changes_content,
        bool_and(coalesce(NOT delivered, false)) OVER (PARTITION BY fact ORDER BY file, place, number
            ROWS BETWEEN UNBOUNDED PRECEDING AND 1 PRECEDING) AS all_refused
    FROM stated SEMI JOIN (SELECT fact FROM stated GROUP BY fact HAVING count(*) > 1) USING (fact)
    WINDOW w AS (PARTITION BY fact ORDER BY file, place, number)
) WHERE nth > 1
"""
_REUSED = """
SELECT pair, file, place, line, number, first_file, first_line FROM (
    SELECT *, first_value(fact) OVER w AS first_fact,
        first_value(file) OVER w AS first_file, first_value(line) OVER w AS first_line
    FROM stated SEMI JOIN (SELECT marker FROM stated GROUP BY marker HAVING min(fact) <> max(fact)) USING (marker)
    WINDOW w AS (PARTITION BY marker ORDER BY file, place, number)
) WHERE fact <> first_fact
"""
_LOST = """
SELECT pair, file, place, line, number FROM (
    SELECT *, row_number() OVER (PARTITION BY fact ORDER BY file, place, number) AS nth,
        bool_and(coalesce(NOT delivered, false)) OVER (PARTITION BY fact) AS all_refused
    FROM stated SEMI JOIN (SELECT DISTINCT fact FROM stated WHERE NOT delivered) USING (fact)
) WHERE nth = 1 AND all_refused
"""
_COUNTS = """
SELECT pair, count(*), sum(statements - 1) FROM (
    SELECT any_value(pair) AS pair, count(*) AS statements FROM stated GROUP BY fact
) GROUP BY pair
"""


def duckdb() -> Any:
    """Return the database's module.

    Raises:
        MisuseError: it isn't installed.
    """
    try:
        import duckdb as module
    except ImportError:
        raise MisuseError(
            "contracts audit finds repeats with DuckDB, which isn't installed",
            next_step="pip install 'webinar-contracts[audit]'",
        ) from None
    return module


class Ledger:
    """Statements on the disk, in a folder that goes with it.

    Args:
        files: the input's names, by their numbers, for what is said of other places.
    """

    def __init__(self, files: tuple[str, ...]) -> None:
        self._files = files
        self._module = duckdb()
        self._rows: list[str] = []
        self._pairs: dict[tuple[str, str], int] = {}
        self._folder = TemporaryDirectory(prefix="contracts-audit-")
        folder = Path(self._folder.name)
        self._spool = folder / "batch.csv"
        self._database = self._module.connect(
            str(folder / "stated.duckdb"),
            config={"memory_limit": MEMORY, "temp_directory": str(folder), "preserve_insertion_order": "false"},
        )
        columns = ", ".join(f"{name} {kind}" for name, kind in _COLUMNS.items())
        self._database.execute(f"CREATE TABLE stated ({columns})")

    def __enter__(self) -> Ledger:
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, at: TracebackType | None) -> None:
        self._database.close()
        self._folder.cleanup()

    def add(self, stated: DigestedStatement) -> None:
        """Take one statement; the order in which they come is all one.

        Raises:
            HarnessError: the disk takes no more.
        """
        pair = self._pairs.setdefault((stated.emitter, stated.event), len(self._pairs))
        delivered = "" if stated.delivered is None else str(stated.delivered).lower()
        at = stated.at
        self._rows.append(
            f"{pair},{stated.fact},{stated.marker},{stated.content},{delivered},"
            f"{at.file},{at.offset},{at.line},{at.number}\n"
        )
        if len(self._rows) >= BATCH:
            self._flush()

    def _flush(self) -> None:
        if not self._rows:
            return
        try:
            with self._spool.open("w", encoding="ascii") as file:
                file.writelines(self._rows)
            self._database.execute(
                "INSERT INTO stated SELECT * FROM read_csv(?, header = false, auto_detect = false, columns = ?)",
                [str(self._spool), _COLUMNS],
            )
        except (OSError, self._module.Error) as error:
            raise _full(error) from None
        self._rows.clear()

    def counts(self) -> dict[tuple[str, str], tuple[int, int]]:
        """Return the distinct facts and the repeats of each pair."""
        pairs = list(self._pairs)
        return {pairs[pair]: (int(facts), int(repeats)) for pair, facts, repeats in self._rows_of(_COUNTS)}

    def findings(self) -> Iterator[tuple[str, str, Finding, Position]]:
        """Yield what is only seen across statements, each with its emitter, event and place."""
        pairs = list(self._pairs)
        for pair, file, place, line, number, *other in self._rows_of(_REPEATS):
            for finding in self._repeat(*other):
                yield *pairs[pair], finding, Position(file, place, line, number)
        for pair, file, place, line, number, *other in self._rows_of(_REUSED):
            text = f"the id already names another fact, at {self._where(*other)}"
            yield *pairs[pair], Finding("id-reused", text, path="$.id"), Position(file, place, line, number)
        for pair, file, place, line, number in self._rows_of(_LOST):
            text = "its delivery was refused, and the fact was never delivered afterwards"
            yield *pairs[pair], Finding("lost-fact", text), Position(file, place, line, number)

    def _repeat(
        self, file: int, line: int, changes_id: bool, changes_content: bool, all_refused: bool
    ) -> Iterator[Finding]:
        first = self._where(file, line)
        if changes_id:
            yield Finding("repeat-changes-id", f"the fact was stated at {first} under another id", path="$.id")
            return
        if changes_content:
            text = f"the fact was stated at {first} under this id with other content"
            yield Finding("repeat-changes-content", text, path="$")
        if not all_refused:
            yield Finding("repeated-emission", f"the fact was already stated at {first}", path="$.id")

    def _where(self, file: int, line: int) -> str:
        return f"{self._files[file]}:{line}"

    def _rows_of(self, query: str) -> Iterator[tuple[Any, ...]]:
        self._flush()
        try:
            # A cursor of its own: several answers may be read at once.
            answer = self._database.cursor().execute(query)
            while rows := answer.fetchmany(BATCH):
                yield from rows
        except (OSError, self._module.Error) as error:
            raise _full(error) from None


def _full(error: Exception) -> HarnessError:
    return HarnessError(
        f"repeats can't be looked for: {str(error).splitlines()[0]}",
        next_step=f"make room under {os.environ.get('TMPDIR', '/tmp')}, or name another disk in TMPDIR",  # noqa: S108
    )
