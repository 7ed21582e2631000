"""Keeping a broker's file: a copy of it while it is in use, and clearing away what nobody asks for any more."""

from __future__ import annotations

import sqlite3
from contextlib import closing
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path

from contracts.broker.embedded.failures import StorageError, storage_error
from contracts.broker.embedded.schema import connect
from contracts.broker.embedded.store import existing_store, stored
from contracts.errors import MisuseError, Where


def back_up(database: Path, target: Path) -> int:
    """Write a consistent copy of a broker's file while others read and write it; return its size in bytes.

    The copy is written beside the target, checked, and moved into place: what is there is whole.

    Args:
        database: the broker's file.
        target: the copy; it must not exist, so that no older copy is lost by a slip of the pen.

    Raises:
        MisuseError: the target exists, or its folder doesn't.
        StorageError: the file isn't there or can't be read, or the copy can't be written.
    """
    existing_store(database).close()
    if target.exists():
        raise MisuseError("the copy is there already", where=Where(str(target)), next_step="name another file")
    if not target.parent.is_dir():
        raise MisuseError("there is no such folder", where=Where(str(target.parent)), next_step="make it")
    partial = target.with_name(f"{target.name}.partial")
    partial.unlink(missing_ok=True)
    try:
        with closing(connect(database, patience=10.0)) as source, closing(sqlite3.connect(partial)) as copy:
            source.backup(copy)
            # One file: nothing is left in a log beside it.
            copy.execute("PRAGMA journal_mode = DELETE")
            (state,) = copy.execute("PRAGMA integrity_check").fetchone()
        if state != "ok":
            raise StorageError(f"the copy is not whole: {state}", where=Where(str(partial)), next_step="try again")
        partial.replace(target)
    except sqlite3.Error as error:
        raise storage_error(error, target) from error
    finally:
        partial.unlink(missing_ok=True)
    return target.stat().st_size


@dataclass(frozen=True, slots=True)
class CleaningReport:
    """How much was cleared away (or would be), and how much is kept."""

    versions: int
    pacts: int
    results: int
    calls: int
    kept_versions: int


# Kept whatever their age: what runs somewhere, what a branch or a tag stands for, and each one's latest.
_KEPT = (
    "SELECT version_id FROM live_versions UNION SELECT head_id FROM branches WHERE head_id IS NOT NULL"
    " UNION SELECT version_id FROM tag_heads"
    " UNION SELECT max(id) FROM versions GROUP BY pacticipant_id"
    " UNION SELECT id FROM versions WHERE created_at >= :since"
)
# A version goes with its pacts, results and places; a content goes with the last version that published it.
_CLEARING = (
    "DELETE FROM publications WHERE consumer_version_id IN (SELECT id FROM old_versions)",
    (
        "CREATE TEMP TABLE old_contents AS SELECT id FROM pact_versions c"
        " WHERE NOT EXISTS (SELECT 1 FROM publications x WHERE x.pact_version_id = c.id)"
    ),
    (
        "CREATE TEMP TABLE old_results AS SELECT id FROM verifications WHERE pact_version_id IN"
        " (SELECT id FROM old_contents) OR provider_version_id IN (SELECT id FROM old_versions)"
    ),
    "DELETE FROM verification_tags WHERE verification_id IN (SELECT id FROM old_results)",
    "DELETE FROM verifications WHERE id IN (SELECT id FROM old_results)",
    "DELETE FROM verified_contents WHERE pact_version_id IN (SELECT id FROM old_contents)",
    "DELETE FROM webhook_calls WHERE due_at IS NULL AND created_at < :since",
    "UPDATE webhook_calls SET pact_version_id = NULL WHERE pact_version_id IN (SELECT id FROM old_contents)",
    "DELETE FROM pact_versions WHERE id IN (SELECT id FROM old_contents)",
    "DELETE FROM tags WHERE version_id IN (SELECT id FROM old_versions)",
    "DELETE FROM branch_versions WHERE version_id IN (SELECT id FROM old_versions)",
    "DELETE FROM deployed_versions WHERE version_id IN (SELECT id FROM old_versions)",
    "DELETE FROM released_versions WHERE version_id IN (SELECT id FROM old_versions)",
    (
        "DELETE FROM integrations WHERE NOT EXISTS (SELECT 1 FROM publications x"
        " WHERE x.provider_id = integrations.provider_id AND x.consumer_id = integrations.consumer_id)"
    ),
    "DELETE FROM versions WHERE id IN (SELECT id FROM old_versions)",
)
_COUNTS = ("versions", "pact_versions", "verifications", "webhook_calls")


def clean(database: Path, *, younger_than: timedelta, dry_run: bool = False) -> CleaningReport:
    """Clear away old versions with their pacts and results.

    Kept is what is deployed or released, the head of a branch or of a tag, each pacticipant's latest version, and
    what is younger than a time. What a branch has verified stays known, so that no pact becomes pending again.

    Args:
        database: the broker's file; it may be in use.
        younger_than: the time.
        dry_run: only count.

    Raises:
        StorageError: the file isn't there or can't be used.
    """
    store = existing_store(database)
    since = stored(datetime.now(UTC) - younger_than)
    try:
        with store.write() as db:
            db.execute("SAVEPOINT before")
            report = _cleared(db, since)
            if dry_run:
                db.execute("ROLLBACK TO before")
    finally:
        store.close()
    if not dry_run and report.versions:
        _give_back_space(database)
    return report


def _cleared(db: sqlite3.Connection, since: str) -> CleaningReport:
    before = _counted(db)
    db.execute(
        f"CREATE TEMP TABLE old_versions AS SELECT id FROM versions WHERE id NOT IN ({_KEPT})",  # noqa: S608 - constants
        {"since": since},
    )
    for statement in _CLEARING:
        db.execute(statement, {"since": since} if ":since" in statement else {})
    for table in ("old_versions", "old_contents", "old_results"):
        db.execute(f"DROP TABLE {table}")
    after = _counted(db)
    versions, pacts, results, calls = (before[name] - after[name] for name in _COUNTS)
    return CleaningReport(versions, pacts, results, calls, kept_versions=after["versions"])


def _counted(db: sqlite3.Connection) -> dict[str, int]:
    return {name: int(db.execute(f"SELECT count(*) FROM {name}").fetchone()[0]) for name in _COUNTS}  # noqa: S608


def _give_back_space(database: Path) -> None:
    with closing(connect(database, patience=1.0)) as db:
        try:
            db.execute("VACUUM")
            # Vacuumed pages wait in the log until they are written back.
            db.execute("PRAGMA wal_checkpoint(TRUNCATE)").fetchall()
        except sqlite3.OperationalError:
            # Somebody is reading: the space is used again by what is stored next.
            return
