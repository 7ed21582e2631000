"""What can go wrong with the broker's file, said so that a user can act on it."""

from __future__ import annotations

import sqlite3
from pathlib import Path

from contracts.errors import BrokerError, Where


class StorageError(BrokerError):
    """The broker's file can't be read or written.

    Args:
        what: what is wrong.
        where: the file.
        next_step: what to do about it.
        status: the HTTP status that a request is answered with if this happens within it.
    """

    def __init__(
        self, what: str, *, where: Where | None = None, next_step: str | None = None, status: int = 500
    ) -> None:
        super().__init__(what, where=where, next_step=next_step)
        self.status = status


# The start of SQLite's error name (https://www.sqlite.org/rescode.html): status, what is wrong, what to do.
_MEANINGS = (
    (
        "SQLITE_BUSY",
        503,
        "the broker's file is locked by another process",
        "try again when that process is done",
    ),
    (
        "SQLITE_LOCKED",
        503,
        "the broker's file is locked by another process",
        "try again when that process is done",
    ),
    ("SQLITE_READONLY", 500, "the broker's file is read-only", "make the file and its folder writable"),
    ("SQLITE_FULL", 507, "there is no space left for the broker's file", "free some space, then try again"),
    (
        "SQLITE_IOERR",
        507,
        "the disk refused to read or write the broker's file",
        "check the disk and its quota",
    ),
    (
        "SQLITE_CANTOPEN",
        500,
        "the broker's file can't be opened",
        "check that its folder exists and is writable",
    ),
    ("SQLITE_CORRUPT", 500, "the broker's file is corrupt", "restore it, or move it away and publish again"),
    (
        "SQLITE_NOTADB",
        500,
        "the broker's file is no SQLite database",
        "name another file, or move this one away",
    ),
)


def storage_error(error: sqlite3.Error, database: Path) -> StorageError:
    """Say what an error of SQLite means for the user of the file."""
    name = getattr(error, "sqlite_errorname", None) or ""
    where = Where(str(database))
    for prefix, status, what, next_step in _MEANINGS:
        if name.startswith(prefix):
            return StorageError(what, where=where, next_step=next_step, status=status)
    return StorageError(
        f"the broker's file could not be used ({name or error})",
        where=where,
        next_step="move the file away and publish again if this persists",
    )
