"""What can only be seen across the whole input: repeats, markers of two facts, changed contents, lost deliveries.

Exactly, and in bounded memory: statements go to a database on the disk, which sorts and groups there. What is judged
is what `contracts.verification.repeats` judges; here the order is that of the input, whoever read it first.
"""

from __future__ import annotations

import os
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from tempfile import TemporaryDirectory
from types import TracebackType
from typing import Any

from contracts.audit.statement import NO_HOUR, Statements
from contracts.errors import HarnessError, MisuseError
from contracts.model.audit import Position
from contracts.model.verdict import Finding

BATCH = 2 * 122_880
"""Statements that are held until they go to the disk together: whole groups of rows, as the database keeps them."""
MEMORY = "192MB"
"""What the database is told to hold at most; it takes some more."""

_TABLE = """
CREATE TABLE IF NOT EXISTS stated (
    pair INTEGER, fact UHUGEINT, marker UHUGEINT, content UHUGEINT, delivered TINYINT, hour INTEGER,
    file INTEGER, place BIGINT, line BIGINT, number INTEGER
)
"""
_INSERT = """
INSERT INTO stated
SELECT pair, (f1::UHUGEINT << 64) | f0, (m1::UHUGEINT << 64) | m0, (c1::UHUGEINT << 64) | c0, delivered, hour,
    file, place, line, number
FROM batch
"""
# The few facts that were stated more than once, and everything that is asked of them.
_REPEATED = """
CREATE OR REPLACE TABLE repeated AS
SELECT * FROM stated SEMI JOIN (SELECT fact FROM stated GROUP BY fact HAVING count(*) > 1) USING (fact)
"""
_REPEATS = """
SELECT pair, hour, file, place, line, number, first_file, first_line, changes_id, changes_content, all_refused FROM (
    SELECT *, row_number() OVER w AS nth,
        first_value(file) OVER w AS first_file, first_value(line) OVER w AS first_line,
        first_value(marker) OVER w <> marker AS changes_id, first_value(content) OVER w <> content AS changes_content,
        bool_and(delivered = 0) OVER (PARTITION BY fact ORDER BY file, place, number
            ROWS BETWEEN UNBOUNDED PRECEDING AND 1 PRECEDING) AS all_refused
    FROM repeated
    WINDOW w AS (PARTITION BY fact ORDER BY file, place, number)
) WHERE nth > 1
"""
_REUSED = """
SELECT pair, hour, file, place, line, number, first_file, first_line FROM (
    SELECT *, first_value(fact) OVER w AS first_fact,
        first_value(file) OVER w AS first_file, first_value(line) OVER w AS first_line
    FROM stated SEMI JOIN (SELECT marker FROM stated GROUP BY marker HAVING min(fact) <> max(fact)) USING (marker)
    WINDOW w AS (PARTITION BY marker ORDER BY file, place, number)
) WHERE fact <> first_fact
"""
_LOST = """
SELECT pair, hour, file, place, line, number FROM (
    SELECT *, row_number() OVER (PARTITION BY fact ORDER BY file, place, number) AS nth,
        bool_and(delivered = 0) OVER (PARTITION BY fact) AS all_refused
    FROM stated SEMI JOIN (SELECT DISTINCT fact FROM stated WHERE delivered = 0) USING (fact)
) WHERE nth = 1 AND all_refused
"""
_STATEMENTS = "SELECT pair, count(*) FROM stated GROUP BY pair"
_REPETITIONS = "SELECT pair, count(*) - count(DISTINCT fact) FROM repeated GROUP BY pair"


@dataclass(frozen=True, slots=True)
class Across:
    """A finding that is only seen across statements."""

    emitter: str
    event: str
    finding: Finding
    at: Position
    hour: int | None


def duckdb() -> Any:
    """Return the database's module.

    Raises:
        MisuseError: it isn't installed.
    """
    try:
        import duckdb as module
        import numpy  # noqa: F401 - without it the database takes no columns
    except ImportError as error:
        raise MisuseError(
            f"contracts audit finds repeats with DuckDB and NumPy, and {error.name} isn't installed",
            next_step="pip install 'webinar-contracts[audit]'",
        ) from None
    return module


class Ledger:
    """Statements on the disk.

    Args:
        pairs: the emitter and the event of each pair, by its number.
        folder: where they stay; None for a folder that goes with the ledger.
    """

    def __init__(self, pairs: Sequence[tuple[str, str]], folder: Path | None = None) -> None:
        self._pairs = pairs
        self._module = duckdb()
        self._waiting: list[Statements] = []
        self._temporary = TemporaryDirectory(prefix="contracts-audit-") if folder is None else None
        self._folder = folder or Path(self._temporary.name if self._temporary else "")
        self._database: Any = None
        self._looked = False

    def __enter__(self) -> Ledger:
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, at: TracebackType | None) -> None:
        if self._database is not None:
            self._database.close()
        if self._temporary is not None:
            self._temporary.cleanup()

    def add(self, stated: Statements) -> None:
        """Take statements; the order in which they come is all one."""
        if len(stated):
            self._waiting.append(stated)
            self._looked = False

    def is_full(self) -> bool:
        """Are there so many that they should go to the disk?"""
        return sum(map(len, self._waiting)) >= BATCH

    def write(self, saved: bytes | None = None) -> None:
        """Write what was taken to the disk.

        Args:
            saved: what the audit has come to with it; both are written, or neither is.

        Raises:
            HarnessError: the disk takes no more.
        """
        if not self._waiting and saved is None:
            return
        with self._cursor() as cursor:
            cursor.execute("BEGIN")
            if self._waiting:
                cursor.register("batch", _batch(self._waiting))
                cursor.execute(_INSERT)
            if saved is not None:
                cursor.execute("DELETE FROM saved")
                cursor.execute("INSERT INTO saved VALUES (?)", [saved])
            cursor.execute("COMMIT")
        self._waiting.clear()

    def saved(self) -> bytes | None:
        """Return what an earlier run has written last; None where there was none."""
        if not (self._folder / _NAME).exists():
            return None
        rows = list(self._rows_of("SELECT whole FROM saved"))
        # Late again: as long as it works no process may be forked.
        self._database.close()
        self._database = None
        return bytes(rows[0][0]) if rows else None

    @contextmanager
    def _cursor(self) -> Iterator[Any]:
        try:
            if self._database is None:
                # Late: where it has begun to work no process may be forked any more.
                self._folder.mkdir(parents=True, exist_ok=True)
                config = {
                    "memory_limit": MEMORY,
                    "temp_directory": str(self._folder / "spilled"),
                    "preserve_insertion_order": "false",
                }
                self._database = self._module.connect(str(self._folder / _NAME), config=config)
                self._database.execute(_TABLE)
                self._database.execute("CREATE TABLE IF NOT EXISTS saved (whole BLOB)")
            yield self._database.cursor()
        except (OSError, self._module.Error) as error:
            raise _full(error) from None

    def counts(self) -> dict[tuple[str, str], tuple[int, int]]:
        """Return the distinct facts and the repeats of each pair."""
        self._look_for_repeats()
        repeats = dict(self._rows_of(_REPETITIONS))
        return {
            self._pairs[pair]: (count - repeats.get(pair, 0), repeats.get(pair, 0))
            for pair, count in self._rows_of(_STATEMENTS)
        }

    def findings(self, files: Sequence[str]) -> Iterator[Across]:
        """Yield what is only seen across statements.

        Args:
            files: the input's names, by their numbers, for what is said of other places.
        """
        yield from self.findings_of_facts(files)
        yield from self.findings_of_markers(files)

    def findings_of_facts(self, files: Sequence[str]) -> Iterator[Across]:
        """Yield what is seen where all statements of each fact are there."""
        self._files = files
        self._look_for_repeats()
        for pair, hour, file, place, line, number, *other in self._rows_of(_REPEATS):
            for finding in self._repeat(*other):
                yield self._across(pair, hour, finding, Position(file, place, line, number))
        for pair, hour, file, place, line, number in self._rows_of(_LOST):
            text = "its delivery was refused, and the fact was never delivered afterwards"
            yield self._across(pair, hour, Finding("lost-fact", text), Position(file, place, line, number))

    def findings_of_markers(self, files: Sequence[str]) -> Iterator[Across]:
        """Yield what is seen where all statements under each marker are there."""
        self._files = files
        self.write()
        for pair, hour, file, place, line, number, *other in self._rows_of(_REUSED):
            text = f"the id already names another fact, at {self._where(*other)}"
            finding = Finding("id-reused", text, path="$.id")
            yield self._across(pair, hour, finding, Position(file, place, line, number))

    def _look_for_repeats(self) -> None:
        if not self._looked:
            self.write()
            with self._cursor() as cursor:
                cursor.execute(_REPEATED)
            self._looked = True

    def _across(self, pair: int, hour: int, finding: Finding, at: Position) -> Across:
        return Across(*self._pairs[pair], finding, at, None if hour == NO_HOUR else hour)

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
        # A cursor of its own: several answers may be read at once.
        with self._cursor() as cursor:
            answer = cursor.execute(query)
            while rows := answer.fetchmany(10_000):
                yield from rows


def _batch(waiting: Sequence[Statements]) -> dict[str, Any]:
    """Return the columns that are inserted, as arrays."""
    import numpy

    digests = numpy.frombuffer(b"".join([one.digests for one in waiting]), dtype="<u8").reshape(-1, 6)
    columns = {
        name: numpy.ascontiguousarray(digests[:, number])
        for number, name in enumerate(("f0", "f1", "m0", "m1", "c0", "c1"))
    }
    for name in ("pairs", "delivered", "hours", "offsets", "lines", "numbers"):
        columns[_COLUMNS[name]] = numpy.concatenate([numpy.asarray(getattr(one, name)) for one in waiting])
    columns["file"] = numpy.repeat(
        numpy.array([one.file for one in waiting], dtype="i4"), [len(one) for one in waiting]
    )
    return columns


_NAME = "stated.duckdb"
_COLUMNS = {
    "pairs": "pair",
    "delivered": "delivered",
    "hours": "hour",
    "offsets": "place",
    "lines": "line",
    "numbers": "number",
}


def _full(error: Exception) -> HarnessError:
    return HarnessError(
        f"repeats can't be looked for: {str(error).splitlines()[0]}",
        next_step=f"make room under {os.environ.get('TMPDIR', '/tmp')}, or name another disk in TMPDIR",  # noqa: S108
    )
