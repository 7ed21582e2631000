"""Which pacts a provider has to verify, and whether a failure may fail its build.

A pact is *pending* until the provider's branch (or tag) has verified its content successfully. *Work in
progress* are the heads of the consumers' branches and tags that the selectors leave out and that this branch
has not yet verified when they were asked for by name.
"""

from __future__ import annotations

import sqlite3
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any

from contracts.broker.embedded.consumer_selectors import ConsumerSelector, VerificationQuery
from contracts.broker.embedded.records.pacts import PublicationRecord, publications
from contracts.broker.embedded.records.participants import Pacticipant


@dataclass(frozen=True, slots=True)
class SelectedPublication:
    """A pact to verify: its content, the latest consumer version with it, and why it was selected."""

    publication: PublicationRecord
    selectors: tuple[ConsumerSelector, ...]
    pending: bool | None
    wip: bool = False


def select(db: sqlite3.Connection, provider: Pacticipant, query: VerificationQuery) -> list[SelectedPublication]:
    """Return the pacts that a provider has to verify."""
    found = _merged(_by_selectors(db, provider, query.selectors or _default_selectors(db, provider)))
    named = [
        SelectedPublication(
            publication,
            selectors,
            _is_pending(db, provider, publication, query) if query.pending else None,
        )
        for publication, selectors in found
    ]
    if query.wip_since is None:
        return named
    contents = {selected.publication.pact_version_id for selected in named}
    wip = _merged(_work_in_progress(db, provider, query, contents))
    pending = True if query.pending else None
    return named + [SelectedPublication(publication, selectors, pending, wip=True) for publication, selectors in wip]


Found = tuple[PublicationRecord, ConsumerSelector]


def _merged(found: Iterable[Found]) -> list[tuple[PublicationRecord, tuple[ConsumerSelector, ...]]]:
    groups: dict[int, list[Found]] = {}
    for publication, selector in found:
        groups.setdefault(publication.pact_version_id, []).append((publication, selector))
    merged = [
        (
            max(
                (publication for publication, _ in group),
                key=lambda publication: publication.consumer_version_id,
            ),
            tuple(dict.fromkeys(selector for _, selector in group)),
        )
        for group in groups.values()
    ]
    return sorted(merged, key=lambda item: (item[0].consumer.lower(), item[0].consumer_version_id))


_HEAD = "JOIN branch_heads h ON h.version_id = pub.consumer_version_id AND h.pacticipant_id = pub.consumer_id"
_TAG_HEAD = "JOIN tag_heads t ON t.version_id = pub.consumer_version_id AND t.pacticipant_id = pub.consumer_id"
_LIVE = (
    "pub.consumer_version_id IN (SELECT l.version_id FROM live_versions l"
    " JOIN environments e ON e.id = l.environment_id"
    " WHERE (:kind IS NULL OR l.kind = :kind) AND (:environment IS NULL OR e.name = :environment))"
)
_LATEST = (
    "pub.consumer_version_id = (SELECT max(o.consumer_version_id) FROM publications o"
    " WHERE o.consumer_id = pub.consumer_id AND o.provider_id = pub.provider_id)"
)


def _by_selectors(db: sqlite3.Connection, provider: Pacticipant, selectors: Sequence[ConsumerSelector]) -> list[Found]:
    found: list[Found] = []
    for selector in selectors:
        found += _by_selector(db, provider, selector)
    for selector in selectors:
        if selector.fallback_tag and not any(one.latest and one.tag == selector.tag for _, one in found):
            fallback = ConsumerSelector(tag=selector.fallback_tag, latest=True, consumer=selector.consumer)
            found += _by_selector(db, provider, fallback)
    return found


def _by_selector(db: sqlite3.Connection, provider: Pacticipant, selector: ConsumerSelector) -> list[Found]:
    join, condition = _condition(selector)
    values: dict[str, Any] = {
        "provider": provider.id,
        "consumer": selector.consumer,
        "branch": selector.branch,
        "tag": selector.tag,
        "environment": selector.environment,
        "kind": "deployed" if selector.deployed else "released" if selector.released else None,
    }
    owners = "pub.provider_id = :provider AND (:consumer IS NULL OR c.name = :consumer)"
    where = f"{join} WHERE {owners} AND {condition}"
    return [(publication, selector) for publication in publications(db, where, values)]


def _condition(selector: ConsumerSelector) -> tuple[str, str]:
    place = selector.deployed or selector.released or selector.environment is not None
    tag = selector.tag is not None
    kinds = (
        (place, "", _LIVE),
        (selector.main_branch, _HEAD, "h.name = c.main_branch"),
        (selector.branch is True, _HEAD, "1"),
        (selector.branch is not None, _HEAD, "h.name = :branch"),
        (tag and selector.latest, _TAG_HEAD, "t.name = :tag"),
        (tag, "", "pub.consumer_version_id IN (SELECT version_id FROM tags WHERE name = :tag)"),
    )
    return next(((join, condition) for holds, join, condition in kinds if holds), ("", _LATEST))


def _default_selectors(db: sqlite3.Connection, provider: Pacticipant) -> list[ConsumerSelector]:
    rows = db.execute(
        "SELECT DISTINCT c.name, c.main_branch,"
        " EXISTS (SELECT 1 FROM branch_heads h WHERE h.pacticipant_id = c.id AND h.name ="
        " c.main_branch) AS branch,"
        " EXISTS (SELECT 1 FROM tag_heads t WHERE t.pacticipant_id = c.id AND t.name = c.main_branch) AS tag"
        " FROM publications pub JOIN pacticipants c ON c.id = pub.consumer_id WHERE pub.provider_id = ?"
        " ORDER BY c.name",
        (provider.id,),
    )
    selectors: list[ConsumerSelector] = []
    for row in rows:
        if row["branch"]:
            selectors.append(ConsumerSelector(main_branch=True, consumer=row["name"]))
        elif row["tag"]:
            selectors.append(ConsumerSelector(tag=row["main_branch"], latest=True, consumer=row["name"]))
        else:
            selectors.append(ConsumerSelector(latest=True, consumer=row["name"]))
    return [*selectors, ConsumerSelector(deployed=True), ConsumerSelector(released=True)]


# A provider branch that is new takes over what other branches verified before it existed.
_VERIFIED_BY_BRANCH = (
    "SELECT 1 FROM verifications r JOIN branch_versions bv ON bv.version_id = r.provider_version_id"
    " JOIN branches b ON b.id = bv.branch_id WHERE r.pact_version_id = :content AND r.success"
    " AND (b.name = :name OR NOT EXISTS (SELECT 1 FROM branches own WHERE own.pacticipant_id = :provider"
    " AND own.name = :name AND own.moment <= r.moment))"
)
_VERIFIED_BY_TAG = (
    "SELECT 1 FROM verifications r JOIN tags t ON t.version_id = r.provider_version_id"
    " WHERE r.pact_version_id = :content AND r.success"
    " AND (t.name = :name OR NOT EXISTS (SELECT 1 FROM tags own WHERE own.pacticipant_id = :provider"
    " AND own.name = :name AND own.moment <= r.moment))"
)
_VERIFIED_AT_ALL = "SELECT 1 FROM verifications r WHERE r.pact_version_id = :content AND r.success"


def _is_pending(
    db: sqlite3.Connection, provider: Pacticipant, publication: PublicationRecord, query: VerificationQuery
) -> bool:
    values = {"provider": provider.id, "content": publication.pact_version_id}
    if query.branch is not None:
        return not _any(db, _VERIFIED_BY_BRANCH, {**values, "name": query.branch})
    if query.tags:
        return any(not _any(db, _VERIFIED_BY_TAG, {**values, "name": tag}) for tag in query.tags)
    return not _any(db, _VERIFIED_AT_ALL, values)


# The same for work in progress: results for a pact that was itself work in progress don't count, the branch's
# age is that of its first version, and a version's tags are those it had when the result was posted.
_TAKEN_OVER_BY_BRANCH = (
    "SELECT 1 FROM verifications r JOIN branch_versions bv ON bv.version_id = r.provider_version_id"
    " JOIN branches b ON b.id = bv.branch_id WHERE r.pact_version_id = :content AND r.success AND NOT r.wip"
    " AND (b.name = :name OR NOT EXISTS (SELECT 1 FROM branch_versions first JOIN versions v"
    " ON v.id = first.version_id JOIN branches own ON own.id = first.branch_id"
    " WHERE own.pacticipant_id = :provider AND own.name = :name AND v.moment <= r.moment"
    " AND first.id = (SELECT min(id) FROM branch_versions WHERE branch_id = own.id)))"
)
_TAKEN_OVER_BY_TAG = (
    "SELECT 1 FROM verifications r JOIN verification_tags t ON t.verification_id = r.id"
    " WHERE r.pact_version_id = :content AND r.success AND NOT r.wip"
    " AND (t.name = :name OR NOT EXISTS (SELECT 1 FROM tags own WHERE own.pacticipant_id = :provider"
    " AND own.name = :name AND own.moment <= r.moment))"
)


def _work_in_progress(
    db: sqlite3.Connection, provider: Pacticipant, query: VerificationQuery, named: set[int]
) -> list[Found]:
    owners = query.tags if query.branch is None else (query.branch,)
    verified = _TAKEN_OVER_BY_TAG if query.branch is None else _TAKEN_OVER_BY_BRANCH
    values: dict[str, Any] = {"provider": provider.id, "since": query.wip_since}
    heads = [
        (publication, selector(name))
        for selector, join, alias in ((_branch_head, _HEAD, "h"), (_tag_head, _TAG_HEAD, "t"))
        for name in _head_names(db, join, alias, values)
        for publication in publications(
            db,
            f"{join} WHERE pub.provider_id = :provider AND pub.created_at > :since AND {alias}.name = :name",
            {**values, "name": name},
        )
    ]
    return [
        (publication, selector)
        for publication, selector in heads
        if publication.pact_version_id not in named
        and any(
            not _any(db, verified, {"provider": provider.id, "content": publication.pact_version_id, "name": owner})
            for owner in owners
        )
    ]


def _branch_head(name: str) -> ConsumerSelector:
    return ConsumerSelector(branch=name, latest=True)


def _tag_head(name: str) -> ConsumerSelector:
    return ConsumerSelector(tag=name, latest=True)


def _head_names(db: sqlite3.Connection, join: str, alias: str, values: dict[str, Any]) -> list[str]:
    rows = db.execute(
        f"SELECT DISTINCT {alias}.name FROM publications pub {join}"  # noqa: S608 - constants only
        " WHERE pub.provider_id = :provider AND pub.created_at > :since ORDER BY 1",
        values,
    )
    return [str(row["name"]) for row in rows]


def _any(db: sqlite3.Connection, query: str, values: dict[str, Any]) -> bool:
    return bool(db.execute(f"SELECT EXISTS ({query})", values).fetchone()[0])
