"""Republishing an embedded broker's file to any Pact Broker, in the order in which things happened.

Each step is safe to repeat, so that a push that was cut off is run again: what is there already is left alone. A
result has no name that it could be recognised by; how many of a content and a version are there is counted instead.
"""

from __future__ import annotations

import base64
import json
import sqlite3
from collections import Counter
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from contracts.broker import hal
from contracts.broker.answer import BrokerAnswer
from contracts.broker.client import BrokerClient
from contracts.broker.embedded.history import (
    BranchStep,
    HistoryStep,
    PactStep,
    PastPlacement,
    ResultStep,
    TagStep,
    VersionStep,
    count_steps,
    history,
    past_placements,
)
from contracts.broker.embedded.records.deployments import EnvironmentRecord, environments
from contracts.broker.embedded.records.pacts import content_of
from contracts.broker.embedded.records.participants import Pacticipant, all_pacticipants, count_versions
from contracts.broker.embedded.store import existing_store

_KNOWN, _MADE = 200, 201
_MOST_ROWS = "1000"
_STILL = {"deployed": "currentlyDeployed", "released": "currentlySupported"}
_LISTS = {
    "deployed": ("pb:currently-deployed-deployed-versions", "deployedVersions"),
    "released": ("pb:currently-supported-released-versions", "releasedVersions"),
}


@dataclass(frozen=True, slots=True)
class PushReport:
    """What a push did.

    Attributes:
        sent: how many of each kind were sent.
        known: how many of each kind were there already.
        versions: for each pacticipant, how many versions there are here and there.
        left_behind: what can't be carried, in words.
    """

    sent: Mapping[str, int]
    known: Mapping[str, int]
    versions: Mapping[str, tuple[int, int | None]]
    left_behind: tuple[str, ...]


def push(database: Path, client: BrokerClient, progress: Callable[[int, int], None]) -> PushReport:
    """Republish what a broker's file holds.

    Args:
        database: the file; it is read as it is when the push begins.
        client: the broker that gets it.
        progress: is told how many steps are done, and how many there are.

    Raises:
        StorageError: the file isn't there or can't be read.
        BrokerError: the broker can't be reached, refused, or holds another pact under a version's number.
    """
    store = existing_store(database)
    with store.read() as db:
        run = _Push(client, db)
        for owner in all_pacticipants(db):
            run.pacticipant(owner)
        total = count_steps(db)
        for done, step in enumerate(history(db), start=1):
            run.step(step)
            progress(done, total)
        run.placements(environments(db), past_placements(db))
        versions = {
            owner.name: (count_versions(db, owner.id), run.versions_there(owner.name)) for owner in all_pacticipants(db)
        }
        left_behind = _left_behind(db)
    return PushReport(dict(run.sent), dict(run.known), versions, left_behind)


def _left_behind(db: sqlite3.Connection) -> tuple[str, ...]:
    ended = sum(one.ended for one in past_placements(db))
    hooks = int(db.execute("SELECT count(*) FROM webhooks").fetchone()[0])
    texts = ["the times: there, each thing is from when it was pushed"]
    if ended:
        texts.append(f"where versions were deployed or released before ({ended})")
    if hooks:
        texts.append(f"webhooks ({hooks}): their credentials are not taken out of this broker")
    return tuple(texts)


@dataclass
class _Push:
    client: BrokerClient
    db: sqlite3.Connection
    sent: Counter[str] = field(default_factory=Counter)
    known: Counter[str] = field(default_factory=Counter)
    # Versions that this push made: nothing else can be known of them there.
    made: set[tuple[str, str]] = field(default_factory=set)
    pacts: dict[int, dict[str, Any]] = field(default_factory=dict)
    results: dict[tuple[int, str], int] = field(default_factory=dict)

    def pacticipant(self, owner: Pacticipant) -> None:
        """Make a pacticipant, or tell what is known of it."""
        fields = {
            "displayName": owner.display_name,
            "mainBranch": owner.main_branch,
            "repositoryUrl": owner.repository_url,
            "repositoryName": owner.repository_name,
            "repositoryNamespace": owner.repository_namespace,
        }
        body = {key: value for key, value in fields.items() if value is not None}
        url = self.client.link("pb:pacticipant", pacticipant=owner.name)
        if self.client.find(url, doing=f"asking for {owner.name}") is None:
            made = {"name": owner.name, **body}
            self._put("pacticipants", "POST", self.client.link("pb:pacticipants"), made, f"making {owner.name}")
        elif body:
            self._put("pacticipants", "PATCH", url, body, f"changing {owner.name}")

    def step(self, step: HistoryStep) -> None:
        """Do one step again."""
        match step:
            case VersionStep():
                self._version(step)
            case BranchStep():
                url = self.client.link(
                    "pb:pacticipant-branch-version",
                    pacticipant=step.pacticipant,
                    branch=step.branch,
                    version=step.number,
                )
                doing = f"putting {step.pacticipant} {step.number} on {step.branch}"
                self._put("members of branches", "PUT", url, {}, doing)
            case TagStep():
                self._tag(step)
            case PactStep():
                self._pact(step)
            case ResultStep():
                self._result(step)

    def _version(self, step: VersionStep) -> None:
        url = self.client.link("pb:pacticipant-version", pacticipant=step.pacticipant, version=step.number)
        body = {"buildUrl": step.build_url} if step.build_url else {}
        if self._put("versions", "PUT", url, body, f"making {step.pacticipant} {step.number}").status == _MADE:
            self.made.add((step.pacticipant, step.number))

    def _tag(self, step: TagStep) -> None:
        url = self.client.link(
            "pb:pacticipant-version-tag", pacticipant=step.pacticipant, version=step.number, tag=step.tag
        )
        # Putting it again could deploy the version to an environment of that name.
        if (step.pacticipant, step.number) not in self.made and self.client.find(url, doing="asking for a tag"):
            self.known["tags"] += 1
            return
        self._put("tags", "PUT", url, {}, f"tagging {step.pacticipant} {step.number} {step.tag}")

    def _pact(self, step: PactStep) -> None:
        url = self.client.link(
            "pb:publish-pact", provider=step.provider, consumer=step.consumer, consumerApplicationVersion=step.number
        )
        doing = f"publishing the pact of {step.consumer} {step.number} with {step.provider}"
        answer = self._put("pacts", "PUT", url, _without_ids(content_of(self.db, step.content_id)), doing)
        self.pacts.setdefault(step.content_id, answer.mapping())

    def _result(self, step: ResultStep) -> None:
        key = (step.content_id, step.provider_version)
        if key not in self.results:
            fresh = (step.provider, step.provider_version) in self.made
            self.results[key] = 0 if fresh else self._results_there(step)
        if self.results[key] > 0:
            self.results[key] -= 1
            self.known["results"] += 1
            return
        pact = self.pacts[step.content_id]
        body = {
            "success": step.success,
            "providerApplicationVersion": step.provider_version,
            "verifiedBy": step.verified_by,
            **({"buildUrl": step.build_url} if step.build_url else {}),
        }
        if step.test_results is not None:
            body["testResults"] = _with_ids_of(pact, content_of(self.db, step.content_id), step.test_results)
        url = hal.link(pact, "pb:publish-verification-results")
        if step.wip:
            # The address says that the pact was work in progress, as a selection's does.
            there = base64.urlsafe_b64encode(b"w=true").decode().rstrip("=")
            url = f"{hal.link(pact, 'pb:pact-version')}/metadata/{there}/verification-results"
        doing = f"posting the result of {step.provider} {step.provider_version}"
        self._put("results", "POST", url, body, doing, repeatable=False)

    def _results_there(self, step: ResultStep) -> int:
        named = (
            ("q[][pacticipant]", step.consumer),
            ("q[][version]", step.consumer_version),
            ("q[][pacticipant]", step.provider),
            ("q[][version]", step.provider_version),
            ("limit", _MOST_ROWS),
        )
        rows = self.client.get("matrix", doing="asking for the results that are there", params=named).get("matrix", [])
        return sum(bool(row.get("verificationResult")) for row in rows)

    def placements(self, places: list[EnvironmentRecord], past: list[PastPlacement]) -> None:
        """Make the environments and record what is in them now; what has ended since is ended there too."""
        known = self._environments()
        for place in places:
            if place.name not in known:
                fields = {"displayName": place.display_name, "contacts": place.contacts}
                body = {"name": place.name, "production": place.production}
                body |= {key: value for key, value in fields.items() if value is not None}
                url = self.client.link("pb:environments")
                self._put("environments", "POST", url, body, f"making the environment {place.name}", repeatable=False)
            else:
                self.known["environments"] += 1
        there = self._environments()
        for place in places:
            mine = [one for one in past if one.environment == place.name]
            for kind in _STILL:
                self._settle(there[place.name], kind, [one for one in mine if one.kind == kind])

    def _environments(self) -> dict[str, dict[str, Any]]:
        listed = self.client.get(self.client.link("pb:environments"), doing="listing the environments")
        addresses = [one["href"] for one in hal.links(listed, "pb:environments")]
        found = [self.client.get(url, doing="reading an environment") for url in addresses]
        return {str(one["name"]): one for one in found}

    def _settle(self, place: Mapping[str, Any], kind: str, mine: list[PastPlacement]) -> None:
        relation, member = _LISTS[kind]
        listed = self.client.get(hal.link(place, relation), doing=f"asking what is {kind} to {place['name']}")
        there = {_placed(one): one for one in listed.get("_embedded", {}).get(member, [])}
        current = [one for one in mine if not one.ended]
        wanted = {(one.pacticipant, one.number, one.instance) for one in current}
        for placement in current:
            if (placement.pacticipant, placement.number, placement.instance) in there:
                self.known[f"{kind} versions"] += 1
            else:
                self._record(placement)
        for past in mine:
            key = (past.pacticipant, past.number, past.instance)
            if past.ended and key in there and key not in wanted:
                url = there.pop(key)["_links"]["self"]["href"]
                doing = f"ending {past.pacticipant} {past.number} in {past.environment}"
                self._put(f"ended {kind} versions", "PATCH", url, {_STILL[kind]: False}, doing)

    def _record(self, placement: PastPlacement) -> None:
        version = self.client.get(
            self.client.link("pb:pacticipant-version", pacticipant=placement.pacticipant, version=placement.number),
            doing=f"asking for {placement.pacticipant} {placement.number}",
        )
        relation = "pb:record-deployment" if placement.kind == "deployed" else "pb:record-release"
        url = next(one["href"] for one in hal.links(version, relation) if one.get("name") == placement.environment)
        body = {"applicationInstance": placement.instance} if placement.instance else {}
        doing = f"recording {placement.pacticipant} {placement.number} in {placement.environment}"
        self._put(f"{placement.kind} versions", "POST", url, body, doing)

    def versions_there(self, name: str) -> int | None:
        """Return how many versions of a pacticipant the broker has; None where it doesn't say."""
        url = self.client.link("pb:pacticipant", pacticipant=name)
        listed = self.client.find(f"{url}/versions", doing="counting the versions", params=[("pageSize", "1")])
        page = (listed or {}).get("page")
        return page.get("totalElements") if isinstance(page, dict) else None

    def _put(self, kind: str, method: str, url: str, body: Any, doing: str, *, repeatable: bool = True) -> BrokerAnswer:
        content_type = "application/merge-patch+json" if method == "PATCH" else "application/json"
        answer = self.client.send(method, url, body, repeatable=repeatable, content_type=content_type)
        if answer.status not in (_KNOWN, _MADE):
            raise answer.refusal(doing)
        (self.sent if answer.status == _MADE else self.known)[kind] += 1
        return answer


def _placed(one: Mapping[str, Any]) -> tuple[str, str, str | None]:
    embedded = one["_embedded"]
    return embedded["pacticipant"]["name"], embedded["version"]["number"], one.get("applicationInstance")


_PARTS = ("interactions", "messages")


def _without_ids(pact: dict[str, Any]) -> dict[str, Any]:
    """Return a pact as it was published: the ids of its interactions are the broker's own."""
    parts = {part: [_bare(one) for one in pact[part]] for part in _PARTS if isinstance(pact.get(part), list)}
    return {**pact, **parts}


def _bare(interaction: Any) -> Any:
    if not isinstance(interaction, dict):
        return interaction
    return {key: value for key, value in interaction.items() if key != "_id"}


def _with_ids_of(there: Mapping[str, Any], here: Mapping[str, Any], test_results: Any) -> Any:
    """Return test results that name the interactions by the ids of the broker that they go to."""
    ids: dict[str, str] = {}
    known = {_written(one): one.get("_id") for one in _interactions(there)}
    for interaction in _interactions(here):
        other = known.get(_written(interaction))
        if other is not None:
            ids[str(interaction.get("_id"))] = str(other)

    def renamed(value: Any) -> Any:
        if isinstance(value, list):
            return [renamed(inner) for inner in value]
        if isinstance(value, dict):
            changed = {key: renamed(inner) for key, inner in value.items()}
            if isinstance(changed.get("interactionId"), str):
                changed["interactionId"] = ids.get(changed["interactionId"], changed["interactionId"])
            return changed
        return value

    return renamed(test_results)


def _interactions(pact: Mapping[str, Any]) -> list[dict[str, Any]]:
    listed = [one for part in _PARTS if isinstance(pact.get(part), list) for one in pact[part]]
    return [one for one in listed if isinstance(one, dict)]


def _written(interaction: dict[str, Any]) -> str:
    return json.dumps(_bare(interaction), sort_keys=True)
