"""Reading the matrix: which versions a selector means, and the rows between them."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterable, Sequence
from typing import Any

from contracts.broker.embedded.matrix_answer import (
    NO_VERSION,
    Integration,
    MatrixAnswer,
    Query,
    Resolved,
    ResultRow,
    Selector,
    judge,
)


def ask(db: sqlite3.Connection, query: Query) -> MatrixAnswer:
    """Answer a query from the broker's file."""
    ignore = [entry for selector in query.ignore for entry in _resolve(db, selector, named=False, ignore=())]
    named = [entry for selector in query.selectors for entry in _resolve(db, selector, named=True, ignore=ignore)]
    integrations = _integrations(db, named, involving=query.infers or len(named) == 1)
    resolved = list(named)
    if query.infers:
        known = {entry.selector.pacticipant for entry in named}
        partners = dict.fromkeys(name for pair in integrations for name in (pair.consumer, pair.provider))
        for name in partners:
            if name not in known:
                resolved += _resolve(db, query.inferred(name), named=False, ignore=ignore)
    rows = _rows(db, resolved, every=query.latestby is None)
    return judge(query, rows[: query.limit], resolved, ignore, integrations)


def _resolve(db: sqlite3.Connection, selector: Selector, *, named: bool, ignore: Sequence[Resolved]) -> list[Resolved]:
    row = db.execute("SELECT id FROM pacticipants WHERE name = ?", (selector.pacticipant,)).fetchone()
    if row is None:
        return [Resolved(selector, NO_VERSION, None, selector.number, named)]
    owner = int(row["id"])
    whole = any(entry.pacticipant_id == owner and entry.selector.any_version for entry in ignore)
    if selector.any_version:
        return [Resolved(selector, owner, None, None, named, ignored=whole)]
    versions = _versions(db, owner, selector)
    if not versions:
        return [Resolved(selector, owner, NO_VERSION, selector.number, named, ignored=whole)]
    many = len(versions) > 1
    exact = {entry.version_id for entry in ignore if entry.pacticipant_id == owner}
    return [
        Resolved(selector, owner, version, number, named, ignored=whole or version in exact, one_of_many=many)
        for version, number in versions
    ]


# Each condition holds of versions `v`; `:id` is the pacticipant.
_CONDITIONS = {
    "environment": "v.id IN (SELECT l.version_id FROM live_versions l"
    " JOIN environments e ON e.id = l.environment_id WHERE e.name = :environment)",
    "tag": "v.id IN (SELECT version_id FROM tags WHERE pacticipant_id = :id AND name = :tag)",
    "number": "v.number = :number",
    "head": "v.id IN (SELECT version_id FROM branch_heads WHERE pacticipant_id = :id AND name = :branch)",
    "branch": "v.id IN (SELECT bv.version_id FROM branch_versions bv JOIN branches b ON b.id = bv.branch_id"
    " WHERE b.pacticipant_id = :id AND b.name = :branch)",
}
_MAIN = "(SELECT main_branch FROM pacticipants WHERE id = :id)"


def _versions(db: sqlite3.Connection, owner: int, selector: Selector) -> list[tuple[int, str]]:
    on_branch = _CONDITIONS["head" if selector.latest else "branch"]
    conditions = [_CONDITIONS[name] for name in ("environment", "tag", "number") if getattr(selector, name)]
    if selector.main_branch:
        conditions.append(on_branch.replace(":branch", _MAIN))
    if selector.branch:
        conditions.append(on_branch)
    # The plus keeps SQLite from walking through every version of the pacticipant where the others name a few.
    narrowed = conditions and not selector.number
    conditions.append("+v.pacticipant_id = :id" if narrowed else "v.pacticipant_id = :id")
    sql = f"SELECT v.id, v.number FROM versions v WHERE {' AND '.join(conditions)} ORDER BY v.id DESC"  # noqa: S608
    if selector.latest:
        sql += " LIMIT 1"
    values = {
        "id": owner,
        **{name: getattr(selector, name) for name in ("environment", "tag", "number", "branch")},
    }
    return [(int(row["id"]), str(row["number"])) for row in db.execute(sql, values)]


_PAIRS = (
    "SELECT pub.consumer_id, c.name AS consumer, pub.provider_id, p.name AS provider FROM {source} pub"
    " JOIN pacticipants c ON c.id = pub.consumer_id JOIN pacticipants p ON p.id = pub.provider_id WHERE "
)


def _integrations(db: sqlite3.Connection, named: Sequence[Resolved], *, involving: bool) -> list[Integration]:
    owners = [entry.pacticipant_id for entry in named]
    found: dict[tuple[int, int], Integration] = {}
    for entry in named:
        # A consumer needs the providers of this very version's pacts.
        whose = "pub.consumer_id = :consumer" if entry.version_id is None else "pub.consumer_version_id = :version"
        among = "" if involving else f" AND pub.provider_id IN ({_list(owners)})"
        values = {"consumer": entry.pacticipant_id, "version": entry.version_id}
        pairs = _PAIRS.format(source="integrations" if entry.version_id is None else "publications")
        for row in db.execute(pairs + whose + among, values):
            found[row["consumer_id"], row["provider_id"]] = Integration(**row, required=True)
    if involving:
        for row in db.execute(f"{_PAIRS.format(source='integrations')} pub.provider_id IN ({_list(owners)})"):
            found.setdefault((row["consumer_id"], row["provider_id"]), Integration(**row, required=False))
    return sorted(found.values(), key=lambda pair: (pair.consumer, pair.provider))


_ROW = (
    "SELECT c.name AS consumer, pub.consumer_id, pub.consumer_version_id, cv.number AS consumer_version,"
    " p.name AS provider, pub.provider_id, r.provider_version_id, v.number AS provider_version, pv.digest,"
    " pub.created_at AS published_at, r.id AS result, r.success, r.created_at AS verified_at"
    " FROM publications pub {join} JOIN pacticipants c ON c.id = pub.consumer_id"
    " JOIN pacticipants p ON p.id = pub.provider_id JOIN versions cv ON cv.id = pub.consumer_version_id"
    " JOIN pact_versions pv ON pv.id = pub.pact_version_id LEFT JOIN versions v ON v.id ="
    " r.provider_version_id"
    " WHERE {where}"
    " ORDER BY max(cv.created_at, coalesce(r.created_at, '')) DESC, pub.id DESC, r.id DESC"
)


def _rows(db: sqlite3.Connection, resolved: Sequence[Resolved], *, every: bool) -> list[ResultRow]:
    results = "verifications" if every else "latest_verifications"
    whole, exact = _whole(resolved), _exact(resolved)
    # Publications are found by index first: a disjunction over the rows themselves would read every one of them.
    published = (
        f"SELECT id FROM publications WHERE consumer_id IN ({whole})"  # noqa: S608 - ids of this file alone
        f" UNION ALL SELECT id FROM publications WHERE consumer_version_id IN ({exact})"
    )
    if len(resolved) == 1:
        verified = (
            f"SELECT id FROM publications WHERE provider_id IN ({whole})"  # noqa: S608 - ids of this file alone
            " UNION ALL SELECT x.id FROM verifications r JOIN publications x ON x.pact_version_id = r.pact_version_id"
            f" WHERE r.provider_version_id IN ({exact})"
        )
        join = f"LEFT JOIN {results} r ON r.pact_version_id = pub.pact_version_id"
        where = (
            f"pub.id IN ({published} UNION ALL {verified})"
            f" AND (pub.id IN ({published}) OR {_matches(resolved, 'r.provider')})"
        )
    else:
        owners = _list(entry.pacticipant_id for entry in resolved)
        named = _list(entry.pacticipant_id for entry in resolved if entry.named)
        join = (
            f"LEFT JOIN {results} r ON r.pact_version_id = pub.pact_version_id AND ({_matches(resolved, 'r.provider')})"
        )
        where = (
            f"pub.id IN ({published}) AND +pub.provider_id IN ({owners})"
            f" AND (+pub.consumer_id IN ({named}) OR +pub.provider_id IN ({named}))"
        )
    return [_row(dict(row)) for row in db.execute(_ROW.format(join=join, where=where))]


def _row(values: dict[str, Any]) -> ResultRow:
    success = values["success"]
    return ResultRow(**{**values, "success": None if success is None else bool(success)})


def _matches(resolved: Sequence[Resolved], side: str) -> str:
    # One term where one is enough: only then is it looked up in an index.
    whole, exact = _whole(resolved), _exact(resolved)
    terms = [f"{side}_id IN ({whole})"] if whole else []
    return " OR ".join([*terms, f"{side}_version_id IN ({exact})"] if exact or not terms else terms)


def _whole(resolved: Sequence[Resolved]) -> str:
    return _list(entry.pacticipant_id for entry in resolved if entry.version_id is None)


def _exact(resolved: Sequence[Resolved]) -> str:
    return _list(entry.version_id for entry in resolved if entry.version_id is not None)


def _list(ids: Iterable[int | None]) -> str:
    # Only ids of this file are ever written into SQL, never text from a request.
    return ", ".join(str(int(value)) for value in dict.fromkeys(ids) if value is not None)
