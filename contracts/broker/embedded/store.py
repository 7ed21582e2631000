"""Transactions on the broker's file: one a request, from a small pool of connections."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path
from threading import Lock

from contracts.broker.embedded.failures import StorageError, storage_error
from contracts.broker.embedded.schema import connect, is_read_only, prepare
from contracts.errors import Where


class Store:
    """The broker's file, open.

    Args:
        database: the SQLite file; it and its folder are created if they don't exist.
        patience: how many seconds a write waits for another process before it gives up.

    Raises:
        StorageError: the file can't be used; see `schema.prepare`.
    """

    def __init__(self, database: Path, *, patience: float = 10.0) -> None:
        self.database = database
        self._patience = patience
        # Connections are kept between requests: the last one to close has to write the whole log back.
        self._idle: list[sqlite3.Connection] = []
        self._lock = Lock()
        self._is_read_only = is_read_only(database)
        try:
            database.parent.mkdir(parents=True, exist_ok=True)
        except OSError as error:
            raise StorageError(
                f"the broker's file could not be used: its folder can't be made ({error.strerror})",
                where=Where(str(database)),
                next_step="use a place that may be written to, or name a broker: PACT_BROKER_BASE_URL",
            ) from error
        connection = connect(database, patience=patience)
        try:
            prepare(connection, database, patience=patience)
        except BaseException:
            connection.close()
            raise
        self._give_back(connection)
        self._identity = _identity(database)

    @contextmanager
    def read(self) -> Iterator[sqlite3.Connection]:
        """Read one consistent state of the file.

        Raises:
            StorageError: the file can't be read, or isn't the one at its path any more.
        """
        with self._transaction("BEGIN") as connection:
            yield connection

    @contextmanager
    def write(self) -> Iterator[sqlite3.Connection]:
        """Write everything or nothing; after the block the changes are on the disk.

        Raises:
            StorageError: the file can't be written, or isn't the one at its path any more; nothing was stored.
        """
        with self._transaction("BEGIN IMMEDIATE") as connection:
            yield connection

    def close(self) -> None:
        """Close the connections that no request is using."""
        with self._lock:
            idle, self._idle = self._idle, []
        for connection in idle:
            connection.close()

    @contextmanager
    def _transaction(self, begin: str) -> Iterator[sqlite3.Connection]:
        self._refuse_another_file()
        connection = self._take()
        try:
            connection.execute(begin)
            yield connection
            # SQLite goes on writing into a file that has no name any more: what it confirms then is gone with it.
            self._refuse_another_file()
            connection.execute("COMMIT")
            # Where it went in between, nothing is confirmed either: it was written into what nobody will read.
            self._refuse_another_file()
        except sqlite3.Error as error:
            connection.close()
            raise storage_error(error, self.database) from error
        except BaseException:
            if connection.in_transaction:
                connection.execute("ROLLBACK")
            self._give_back(connection)
            raise
        self._give_back(connection)

    def _refuse_another_file(self) -> None:
        if _identity(self.database) != self._identity:
            raise StorageError(
                "the broker's file was removed or replaced while the broker was using it; nothing was stored",
                where=Where(str(self.database)),
                next_step="start the broker again, on the file that is there now",
            )

    def _take(self) -> sqlite3.Connection:
        with self._lock:
            if self._idle:
                return self._idle.pop()
        return connect(self.database, patience=self._patience)

    def _give_back(self, connection: sqlite3.Connection) -> None:
        if self._is_read_only:
            # Whether somebody else writes is looked at each time that it is opened.
            connection.close()
            return
        with self._lock:
            self._idle.append(connection)


def _identity(file: Path) -> tuple[int, int] | None:
    """Return what tells one file from another under the same path; None where there is none."""
    try:
        found = file.stat()
    except OSError:
        return None
    return found.st_dev, found.st_ino


def existing_store(database: Path) -> Store:
    """Open a broker's file that is there already.

    Raises:
        StorageError: it isn't, or it can't be used.
    """
    if not database.is_file():
        raise StorageError(
            "the broker has no such file",
            where=Where(str(database)),
            next_step="name its file with --database, or publish something first",
        )
    return Store(database)


def now() -> str:
    """Return the time of day to be stored."""
    return stored(datetime.now(UTC))


def stored(at: datetime) -> str:
    """Write a time of UTC as it is stored: with microseconds, in an order that sorts as text."""
    return at.isoformat(timespec="microseconds")


def next_moment(db: sqlite3.Connection) -> int:
    """Return the next number of the counter that says which write came first."""
    (moment,) = db.execute("UPDATE clock SET moment = moment + 1 RETURNING moment").fetchone()
    return int(moment)
