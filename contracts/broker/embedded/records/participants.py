"""Pacticipants, their versions, branches and tags."""

from __future__ import annotations

import re
import sqlite3
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

from contracts.broker.embedded.store import next_moment, now

# Pact Broker's defaults: a first branch of one of these names becomes the main branch ...
MAIN_BRANCH_CANDIDATES = ("develop", "main", "master")
# ... and the first tag of a version that is younger than this, and on no branch, is taken for its branch.
_FIRST_TAG_IS_BRANCH = timedelta(seconds=10)


@dataclass(frozen=True, slots=True)
class Pacticipant:
    """An application that takes part in contracts."""

    id: int
    name: str
    display_name: str | None
    main_branch: str | None
    repository_url: str | None
    repository_name: str | None
    repository_namespace: str | None
    created_at: str
    updated_at: str


@dataclass(frozen=True, slots=True)
class Version:
    """A version of an application; a greater `id` was created later, whatever its number says."""

    id: int
    pacticipant_id: int
    pacticipant: str
    number: str
    build_url: str | None
    created_at: str
    updated_at: str


@dataclass(frozen=True, slots=True)
class BranchVersion:
    """A version as a member of a branch."""

    pacticipant: str
    branch: str
    number: str
    latest: bool
    created_at: str


_VERSION = (
    "SELECT v.id, v.pacticipant_id, p.name AS pacticipant, v.number, v.build_url, v.created_at, v.updated_at"
    " FROM versions v JOIN pacticipants p ON p.id = v.pacticipant_id"
)


def all_pacticipants(db: sqlite3.Connection, *, like: str = "") -> list[Pacticipant]:
    """Return every pacticipant whose name holds a text, by name."""
    rows = db.execute(
        "SELECT * FROM pacticipants WHERE instr(lower(name), lower(?)) ORDER BY lower(name), name", (like,)
    )
    return [Pacticipant(**row) for row in rows]


def find_pacticipant(db: sqlite3.Connection, name: str) -> Pacticipant | None:
    """Return the pacticipant of this name."""
    row = db.execute("SELECT * FROM pacticipants WHERE name = ?", (name,)).fetchone()
    return Pacticipant(**row) if row else None


def ensure_pacticipant(db: sqlite3.Connection, name: str) -> Pacticipant:
    """Return the pacticipant of this name, created if it is new."""
    at = now()
    db.execute(
        "INSERT INTO pacticipants (name, created_at, updated_at) VALUES (?, ?, ?) ON CONFLICT (name) DO NOTHING",
        (name, at, at),
    )
    found = find_pacticipant(db, name)
    assert found is not None  # noqa: S101 - inserted above, in this transaction
    return found


def update_pacticipant(
    db: sqlite3.Connection,
    name: str,
    *,
    main_branch: str | None,
    display_name: str | None,
    repository_url: str | None,
    repository_name: str | None,
    repository_namespace: str | None,
) -> None:
    """Store what is known of a pacticipant besides its name."""
    db.execute(
        "UPDATE pacticipants SET main_branch = ?, display_name = ?, repository_url = ?, repository_name = ?,"
        " repository_namespace = ?, updated_at = ? WHERE name = ?",
        (main_branch, display_name, repository_url, repository_name, repository_namespace, now(), name),
    )


# What two names may differ in and still be one misspelt twice: the rule of a real broker.
_SAYS_NOTHING = ("api", "provider", "service")
_HUMP = re.compile(r"(?<=[A-Z])(?=[A-Z][a-z])|(?<=[a-z\d])(?=[A-Z])")


def similar_names(db: sqlite3.Connection, name: str) -> list[str]:
    """Return the known names that a new name could be a misspelling of."""
    names = [str(row["name"]) for row in db.execute("SELECT name FROM pacticipants")]
    if name in names:
        return []
    return [known for known in names if _telling(known) == _telling(name)]


def _telling(name: str) -> list[str]:
    """Return the words that tell a name apart: singular, whatever the case and the separators are."""
    parts = _HUMP.sub("_", name.replace("::", "/"))
    words = re.sub(r"[\s-]", "_", parts).lower().rstrip("_").split("_")
    return [word for word in (word.removesuffix("s") for word in words) if word not in _SAYS_NOTHING]


def find_version(db: sqlite3.Connection, pacticipant: str, number: str) -> Version | None:
    """Return the version of this number."""
    row = db.execute(f"{_VERSION} WHERE p.name = ? AND v.number = ?", (pacticipant, number)).fetchone()
    return Version(**row) if row else None


def count_versions(db: sqlite3.Connection, pacticipant_id: int) -> int:
    """Return how many versions a pacticipant has."""
    return int(db.execute("SELECT count(*) FROM versions WHERE pacticipant_id = ?", (pacticipant_id,)).fetchone()[0])


def versions_of(db: sqlite3.Connection, pacticipant_id: int, *, start: int, end: int) -> list[Version]:
    """Return a part of a pacticipant's versions, the latest first."""
    rows = db.execute(
        f"{_VERSION} WHERE v.pacticipant_id = ? ORDER BY v.id DESC LIMIT ? OFFSET ?",
        (pacticipant_id, end - start, start),
    )
    return [Version(**row) for row in rows]


def latest_version(db: sqlite3.Connection, pacticipant: str, *, tag: str | None = None) -> Version | None:
    """Return the latest version: of all, or of those with a tag."""
    if tag is not None:
        where = "v.id = (SELECT max(version_id) FROM tags h WHERE h.pacticipant_id = p.id AND h.name = ?)"
    else:
        where = "? IS NULL AND v.id = (SELECT max(id) FROM versions WHERE pacticipant_id = p.id)"
    row = db.execute(
        f"{_VERSION} WHERE p.name = ? AND {where} ORDER BY v.id DESC LIMIT 1",
        (pacticipant, tag),
    ).fetchone()
    return Version(**row) if row else None


def main_version(db: sqlite3.Connection, pacticipant_id: int) -> Version | None:
    """Return the head of a pacticipant's main branch, else its latest version."""
    row = db.execute(
        f"{_VERSION} WHERE v.id = coalesce((SELECT b.head_id FROM branches b WHERE b.pacticipant_id = :id"  # noqa: S608 - constants
        " AND b.name = (SELECT main_branch FROM pacticipants WHERE id = :id)),"
        " (SELECT max(id) FROM versions WHERE pacticipant_id = :id))",
        {"id": pacticipant_id},
    ).fetchone()
    return Version(**row) if row else None


def ensure_version(
    db: sqlite3.Connection,
    pacticipant: str,
    number: str,
    *,
    branch: str | None = None,
    build_url: str | None = None,
) -> Version:
    """Return the version, created if it is new; put on the branch and given the build URL if there is one."""
    owner = ensure_pacticipant(db, pacticipant)
    found = find_version(db, pacticipant, number)
    if found is None:
        at = now()
        db.execute(
            "INSERT INTO versions (pacticipant_id, number, moment, created_at, updated_at) VALUES (?, ?, ?, ?, ?)",
            (owner.id, number, next_moment(db), at, at),
        )
    if build_url is not None:
        db.execute(
            "UPDATE versions SET build_url = ?, updated_at = ? WHERE pacticipant_id = ? AND number = ?",
            (build_url, now(), owner.id, number),
        )
    version = find_version(db, pacticipant, number)
    assert version is not None  # noqa: S101 - inserted above, in this transaction
    if branch is not None:
        add_to_branch(db, version, branch)
    return version


def add_to_branch(db: sqlite3.Connection, version: Version, branch: str) -> bool:
    """Put a version on a branch; it becomes the head. Return whether it was not on it before."""
    at = now()
    db.execute(
        "INSERT INTO branches (pacticipant_id, name, moment, created_at) VALUES (?, ?, ?, ?)"
        " ON CONFLICT (pacticipant_id, name) DO NOTHING",
        (version.pacticipant_id, branch, next_moment(db), at),
    )
    added = db.execute(
        "INSERT INTO branch_versions (branch_id, version_id, created_at)"
        " SELECT id, ?, ? FROM branches WHERE pacticipant_id = ? AND name = ?"
        " ON CONFLICT (branch_id, version_id) DO NOTHING",
        (version.id, at, version.pacticipant_id, branch),
    ).rowcount
    _maybe_main_branch(db, version.pacticipant_id, branch)
    return added > 0


def add_tag(db: sqlite3.Connection, version: Version, tag: str) -> bool:
    """Tag a version. Return whether it did not have the tag before."""
    (tagged,) = db.execute("SELECT count(*) FROM tags WHERE version_id = ?", (version.id,)).fetchone()
    age = datetime.now(UTC) - datetime.fromisoformat(version.created_at)
    if not tagged and age <= _FIRST_TAG_IS_BRANCH and not branches_of(db, version.id):
        add_to_branch(db, version, tag)
    _maybe_main_branch(db, version.pacticipant_id, tag)
    added = db.execute(
        "INSERT INTO tags (version_id, pacticipant_id, name, moment, created_at) VALUES (?, ?, ?, ?, ?)"
        " ON CONFLICT (version_id, name) DO NOTHING",
        (version.id, version.pacticipant_id, tag, next_moment(db), now()),
    ).rowcount
    return added > 0


def remove_branch(db: sqlite3.Connection, pacticipant_id: int, name: str) -> bool:
    """Delete a branch and what is known by it. Return whether there was one."""
    row = db.execute("SELECT id FROM branches WHERE pacticipant_id = ? AND name = ?", (pacticipant_id, name)).fetchone()
    if row is None:
        return False
    db.execute("DELETE FROM verified_contents WHERE branch_id = ?", (row["id"],))
    db.execute("DELETE FROM branch_versions WHERE branch_id = ?", (row["id"],))
    db.execute("DELETE FROM branches WHERE id = ?", (row["id"],))
    return True


def remove_tag(db: sqlite3.Connection, version_id: int, name: str) -> bool:
    """Take a tag from a version. Return whether it had it."""
    return db.execute("DELETE FROM tags WHERE version_id = ? AND name = ?", (version_id, name)).rowcount > 0


def _maybe_main_branch(db: sqlite3.Connection, pacticipant_id: int, branch: str) -> None:
    if branch in MAIN_BRANCH_CANDIDATES:
        db.execute(
            "UPDATE pacticipants SET main_branch = ? WHERE id = ? AND main_branch IS NULL",
            (branch, pacticipant_id),
        )


def branches_of(db: sqlite3.Connection, version_id: int) -> list[BranchVersion]:
    """Return the branches that a version is on, in the order it was put on them."""
    rows = db.execute(
        "SELECT p.name AS pacticipant, b.name AS branch, v.number, h.version_id = v.id AS"
        " latest, bv.created_at"
        " FROM branch_versions bv JOIN branches b ON b.id = bv.branch_id JOIN versions v ON"
        " v.id = bv.version_id"
        " JOIN pacticipants p ON p.id = b.pacticipant_id JOIN branch_heads h ON h.branch_id = b.id"
        " WHERE bv.version_id = ? ORDER BY bv.id",
        (version_id,),
    )
    return [BranchVersion(**{**row, "latest": bool(row["latest"])}) for row in rows]


def branches_of_pacticipant(db: sqlite3.Connection, pacticipant_id: int) -> list[str]:
    """Return the names of a pacticipant's branches, the newest first."""
    rows = db.execute("SELECT name FROM branches WHERE pacticipant_id = ? ORDER BY id DESC", (pacticipant_id,))
    return [str(row["name"]) for row in rows]


def tags_of(db: sqlite3.Connection, version_id: int) -> list[tuple[str, bool, str]]:
    """Return a version's tags in the order they were given: name, whether it is the latest with it, when."""
    rows = db.execute(
        "SELECT t.name, t.version_id = (SELECT max(h.version_id) FROM tags h WHERE h.pacticipant_id = t.pacticipant_id"
        " AND h.name = t.name) AS latest, t.created_at FROM tags t WHERE t.version_id = ? ORDER BY t.moment",
        (version_id,),
    )
    return [(str(row["name"]), bool(row["latest"]), str(row["created_at"])) for row in rows]
