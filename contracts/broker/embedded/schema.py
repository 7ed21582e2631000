"""The tables of the embedded broker, and how its file is opened.

The file is marked with an application id and a schema number, so that another program's database, or one
of another release, is refused instead of being misread.
"""

from __future__ import annotations

import os
import sqlite3
import time
from collections.abc import Iterator
from pathlib import Path

from contracts.broker.embedded.failures import StorageError, storage_error
from contracts.errors import Where

APPLICATION_ID = 0x57454243
SCHEMA_NUMBER = 2

# `moment` counts writes: what came first is decided by it, never by a clock that may be set back.
_TABLES = """
CREATE TABLE clock (moment INTEGER NOT NULL);
INSERT INTO clock VALUES (0);
CREATE TABLE pacticipants (
    id INTEGER PRIMARY KEY, name TEXT NOT NULL UNIQUE, display_name TEXT, main_branch TEXT,
    repository_url TEXT, repository_name TEXT, repository_namespace TEXT,
    created_at TEXT NOT NULL, updated_at TEXT NOT NULL);
CREATE TABLE versions (
    id INTEGER PRIMARY KEY, pacticipant_id INTEGER NOT NULL REFERENCES pacticipants, number TEXT NOT NULL,
    build_url TEXT, moment INTEGER NOT NULL, created_at TEXT NOT NULL, updated_at TEXT NOT NULL,
    UNIQUE (pacticipant_id, number));
CREATE INDEX versions_in_order ON versions (pacticipant_id);
CREATE TABLE branches (
    id INTEGER PRIMARY KEY, pacticipant_id INTEGER NOT NULL REFERENCES pacticipants, name TEXT NOT NULL,
    moment INTEGER NOT NULL, created_at TEXT NOT NULL, head_id INTEGER REFERENCES versions,
    UNIQUE (pacticipant_id, name));
CREATE INDEX branches_by_head ON branches (head_id);
CREATE TABLE branch_versions (
    id INTEGER PRIMARY KEY, branch_id INTEGER NOT NULL REFERENCES branches,
    version_id INTEGER NOT NULL REFERENCES versions, created_at TEXT NOT NULL,
    UNIQUE (branch_id, version_id));
CREATE INDEX branch_versions_by_version ON branch_versions (version_id);
CREATE INDEX branch_versions_in_order ON branch_versions (branch_id, id);
-- The head of a branch is the version that was put on it last.
CREATE TRIGGER branch_head AFTER INSERT ON branch_versions BEGIN
    UPDATE branches SET head_id = NEW.version_id WHERE id = NEW.branch_id;
END;
CREATE VIEW branch_heads AS
    SELECT id AS branch_id, pacticipant_id, name, head_id AS version_id FROM branches WHERE head_id IS NOT NULL;
CREATE TABLE tags (
    version_id INTEGER NOT NULL REFERENCES versions, pacticipant_id INTEGER NOT NULL REFERENCES pacticipants,
    name TEXT NOT NULL, moment INTEGER NOT NULL, created_at TEXT NOT NULL, PRIMARY KEY (version_id, name));
CREATE INDEX tags_by_name ON tags (pacticipant_id, name, version_id);
CREATE VIEW tag_heads AS
    SELECT t.pacticipant_id, t.name, t.version_id FROM tags t WHERE NOT EXISTS
        (SELECT 1 FROM tags later WHERE later.pacticipant_id = t.pacticipant_id AND later.name = t.name
            AND later.version_id > t.version_id);
CREATE TABLE environments (
    id INTEGER PRIMARY KEY, uuid TEXT NOT NULL UNIQUE, name TEXT NOT NULL UNIQUE, display_name TEXT,
    production INTEGER NOT NULL, contacts TEXT, created_at TEXT NOT NULL, updated_at TEXT NOT NULL);
CREATE TABLE deployed_versions (
    id INTEGER PRIMARY KEY, uuid TEXT NOT NULL UNIQUE, version_id INTEGER NOT NULL REFERENCES versions,
    environment_id INTEGER NOT NULL REFERENCES environments, instance TEXT, created_at TEXT NOT NULL,
    ended_at TEXT);
CREATE INDEX deployed_versions_by_version ON deployed_versions (version_id);
CREATE INDEX deployed_versions_now ON deployed_versions (environment_id) WHERE ended_at IS NULL;
CREATE TABLE released_versions (
    id INTEGER PRIMARY KEY, uuid TEXT NOT NULL UNIQUE, version_id INTEGER NOT NULL REFERENCES versions,
    environment_id INTEGER NOT NULL REFERENCES environments, created_at TEXT NOT NULL, ended_at TEXT,
    UNIQUE (version_id, environment_id));
CREATE INDEX released_versions_now ON released_versions (environment_id) WHERE ended_at IS NULL;
CREATE VIEW live_versions AS
    SELECT 'deployed' AS kind, version_id, environment_id, created_at FROM deployed_versions
        WHERE ended_at IS NULL
    UNION ALL
    SELECT 'released', version_id, environment_id, created_at FROM released_versions WHERE ended_at IS NULL;
CREATE TABLE pact_versions (
    id INTEGER PRIMARY KEY, consumer_id INTEGER NOT NULL REFERENCES pacticipants,
    provider_id INTEGER NOT NULL REFERENCES pacticipants, digest TEXT NOT NULL, content TEXT NOT NULL,
    created_at TEXT NOT NULL, UNIQUE (consumer_id, provider_id, digest));
CREATE TABLE publications (
    id INTEGER PRIMARY KEY, consumer_version_id INTEGER NOT NULL REFERENCES versions,
    consumer_id INTEGER NOT NULL REFERENCES pacticipants,
    provider_id INTEGER NOT NULL REFERENCES pacticipants,
    pact_version_id INTEGER NOT NULL REFERENCES pact_versions, created_at TEXT NOT NULL,
    UNIQUE (consumer_version_id, provider_id));
-- Who has ever published a pact with whom: a question about the pair doesn't read its history.
CREATE TABLE integrations (
    provider_id INTEGER NOT NULL REFERENCES pacticipants, consumer_id INTEGER NOT NULL REFERENCES pacticipants,
    PRIMARY KEY (provider_id, consumer_id)) WITHOUT ROWID;
CREATE INDEX integrations_by_consumer ON integrations (consumer_id);
CREATE TRIGGER integration AFTER INSERT ON publications BEGIN
    INSERT INTO integrations (provider_id, consumer_id) VALUES (NEW.provider_id, NEW.consumer_id)
        ON CONFLICT DO NOTHING;
END;
CREATE INDEX publications_by_provider ON publications (provider_id, consumer_id, consumer_version_id);
CREATE INDEX publications_by_consumer ON publications (consumer_id);
CREATE INDEX publications_by_pact_version ON publications (pact_version_id, consumer_version_id);
CREATE TABLE verifications (
    id INTEGER PRIMARY KEY, pact_version_id INTEGER NOT NULL REFERENCES pact_versions,
    provider_version_id INTEGER NOT NULL REFERENCES versions,
    consumer_id INTEGER NOT NULL REFERENCES pacticipants,
    provider_id INTEGER NOT NULL REFERENCES pacticipants,
    success INTEGER NOT NULL, wip INTEGER NOT NULL, build_url TEXT, test_results TEXT,
    verified_by TEXT NOT NULL, moment INTEGER NOT NULL, created_at TEXT NOT NULL);
CREATE INDEX verifications_by_pact_version ON verifications (pact_version_id, provider_version_id);
CREATE INDEX verifications_in_order ON verifications (pact_version_id);
CREATE INDEX verifications_by_version ON verifications (provider_version_id);
CREATE INDEX successes_by_moment ON verifications (pact_version_id, moment) WHERE success;
CREATE INDEX successes_by_time ON verifications (pact_version_id, created_at) WHERE success AND NOT wip;
CREATE VIEW latest_verifications AS
    SELECT r.* FROM verifications r WHERE NOT EXISTS
        (SELECT 1 FROM verifications later WHERE later.pact_version_id = r.pact_version_id
            AND later.provider_version_id = r.provider_version_id AND later.id > r.id);
-- Which contents a branch has verified, and when last: what is pending is asked by content, not by result.
CREATE TABLE verified_contents (
    pact_version_id INTEGER NOT NULL REFERENCES pact_versions, branch_id INTEGER NOT NULL REFERENCES branches,
    wip INTEGER NOT NULL, verified_at TEXT NOT NULL, PRIMARY KEY (pact_version_id, branch_id, wip)) WITHOUT ROWID;
CREATE INDEX verified_contents_by_branch ON verified_contents (branch_id);
CREATE TRIGGER verified_by_result AFTER INSERT ON verifications WHEN NEW.success BEGIN
    INSERT INTO verified_contents SELECT NEW.pact_version_id, branch_id, NEW.wip, NEW.created_at
        FROM branch_versions WHERE version_id = NEW.provider_version_id
        ON CONFLICT DO UPDATE SET verified_at = max(verified_at, excluded.verified_at);
END;
CREATE TRIGGER verified_by_branch AFTER INSERT ON branch_versions BEGIN
    INSERT INTO verified_contents SELECT pact_version_id, NEW.branch_id, wip, created_at
        FROM verifications WHERE provider_version_id = NEW.version_id AND success
        ON CONFLICT DO UPDATE SET verified_at = max(verified_at, excluded.verified_at);
END;
-- The tags that the provider version had when the result was posted; later tags don't change history.
CREATE TABLE verification_tags (
    verification_id INTEGER NOT NULL REFERENCES verifications, name TEXT NOT NULL,
    PRIMARY KEY (verification_id, name));
CREATE TABLE webhooks (
    id INTEGER PRIMARY KEY, uuid TEXT NOT NULL UNIQUE, description TEXT, consumer TEXT, provider TEXT,
    enabled INTEGER NOT NULL, events TEXT NOT NULL, method TEXT NOT NULL, url TEXT NOT NULL, headers TEXT NOT NULL,
    body TEXT, username TEXT, password TEXT, created_at TEXT NOT NULL, updated_at TEXT NOT NULL);
-- The queue: what is due is sent, `due_at` is null once nothing more is.
CREATE TABLE webhook_calls (
    id INTEGER PRIMARY KEY, uuid TEXT NOT NULL UNIQUE,
    webhook_id INTEGER NOT NULL REFERENCES webhooks ON DELETE CASCADE,
    event TEXT NOT NULL, consumer TEXT NOT NULL, provider TEXT NOT NULL, provider_version TEXT,
    pact_version_id INTEGER REFERENCES pact_versions, variables TEXT NOT NULL, status TEXT NOT NULL,
    attempts INTEGER NOT NULL, again INTEGER NOT NULL, due_at TEXT, created_at TEXT NOT NULL);
CREATE INDEX webhook_calls_due ON webhook_calls (due_at) WHERE due_at IS NOT NULL;
CREATE INDEX webhook_calls_by_webhook ON webhook_calls (webhook_id);
CREATE INDEX webhook_calls_by_pact_version ON webhook_calls (pact_version_id);
CREATE TABLE webhook_logs (
    id INTEGER PRIMARY KEY, call_id INTEGER NOT NULL REFERENCES webhook_calls ON DELETE CASCADE,
    text TEXT NOT NULL, created_at TEXT NOT NULL);
CREATE INDEX webhook_logs_by_call ON webhook_logs (call_id);
"""


def connect(database: Path, *, patience: float) -> sqlite3.Connection:
    """Open the broker's file with the settings that its promises rest on.

    Where neither the file nor its folder can be written, as in a read-only checkout, it is opened to be read.

    Args:
        database: the SQLite file.
        patience: how many seconds a write waits for another process before it gives up.

    Raises:
        StorageError: the file can't be opened.
    """
    try:
        connection = sqlite3.connect(
            _address(database), uri=True, timeout=patience, isolation_level=None, check_same_thread=False
        )
        connection.row_factory = sqlite3.Row
        # What was answered 2xx has to survive a power cut: every commit waits for the disk.
        connection.execute("PRAGMA synchronous = FULL")
        connection.execute("PRAGMA foreign_keys = ON")
    except sqlite3.Error as error:
        raise storage_error(error, database) from error
    return connection


def is_read_only(database: Path) -> bool:
    """Is a broker's file there that this process may read and not write, or whose folder it may not write?"""
    known = os.access in os.supports_effective_ids
    return database.exists() and not all(
        os.access(one, os.W_OK, effective_ids=known) for one in (database, database.parent)
    )


def _address(database: Path) -> str:
    address = database.absolute().as_uri()
    if not is_read_only(database):
        return address
    # SQLite shares a log with other processes by a file beside it, which can't be made here. Without a log there is
    # nothing to share; one that is there was left with that file, or another process has it open.
    is_shared = database.with_name(f"{database.name}-wal").exists()
    return f"{address}?mode=ro" if is_shared else f"{address}?mode=ro&immutable=1"


def prepare(connection: sqlite3.Connection, database: Path, *, patience: float) -> None:
    """Create the tables in a new file, or check that an existing one is ours and of this schema.

    Args:
        connection: as `connect` opened it.
        database: the SQLite file, for the messages.
        patience: how many seconds to wait for other processes that are creating the same file.

    Raises:
        StorageError: the file is another program's, of another schema, corrupt, locked or read-only.
    """
    try:
        if _is_ours(connection, database):
            return
        _write_ahead(connection, patience)
        connection.execute("BEGIN IMMEDIATE")
        try:
            # Another process may have created the tables while this one waited for the lock.
            if not _is_ours(connection, database):
                for statement in _statements(_TABLES):
                    connection.execute(statement)
                connection.execute(f"PRAGMA application_id = {APPLICATION_ID}")
                connection.execute(f"PRAGMA user_version = {SCHEMA_NUMBER}")
            connection.execute("COMMIT")
        except BaseException:
            connection.execute("ROLLBACK")
            raise
    except sqlite3.Error as error:
        raise storage_error(error, database) from error


def _write_ahead(connection: sqlite3.Connection, patience: float) -> None:
    # Kept in the file: readers don't wait for the writer. SQLite doesn't wait for a lock where it changes the mode
    # (it could wait for a process that waits for this one), so the waiting is done here.
    end = time.monotonic() + patience
    while True:
        try:
            connection.execute("PRAGMA journal_mode = WAL")
        except sqlite3.OperationalError as error:
            if error.sqlite_errorcode & 0xFF != sqlite3.SQLITE_BUSY or time.monotonic() >= end:
                raise
        else:
            return
        time.sleep(0.01)


def _statements(script: str) -> Iterator[str]:
    # `executescript` would commit first; a trigger's statement holds semicolons of its own.
    statement = ""
    for line in script.splitlines():
        statement += line + "\n"
        if sqlite3.complete_statement(statement):
            yield statement
            statement = ""


def _is_ours(connection: sqlite3.Connection, database: Path) -> bool:
    # One statement sees one state of the file: another process may be creating the tables right now.
    mark, number, tables = connection.execute(
        "SELECT application_id, user_version, (SELECT count(*) FROM sqlite_master)"
        " FROM pragma_application_id, pragma_user_version"
    ).fetchone()
    if not tables and not mark:
        return False
    where = Where(str(database))
    if mark != APPLICATION_ID:
        raise StorageError(
            "this SQLite file doesn't belong to the embedded broker",
            where=where,
            next_step="name another file",
        )
    if number != SCHEMA_NUMBER:
        age = "an older" if number < SCHEMA_NUMBER else "a newer"
        raise StorageError(
            f"the broker's file was written by {age} release: schema {number}, this one reads {SCHEMA_NUMBER}",
            where=where,
            next_step="use the release that wrote it, or move the file away and publish again",
        )
    return True
