"""Pacticipants, versions, branches and tags as documents."""

from __future__ import annotations

import re
import sqlite3
from collections.abc import Sequence
from typing import Any

from contracts.broker.embedded.documents.environments import label
from contracts.broker.embedded.hal import Addresses, link, moment
from contracts.broker.embedded.records.deployments import Kind, environments, find_environment, placements_now
from contracts.broker.embedded.records.pacts import published_by
from contracts.broker.embedded.records.participants import (
    BranchVersion,
    Pacticipant,
    Version,
    branches_of,
    latest_version,
    tags_of,
)


def short_version(name: str, number: str, at: Addresses) -> dict[str, Any]:
    """Return a version as part of another document."""
    return {"number": number, "_links": {"self": link(at.version(name, number), "Version", number)}}


def pacticipant_document(db: sqlite3.Connection, pacticipant: Pacticipant, at: Addresses) -> dict[str, Any]:
    """Return a pacticipant with the links that clients follow from it."""
    here = at.pacticipant(pacticipant.name)
    known = {
        "displayName": pacticipant.display_name or _spelled_out(pacticipant.name),
        "mainBranch": pacticipant.main_branch,
        "repositoryUrl": pacticipant.repository_url,
        "repositoryName": pacticipant.repository_name,
        "repositoryNamespace": pacticipant.repository_namespace,
    }
    latest = latest_version(db, pacticipant.name)
    return {
        "name": pacticipant.name,
        **{key: value for key, value in known.items() if value is not None},
        "updatedAt": moment(pacticipant.updated_at),
        "createdAt": moment(pacticipant.created_at),
        "_embedded": {
            **({"latestVersion": short_version(pacticipant.name, latest.number, at)} if latest else {}),
            "labels": [],
        },
        "_links": {
            "self": link(here),
            "pb:versions": link(f"{here}/versions"),
            "pb:version": link(f"{here}/versions/{{version}}", "A version", templated=True),
            "pb:version-tag": link(f"{here}/versions/{{version}}/tags/{{tag}}", "A version's tag", templated=True),
            "pb:branch-version": link(
                f"{here}/branches/{{branch}}/versions/{{version}}", "A version on a branch", templated=True
            ),
        },
    }


def _spelled_out(name: str) -> str:
    return " ".join(word[:1].upper() + word[1:] for word in re.split(r"[-_\s]+", name))


def branch_member(member: BranchVersion, at: Addresses) -> dict[str, Any]:
    """Return a version's branch as part of another document."""
    here = at.branch_version(member.pacticipant, member.branch, member.number)
    return {
        "name": member.branch,
        "latest": member.latest,
        "_links": {"self": link(here, "Branch version", member.branch)},
    }


def branch_version_document(member: BranchVersion, at: Addresses) -> dict[str, Any]:
    """Return a version as a member of a branch."""
    return {
        "createdAt": moment(member.created_at),
        "_links": {
            "self": link(at.branch_version(member.pacticipant, member.branch, member.number), "Branch version"),
            "pb:branch": link(at.branch(member.pacticipant, member.branch), "Branch", member.branch),
            "pb:version": link(at.version(member.pacticipant, member.number), "Version", member.number),
        },
    }


def tag_document(name: str, number: str, tag: str, created_at: str, at: Addresses) -> dict[str, Any]:
    """Return a version's tag."""
    return {
        "name": tag,
        "createdAt": moment(created_at),
        "_links": {
            "self": link(at.tag(name, number, tag), "Tag", tag),
            "version": link(at.version(name, number), "Pacticipant version", number),
            "pacticipant": link(at.pacticipant(name), "Pacticipant", name),
        },
    }


def version_document(db: sqlite3.Connection, version: Version, at: Addresses) -> dict[str, Any]:
    """Return a version: its branches, tags and pacts, where it runs, and where that is recorded."""
    name, number = version.pacticipant, version.number
    tags = [
        {"name": tag, "latest": latest, "_links": {"self": link(at.tag(name, number, tag), "Tag", tag)}}
        for tag, latest, _ in tags_of(db, version.id)
    ]
    return {
        "number": number,
        **({"buildUrl": version.build_url} if version.build_url else {}),
        "updatedAt": moment(version.updated_at),
        "createdAt": moment(version.created_at),
        "_embedded": {
            "branchVersions": [branch_member(member, at) for member in branches_of(db, version.id)],
            "tags": tags,
        },
        "_links": {
            "self": link(at.version(name, number), "Version", number),
            "pb:pacticipant": link(at.pacticipant(name), "Pacticipant", name),
            "pb:tag": link(at.version(name, number) + "/tags/{tag}", "A tag of this version", templated=True),
            "pb:pact-versions": [
                link(
                    at.pact(pact.provider, pact.consumer, pact.number),
                    "Pact",
                    pact_name(pact.consumer, number, pact.provider),
                )
                for pact in published_by(db, version.id)
            ],
            **_place_links(db, version, at),
        },
    }


def pact_name(consumer: str, number: str, provider: str) -> str:
    """Return what a pact is called in links."""
    return f"{consumer} {number} and {provider}"


def versions_document(db: sqlite3.Connection, versions: Sequence[Version], here: str, at: Addresses) -> dict[str, Any]:
    """Return a list of versions; `here` is its own address."""
    members = [version_document(db, version, at) for version in versions]
    return {
        "_embedded": {"versions": members},
        "_links": {
            "self": link(here, "Versions"),
            "pb:versions": [link(at.version(one.pacticipant, one.number), "Version", one.number) for one in versions],
        },
    }


def _place_links(db: sqlite3.Connection, version: Version, at: Addresses) -> dict[str, Any]:
    links: dict[str, Any] = {}
    kinds: tuple[tuple[Kind, str], ...] = (("deployed", "deployment"), ("released", "release"))
    for kind, _ in kinds:
        links[f"pb:{kind}-environments"] = [
            link(
                at.placement(kind, place.uuid),
                f"{kind.capitalize()} version",
                _environment_name(db, place.environment_id),
            )
            for place in placements_now(db, kind, version.id)
        ]
    for kind, verb in kinds:
        links[f"pb:record-{verb}"] = [
            link(
                at.record(version.pacticipant, version.number, kind, environment.uuid),
                f"Record a {verb} to {label(environment)}",
                environment.name,
            )
            for environment in environments(db)
        ]
    return links


def _environment_name(db: sqlite3.Connection, environment_id: int) -> str:
    environment = find_environment(db, id=environment_id)
    return environment.name if environment else ""
