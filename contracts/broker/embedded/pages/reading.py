"""Reading the pages from the broker's file: each is one consistent state of it."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterable

from contracts.broker.embedded.documents.environments import label
from contracts.broker.embedded.matrix_answer import Query, Selector
from contracts.broker.embedded.matrix_rows import ask
from contracts.broker.embedded.pages.results import shown_result, shown_tests
from contracts.broker.embedded.pages.values import (
    OverviewPage,
    PacticipantPage,
    ShownAnswer,
    ShownPair,
    ShownPlace,
    ShownPlacement,
    ShownReason,
    ShownVersion,
    VersionPage,
)
from contracts.broker.embedded.records.deployments import (
    EnvironmentRecord,
    current_placements,
    environments,
    environments_of,
)
from contracts.broker.embedded.records.pacts import (
    PublicationRecord,
    content_of,
    latest_publications,
    published_by,
)
from contracts.broker.embedded.records.participants import (
    Pacticipant,
    Version,
    all_pacticipants,
    branches_of,
    count_versions,
    main_version,
    tags_of,
    versions_of,
)
from contracts.broker.embedded.records.results import latest_result, results_of_provider_version

_VERSIONS = 50
_RESULTS = 100
"""How many versions, and how many results, a page shows; it says how many more there are."""


def overview(db: sqlite3.Connection) -> OverviewPage:
    """Return the first page."""
    places = environments(db)
    heads = [main_version(db, one.id) for one in all_pacticipants(db)]
    production = [place for place in places if place.production]
    return OverviewPage(
        pairs=_pairs(db, latest_publications(db)),
        places=[_place(db, place) for place in places],
        answers=[_answer(db, head, place) for place in production for head in heads if head is not None],
        pacticipants=[
            _version(db, head) if head else owner.name for owner, head in zip(all_pacticipants(db), heads, strict=True)
        ],
    )


def pacticipant_page(db: sqlite3.Connection, owner: Pacticipant) -> PacticipantPage:
    """Return a pacticipant's page."""
    pacts = [*latest_publications(db, provider=owner.name), *latest_publications(db, consumer=owner.name)]
    return PacticipantPage(
        name=owner.name,
        main_branch=owner.main_branch,
        repository_url=owner.repository_url,
        pairs=_pairs(db, dict.fromkeys(pacts)),
        versions=[_version(db, one) for one in versions_of(db, owner.id, start=0, end=_VERSIONS)],
        total=count_versions(db, owner.id),
    )


def version_page(db: sqlite3.Connection, version: Version) -> VersionPage:
    """Return a version's page."""
    found = results_of_provider_version(db, version.id, limit=_RESULTS + 1)
    return VersionPage(
        version=_version(db, version),
        build_url=version.build_url,
        answers=[_answer(db, version, place) for place in environments(db)],
        pacts=_pairs(db, published_by(db, version.id)),
        results=[shown_result(result, number) for result, number in found[:_RESULTS]],
        more_results=max(0, len(found) - _RESULTS),
    )


def _pairs(db: sqlite3.Connection, pacts: Iterable[PublicationRecord]) -> list[ShownPair]:
    shown = []
    for pact in pacts:
        result = latest_result(db, pact.pact_version_id)
        shown.append(
            ShownPair(
                consumer=pact.consumer,
                consumer_version=pact.number,
                provider=pact.provider,
                published_at=pact.created_at,
                result=shown_result(result, pact.number) if result else None,
                tests=shown_tests(content_of(db, pact.pact_version_id), result),
            )
        )
    return sorted(shown, key=lambda pair: (pair.provider, pair.consumer))


def _place(db: sqlite3.Connection, place: EnvironmentRecord) -> ShownPlace:
    deployed = current_placements(db, "deployed", place, pacticipant=None, number=None)
    released = current_placements(db, "released", place, pacticipant=None, number=None)
    shown = [
        ShownPlacement(one.pacticipant, one.number, one.kind, one.instance, one.created_at)
        for one in (*deployed, *released)
    ]
    ordered = sorted(shown, key=lambda one: (one.pacticipant, one.kind, one.instance or ""))
    return ShownPlace(place.name, label(place), place.production, tuple(ordered))


def _answer(db: sqlite3.Connection, version: Version, place: EnvironmentRecord) -> ShownAnswer:
    named = Selector(version.pacticipant, number=version.number)
    answer = ask(db, Query((named,), latestby="cvpv", environment=place.name))
    reasons = tuple(ShownReason(reason.type, reason.text) for reason in answer.reasons)
    return ShownAnswer(version.pacticipant, version.number, place.name, answer.deployable, reasons)


def _version(db: sqlite3.Connection, version: Version) -> ShownVersion:
    return ShownVersion(
        pacticipant=version.pacticipant,
        number=version.number,
        branches=tuple(one.branch for one in branches_of(db, version.id)),
        tags=tuple(name for name, _, _ in tags_of(db, version.id)),
        places=tuple(place.name for place in environments_of(db, version.id)),
        created_at=version.created_at,
    )
