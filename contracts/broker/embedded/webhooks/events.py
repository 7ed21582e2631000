"""What happened that others want to be told of: a pact was published, a result was posted.

Each puts calls into the queue, in the transaction that stores what happened: what was stored is told, and nothing
else is.
"""

from __future__ import annotations

import sqlite3
from collections.abc import Iterable, Mapping

from contracts.broker.embedded.hal import Addresses
from contracts.broker.embedded.records.pacts import PublicationRecord
from contracts.broker.embedded.records.participants import branches_of, find_version, tags_of
from contracts.broker.embedded.records.results import ResultRecord
from contracts.broker.embedded.records.webhooks import enqueue, webhooks_for
from contracts.broker.embedded.webhooks.template import VARIABLES

_STATUSES = {
    None: ("pending", "INPROGRESS", "pending", "pending"),
    True: ("success", "SUCCESSFUL", "succeeded", "success"),
    False: ("failure", "FAILED", "failed", "failed"),
}
_STATUS_NAMES = ("githubVerificationStatus", "bitbucketVerificationStatus", "azureDevOpsVerificationStatus")


def pact_was_published(
    db: sqlite3.Connection, pact: PublicationRecord, at: Addresses, *, build_url: str | None
) -> None:
    """Tell that a consumer version published a pact that it hadn't published before."""
    if not _anyone_listens(db):
        return
    variables = _of_pact(db, pact, at) | {"buildUrl": build_url or ""}
    _tell(db, "contract_published", pact, variables)
    if _has_changed(db, pact):
        _tell(db, "contract_content_changed", pact, variables)
    for version, branch, why in _required(db, pact):
        needed = {
            "providerVersionNumber": version,
            "providerVersionBranch": branch or "",
            "providerVersionDescriptions": ", ".join(why),
        }
        _tell(db, "contract_requiring_verification_published", pact, variables | needed, provider_version=version)


def result_was_posted(
    db: sqlite3.Connection, pact: PublicationRecord, result: ResultRecord, address: str, at: Addresses
) -> None:
    """Tell that a provider version verified a pact, and whether it succeeded."""
    if not _anyone_listens(db):
        return
    variables = _of_pact(db, pact, at) | {
        **_statuses(result.success),
        "providerVersionNumber": result.provider_version,
        "verificationResultUrl": address,
        "buildUrl": result.build_url or "",
    }
    version = find_version(db, result.provider, result.provider_version)
    if version is not None:
        variables["providerVersionBranch"] = "".join(one.branch for one in branches_of(db, version.id)[-1:])
        variables["providerVersionTags"] = ", ".join(name for name, _, _ in tags_of(db, version.id))
    outcome = "succeeded" if result.success else "failed"
    for event in ("provider_verification_published", f"provider_verification_{outcome}"):
        _tell(db, event, pact, variables, provider_version=result.provider_version)


def placeholder_variables(consumer: str | None, provider: str | None) -> dict[str, str]:
    """Return the variables of a call that is only a test, where there is no pact to speak of."""
    known = {"consumerName": consumer or "", "providerName": provider or "", "eventName": "test"}
    return {**dict.fromkeys(VARIABLES, ""), **_statuses(None), **known}


def variables_of(db: sqlite3.Connection, pact: PublicationRecord, at: Addresses) -> dict[str, str]:
    """Return the variables of a call that is only a test, about a pact that there is."""
    return _of_pact(db, pact, at) | {"eventName": "test"}


def _anyone_listens(db: sqlite3.Connection) -> bool:
    return bool(db.execute("SELECT 1 FROM webhooks WHERE enabled LIMIT 1").fetchone())


def _tell(
    db: sqlite3.Connection,
    event: str,
    pact: PublicationRecord,
    variables: Mapping[str, str],
    *,
    provider_version: str | None = None,
) -> None:
    for webhook in webhooks_for(db, event, pact.consumer, pact.provider):
        enqueue(
            db,
            webhook,
            event,
            {**variables, "eventName": event},
            pact_version_id=pact.pact_version_id,
            provider_version=provider_version,
        )


def _statuses(success: bool | None) -> dict[str, str]:
    return dict(zip((*_STATUS_NAMES, "gitlabVerificationStatus"), _STATUSES[success], strict=True))


def _of_pact(db: sqlite3.Connection, pact: PublicationRecord, at: Addresses) -> dict[str, str]:
    return {
        **dict.fromkeys(VARIABLES, ""),
        **_statuses(None),
        "consumerName": pact.consumer,
        "providerName": pact.provider,
        "consumerVersionNumber": pact.number,
        "consumerVersionBranch": "".join(one.branch for one in branches_of(db, pact.consumer_version_id)[-1:]),
        "consumerVersionTags": ", ".join(name for name, _, _ in tags_of(db, pact.consumer_version_id)),
        "pactUrl": at.pact_version(pact.provider, pact.consumer, pact.digest),
    }


_BEFORE = (
    "SELECT x.pact_version_id FROM publications x WHERE x.consumer_id = :consumer AND x.provider_id = :provider"
    " AND x.consumer_version_id < :version{where} ORDER BY x.consumer_version_id DESC LIMIT 1"
)
_ON_BRANCH = (
    " AND EXISTS (SELECT 1 FROM branch_versions bv JOIN branches b ON b.id = bv.branch_id"
    " WHERE bv.version_id = x.consumer_version_id AND b.name = :name)"
)
_WITH_TAG = " AND EXISTS (SELECT 1 FROM tags t WHERE t.version_id = x.consumer_version_id AND t.name = :name)"


def _has_changed(db: sqlite3.Connection, pact: PublicationRecord) -> bool:
    """Return whether the content isn't the one before it: on one of its branches, with one of its tags, or at all."""
    version = pact.consumer_version_id
    kinds = [(_ON_BRANCH, one.branch) for one in branches_of(db, version)]
    kinds += [(_WITH_TAG, name) for name, _, _ in tags_of(db, version)]
    for where, name in kinds or [("", "")]:
        values = {"consumer": pact.consumer_id, "provider": pact.provider_id, "version": version, "name": name}
        before = db.execute(_BEFORE.format(where=where), values).fetchone()
        if before is None or before["pact_version_id"] != pact.pact_version_id:
            return True
    return False


# The provider versions that somebody will ask about, each with the reason.
_ASKED = (
    "SELECT b.head_id AS version_id, 'latest from main branch' AS why FROM pacticipants p"
    " JOIN branches b ON b.pacticipant_id = p.id AND b.name = p.main_branch WHERE p.id = :provider"
    " UNION ALL SELECT l.version_id, CASE l.kind WHEN 'deployed' THEN 'deployed to ' ELSE 'released to ' END || e.name"
    " FROM live_versions l JOIN environments e ON e.id = l.environment_id JOIN versions v ON v.id = l.version_id"
    " WHERE v.pacticipant_id = :provider"
)


def _required(db: sqlite3.Connection, pact: PublicationRecord) -> Iterable[tuple[str, str | None, list[str]]]:
    """Return the provider versions that have no result for a content yet: number, branch, and why they matter."""
    rows = db.execute(
        f"SELECT a.version_id, a.why, v.number FROM ({_ASKED}) a JOIN versions v ON v.id = a.version_id"  # noqa: S608 - constants
        " WHERE NOT EXISTS (SELECT 1 FROM verifications r WHERE r.pact_version_id = :content"
        " AND r.provider_version_id = a.version_id) ORDER BY a.version_id, a.why",
        {"provider": pact.provider_id, "content": pact.pact_version_id},
    )
    found: dict[int, tuple[str, list[str]]] = {}
    for row in rows:
        found.setdefault(row["version_id"], (row["number"], []))[1].append(row["why"])
    for version_id, (number, why) in found.items():
        yield number, next((one.branch for one in reversed(branches_of(db, version_id))), None), why
