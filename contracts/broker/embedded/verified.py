"""Whether a provider's branch, or its tags, have verified a content: asked by content, never by its history."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterable, Mapping, Sequence
from datetime import UTC, datetime, timedelta
from typing import Any

from contracts.broker.embedded.store import stored

# A provider branch (or tag) that is new takes over what others verified before it existed: `:existed` is the moment
# from which it does, null if it is new. One is asked after the other: the first is a look into an index.
_BY_BRANCH = (
    "SELECT 1 FROM verified_contents o WHERE o.pact_version_id = :content AND o.branch_id = :branch",
    (
        "SELECT 1 FROM verifications r WHERE r.pact_version_id = :content AND r.success"
        " AND r.moment < coalesce(:existed, 9e18)"
        " AND EXISTS (SELECT 1 FROM branch_versions bv WHERE bv.version_id = r.provider_version_id)"
    ),
)
_BY_TAG = (
    (
        "SELECT 1 FROM verifications r CROSS JOIN tags t ON t.version_id = r.provider_version_id AND t.name = :tag"
        " WHERE r.pact_version_id = :content AND r.success"
    ),
    (
        "SELECT 1 FROM verifications r WHERE r.pact_version_id = :content AND r.success"
        " AND r.moment < coalesce(:existed, 9e18)"
        " AND EXISTS (SELECT 1 FROM tags t WHERE t.version_id = r.provider_version_id)"
    ),
)
_AT_ALL = ("SELECT 1 FROM verifications r WHERE r.pact_version_id = :content AND r.success",)
# The same for work in progress: results for a pact that was itself work in progress don't count, nor do those of a
# branch that are older than `:recently`; the branch's age is that of its first version, and a version's tags are those
# it had when the result was posted.
_TAKEN_OVER_BY_BRANCH = (
    (
        "SELECT 1 FROM verified_contents o WHERE o.pact_version_id = :content AND o.branch_id = :branch"
        " AND NOT o.wip AND o.verified_at >= :recently"
    ),
    (
        "SELECT 1 FROM verifications r WHERE r.pact_version_id = :content AND r.success AND NOT r.wip"
        " AND r.created_at >= :recently AND r.moment < coalesce(:existed, 9e18)"
        " AND EXISTS (SELECT 1 FROM branch_versions bv WHERE bv.version_id = r.provider_version_id)"
    ),
)
_TAKEN_OVER_BY_TAG = (
    (
        "SELECT 1 FROM verifications r CROSS JOIN verification_tags t ON t.verification_id = r.id AND t.name = :tag"
        " WHERE r.pact_version_id = :content AND r.success AND NOT r.wip"
    ),
    (
        "SELECT 1 FROM verifications r WHERE r.pact_version_id = :content AND r.success AND NOT r.wip"
        " AND r.moment < coalesce(:existed, 9e18)"
        " AND EXISTS (SELECT 1 FROM verification_tags t WHERE t.verification_id = r.id)"
    ),
)
_LOOK_BACK = timedelta(days=30)
"""How old a branch's success may be to end work in progress: a real broker's default."""
_AGE_OF_BRANCH = "b.moment"
_AGE_OF_FIRST_VERSION = (
    "(SELECT v.moment FROM branch_versions first JOIN versions v ON v.id = first.version_id"
    " WHERE first.branch_id = b.id ORDER BY first.id LIMIT 1)"
)


def is_pending(
    db: sqlite3.Connection, provider_id: int, content: int, *, branch: str | None, tags: Sequence[str]
) -> bool:
    """Return whether a failure for this content may not fail the provider's build yet.

    Args:
        db: the open transaction.
        provider_id: the provider.
        content: the pact version's id.
        branch: the provider version's branch.
        tags: its tags, which count where there is no branch: it is pending if one of them hasn't verified it.
    """
    if branch is not None:
        return not _any(db, _BY_BRANCH, _branch(db, provider_id, branch, _AGE_OF_BRANCH), content)
    if tags:
        return any(not _any(db, _BY_TAG, _tag(db, provider_id, tag), content) for tag in tags)
    return not _any(db, _AT_ALL, {}, content)


def unverified(
    db: sqlite3.Connection, provider_id: int, contents: Iterable[int], *, branch: str | None, tags: Sequence[str]
) -> set[int]:
    """Return those of the contents that are still in progress for the branch, or for one of the tags."""
    if branch is None:
        queries = _TAKEN_OVER_BY_TAG
        owners = [_tag(db, provider_id, tag) for tag in tags]
    else:
        queries = _TAKEN_OVER_BY_BRANCH
        owners = [_branch(db, provider_id, branch, _AGE_OF_FIRST_VERSION)]
    return {content for content in contents if any(not _any(db, queries, owner, content) for owner in owners)}


def _branch(db: sqlite3.Connection, provider_id: int, name: str, age: str) -> dict[str, Any]:
    row = db.execute(
        f"SELECT b.id, {age} AS moment FROM branches b WHERE b.pacticipant_id = ? AND b.name = ?",  # noqa: S608 - constants
        (provider_id, name),
    ).fetchone()
    recently = stored(datetime.now(UTC) - _LOOK_BACK)
    return {"branch": row and row["id"], "existed": row and row["moment"], "recently": recently}


def _tag(db: sqlite3.Connection, provider_id: int, name: str) -> dict[str, Any]:
    (moment,) = db.execute(
        "SELECT min(moment) FROM tags WHERE pacticipant_id = ? AND name = ?", (provider_id, name)
    ).fetchone()
    return {"tag": name, "existed": moment}


def _any(db: sqlite3.Connection, queries: Sequence[str], values: Mapping[str, Any], content: int) -> bool:
    return any(db.execute(query + " LIMIT 1", {**values, "content": content}).fetchone() for query in queries)
