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
from contracts.broker.embedded.records.pacts import PublicationRecord, named_publications, publications
from contracts.broker.embedded.records.participants import Pacticipant
from contracts.broker.embedded.verified import is_pending, unverified


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
            is_pending(db, provider.id, publication.pact_version_id, branch=query.branch, tags=query.tags)
            if query.pending
            else None,
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


# Each begins with the provider's few consumers and goes by index from there: the history isn't read.
_CONSUMERS = (
    "SELECT x.id{name} FROM integrations i CROSS JOIN pacticipants c ON c.id = i.consumer_id"
    " AND (:consumer IS NULL OR c.name = :consumer)"
)
_ITS_PACT = " CROSS JOIN publications x ON x.consumer_version_id = {version} AND x.provider_id = i.provider_id"
_OF_PROVIDER = " WHERE i.provider_id = :provider"
_OF_HEADS = (
    _CONSUMERS.format(name="")
    + " CROSS JOIN branches b ON b.pacticipant_id = c.id{named}"
    + _ITS_PACT.format(version="b.head_id")
    + _OF_PROVIDER
)
_OF_MAIN_BRANCH = _OF_HEADS.format(named=" AND b.name = c.main_branch")
_OF_BRANCH = _OF_HEADS.format(named=" AND b.name = :branch")
_OF_EVERY_BRANCH = _OF_HEADS.format(named="")
_OF_TAG = (
    _CONSUMERS.format(name="")
    + " CROSS JOIN tags t ON t.pacticipant_id = c.id AND t.name = :tag"
    + _ITS_PACT.format(version="t.version_id")
    + _OF_PROVIDER
)
_OF_TAG_HEAD = _CONSUMERS.format(name="") + (
    _ITS_PACT.format(version="(SELECT max(version_id) FROM tags WHERE pacticipant_id = c.id AND name = :tag)")
    + _OF_PROVIDER
)
_LATEST = _CONSUMERS.format(name="") + (
    _ITS_PACT.format(
        version="(SELECT max(o.consumer_version_id) FROM publications o"
        " WHERE o.consumer_id = i.consumer_id AND o.provider_id = i.provider_id)"
    )
    + _OF_PROVIDER
)
_LIVE = (
    "SELECT x.id FROM live_versions l CROSS JOIN publications x ON x.consumer_version_id = l.version_id"
    " AND x.provider_id = :provider JOIN pacticipants c ON c.id = x.consumer_id"
    " JOIN environments e ON e.id = l.environment_id"
    " WHERE (:kind IS NULL OR l.kind = :kind) AND (:environment IS NULL OR e.name = :environment)"
    " AND (:consumer IS NULL OR c.name = :consumer)"
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
    values: dict[str, Any] = {
        "provider": provider.id,
        "consumer": selector.consumer,
        "branch": selector.branch,
        "tag": selector.tag,
        "environment": selector.environment,
        "kind": "deployed" if selector.deployed else "released" if selector.released else None,
    }
    return [(publication, selector) for publication in publications(db, _chosen_by(selector), values)]


def _chosen_by(selector: ConsumerSelector) -> str:
    place = selector.deployed or selector.released or selector.environment is not None
    tag = selector.tag is not None
    kinds = (
        (place, _LIVE),
        (selector.main_branch, _OF_MAIN_BRANCH),
        (selector.branch is True, _OF_EVERY_BRANCH),
        (selector.branch is not None, _OF_BRANCH),
        (tag and selector.latest, _OF_TAG_HEAD),
        (tag, _OF_TAG),
    )
    return next((chosen for holds, chosen in kinds if holds), _LATEST)


def _default_selectors(db: sqlite3.Connection, provider: Pacticipant) -> list[ConsumerSelector]:
    rows = db.execute(
        "SELECT c.name, c.main_branch,"
        " EXISTS (SELECT 1 FROM branch_heads h WHERE h.pacticipant_id = c.id AND h.name ="
        " c.main_branch) AS branch,"
        " EXISTS (SELECT 1 FROM tags t WHERE t.pacticipant_id = c.id AND t.name = c.main_branch) AS tag"
        " FROM integrations i JOIN pacticipants c ON c.id = i.consumer_id WHERE i.provider_id = ?"
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


_NAMED_HEADS = (
    _CONSUMERS.format(name=", b.name")
    + " CROSS JOIN branches b ON b.pacticipant_id = c.id"
    + _ITS_PACT.format(version="b.head_id")
    + f"{_OF_PROVIDER} AND x.created_at > :since"
)
_NAMED_TAG_HEADS = (
    _CONSUMERS.format(name=", t.name")
    + " CROSS JOIN tag_heads t ON t.pacticipant_id = c.id"
    + _ITS_PACT.format(version="t.version_id")
    + f"{_OF_PROVIDER} AND x.created_at > :since"
)


def _work_in_progress(
    db: sqlite3.Connection, provider: Pacticipant, query: VerificationQuery, named: set[int]
) -> list[Found]:
    values = {"provider": provider.id, "since": query.wip_since, "consumer": None}
    branches, tags = (named_publications(db, chosen, values) for chosen in (_NAMED_HEADS, _NAMED_TAG_HEADS))
    heads = [(publication, ConsumerSelector(branch=name, latest=True)) for name, publication in branches]
    heads += [(publication, ConsumerSelector(tag=name, latest=True)) for name, publication in tags]
    contents = {publication.pact_version_id for publication, _ in heads} - named
    in_progress = unverified(db, provider.id, contents, branch=query.branch, tags=query.tags)
    return [(publication, selector) for publication, selector in heads if publication.pact_version_id in in_progress]
