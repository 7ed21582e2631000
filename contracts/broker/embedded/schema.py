"""The tables of the embedded broker, and how its file is opened.

The file is marked with an application id and a schema number, so that another program's database, or one
of another release, is refused instead of being misread.
"""

from __future__ import annotations

import sqlite3
from pathlib import Path

from contracts.broker.embedded.failures import StorageError, storage_error
from contracts.errors import Where

APPLICATION_ID = 0x57454243
SCHEMA_NUMBER = 1

# `moment` counts writes: what came first is decided by it, never by a clock that may be set back.
_TABLES = """
CREATE TABLE clock (moment INTEGER NOT NULL);
INSERT INTO clock VALUES (0);
CREATE TABLE pacticipants (
    id INTEGER PRIMARY KEY, name TEXT NOT NULL UNIQUE, display_name TEXT, main_branch TEXT,
    repository_url TEXT, created_at TEXT NOT NULL, updated_at TEXT NOT NULL);
CREATE TABLE versions (
    id INTEGER PRIMARY KEY, pacticipant_id INTEGER NOT NULL REFERENCES pacticipants, number TEXT NOT NULL,
    build_url TEXT, moment INTEGER NOT NULL, created_at TEXT NOT NULL, updated_at TEXT NOT NULL,
    UNIQUE (pacticipant_id, number));
CREATE TABLE branches (
    id INTEGER PRIMARY KEY, pacticipant_id INTEGER NOT NULL REFERENCES pacticipants, name TEXT NOT NULL,
    moment INTEGER NOT NULL, created_at TEXT NOT NULL, UNIQUE (pacticipant_id, name));
CREATE TABLE branch_versions (
    id INTEGER PRIMARY KEY, branch_id INTEGER NOT NULL REFERENCES branches,
    version_id INTEGER NOT NULL REFERENCES versions, created_at TEXT NOT NULL,
    UNIQUE (branch_id, version_id));
CREATE INDEX branch_versions_by_version ON branch_versions (version_id);
CREATE INDEX branch_versions_in_order ON branch_versions (branch_id, id);
-- The head of a branch is the version that was put on it last.
CREATE VIEW branch_heads AS
    SELECT b.id AS branch_id, b.pacticipant_id, b.name, bv.version_id
    FROM branches b JOIN branch_versions bv ON bv.id =
        (SELECT max(last.id) FROM branch_versions last INDEXED BY branch_versions_in_order
            WHERE last.branch_id = b.id);
CREATE TABLE tags (
    version_id INTEGER NOT NULL REFERENCES versions, pacticipant_id INTEGER NOT NULL REFERENCES pacticipants,
    name TEXT NOT NULL, moment INTEGER NOT NULL, created_at TEXT NOT NULL, PRIMARY KEY (version_id, name));
CREATE INDEX tags_by_name ON tags (pacticipant_id, name);
CREATE VIEW tag_heads AS
    SELECT pacticipant_id, name, max(version_id) AS version_id FROM tags GROUP BY pacticipant_id, name;
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
CREATE INDEX publications_by_provider ON publications (provider_id, consumer_id, consumer_version_id);
CREATE INDEX publications_by_consumer ON publications (consumer_id);
CREATE INDEX publications_by_pact_version ON publications (pact_version_id);
CREATE TABLE verifications (
    id INTEGER PRIMARY KEY, pact_version_id INTEGER NOT NULL REFERENCES pact_versions,
    provider_version_id INTEGER NOT NULL REFERENCES versions,
    consumer_id INTEGER NOT NULL REFERENCES pacticipants,
    provider_id INTEGER NOT NULL REFERENCES pacticipants,
    success INTEGER NOT NULL, wip INTEGER NOT NULL, build_url TEXT, test_results TEXT,
    verified_by TEXT NOT NULL, moment INTEGER NOT NULL, created_at TEXT NOT NULL);
CREATE INDEX verifications_by_pact_version ON verifications (pact_version_id, provider_version_id);
CREATE INDEX verifications_by_version ON verifications (provider_version_id);
CREATE VIEW latest_verifications AS
    SELECT * FROM verifications WHERE id IN
        (SELECT max(id) FROM verifications GROUP BY pact_version_id, provider_version_id);
-- The tags that the provider version had when the result was posted; later tags don't change history.
CREATE TABLE verification_tags (
    verification_id INTEGER NOT NULL REFERENCES verifications, name TEXT NOT NULL,
    PRIMARY KEY (verification_id, name));
"""


def connect(database: Path, *, patience: float) -> sqlite3.Connection:
    """Open the broker's file with the settings that its promises rest on.

    Args:
        database: the SQLite file.
        patience: how many seconds a write waits for another process before it gives up.

    Raises:
        StorageError: the file can't be opened.
    """
    try:
        connection = sqlite3.connect(database, timeout=patience, isolation_level=None, check_same_thread=False)
        connection.row_factory = sqlite3.Row
        # What was answered 2xx has to survive a power cut: every commit waits for the disk.
        connection.execute("PRAGMA synchronous = FULL")
        connection.execute("PRAGMA foreign_keys = ON")
    except sqlite3.Error as error:
        raise storage_error(error, database) from error
    return connection


def prepare(connection: sqlite3.Connection, database: Path) -> None:
    """Create the tables in a new file, or check that an existing one is ours and of this schema.

    Raises:
        StorageError: the file is another program's, of another schema, corrupt, locked or read-only.
    """
    try:
        if _is_ours(connection, database):
            return
        # Kept in the file: readers don't wait for the writer.
        connection.execute("PRAGMA journal_mode = WAL")
        connection.execute("BEGIN IMMEDIATE")
        try:
            # Another process may have created the tables while this one waited for the lock.
            if not _is_ours(connection, database):
                for statement in _TABLES.split(";\n"):
                    connection.execute(statement)
                connection.execute(f"PRAGMA application_id = {APPLICATION_ID}")
                connection.execute(f"PRAGMA user_version = {SCHEMA_NUMBER}")
            connection.execute("COMMIT")
        except BaseException:
            connection.execute("ROLLBACK")
            raise
    except sqlite3.Error as error:
        raise storage_error(error, database) from error


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
