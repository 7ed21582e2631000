"""Versions of pacticipants, and the branches that they are on."""

from __future__ import annotations

from dataclasses import dataclass

from contracts.broker import hal
from contracts.broker.client import BrokerClient


def put_on_branch(client: BrokerClient, pacticipant: str, version: str, branch: str) -> None:
    """Make a version known and put it on its branch; a bare result would make it without one.

    Raises:
        BrokerError: the broker refused.
    """
    url = client.link("pb:pacticipant-branch-version", pacticipant=pacticipant, branch=branch, version=version)
    _put(client, url, f"putting {pacticipant} {version} on the branch {branch}")


@dataclass(frozen=True, slots=True)
class StoredVersion:
    """A version that a broker knows.

    Attributes:
        branches: those that it is on.
        tags: those that it has.
    """

    branches: tuple[str, ...]
    tags: tuple[str, ...]


def find_version(client: BrokerClient, pacticipant: str, version: str) -> StoredVersion | None:
    """Return what a broker says of a version, or None where it doesn't know it.

    Raises:
        BrokerError: the broker can't be reached or refuses.
    """
    url = client.link("pb:pacticipant-version", pacticipant=pacticipant, version=version)
    document = client.find(url, doing="looking for the version")
    if document is None:
        return None
    with hal.understood("the version"):
        return StoredVersion(
            tuple(str(branch["name"]) for branch in hal.embedded_list(document, "branchVersions", "the version")),
            tuple(str(tag["name"]) for tag in hal.embedded_list(document, "tags", "the version")),
        )


def tag_version(client: BrokerClient, pacticipant: str, version: str, tag: str) -> None:
    """Put a tag on a version.

    Raises:
        BrokerError: the broker refused.
    """
    url = client.link("pb:pacticipant-version-tag", pacticipant=pacticipant, version=version, tag=tag)
    _put(client, url, f"tagging {pacticipant} {version}")


def untag_version(client: BrokerClient, pacticipant: str, version: str, tag: str) -> None:
    """Take a tag off a version.

    Raises:
        BrokerError: the broker refused.
    """
    url = client.link("pb:pacticipant-version-tag", pacticipant=pacticipant, version=version, tag=tag)
    answer = client.send("DELETE", url, None, repeatable=True)
    if answer.status not in (200, 204, 404):
        raise answer.refusal(f"taking a tag off {pacticipant} {version}")


def branches_of(client: BrokerClient, pacticipant: str, version: str) -> tuple[str, ...] | None:
    """Return the branches that a version is on; None where the broker doesn't know the version.

    Raises:
        BrokerError: the broker can't be reached or refuses.
    """
    found = find_version(client, pacticipant, version)
    return None if found is None else found.branches


def main_branch_of(client: BrokerClient, pacticipant: str) -> str | None:
    """Return the main branch of a pacticipant; None where the broker doesn't know it, or its main branch.

    Raises:
        BrokerError: the broker can't be reached or refuses.
    """
    document = client.find(client.link("pb:pacticipant", pacticipant=pacticipant), doing="looking for the main branch")
    main = (document or {}).get("mainBranch")
    return main if isinstance(main, str) else None


def head_of_branch(client: BrokerClient, pacticipant: str, branch: str) -> str | None:
    """Return the version at the head of a branch; None where there is none.

    No link leads there in every broker that is in use: each version says of which branch it is the latest one, and
    they are listed with the latest first.

    Raises:
        BrokerError: the broker can't be reached or refuses.
    """
    document = client.find(client.link("pb:pacticipant", pacticipant=pacticipant), doing="looking for its versions")
    if document is None:
        return None
    address: str | None = hal.link(document, "pb:versions")
    for _ in range(_MOST_PAGES):
        if address is None:
            break
        page = client.get(address, doing=f"listing the versions of {pacticipant}")
        with hal.understood("the list of versions"):
            for version in hal.embedded(page, "versions") or ():
                members = hal.embedded(version, "branchVersions") or ()
                if any(one.get("name") == branch and one.get("latest") is True for one in members):
                    return str(version["number"])
        address = hal.optional_link(page, "next")
    return None


_MOST_PAGES = 50
"""A branch without a version among the latest five thousand is nobody's main line."""


def has_main_branch(client: BrokerClient, pacticipant: str) -> bool:
    """Does the broker know a main branch of this pacticipant that versions are on?

    Raises:
        BrokerError: the broker can't be reached or refuses.
    """
    main = main_branch_of(client, pacticipant)
    if main is None:
        return False
    branch = client.link("pb:pacticipant-branch", pacticipant=pacticipant, branch=main)
    return client.find(branch, doing="looking for the main branch") is not None


def _put(client: BrokerClient, url: str, doing: str) -> None:
    answer = client.send("PUT", url, {}, repeatable=True)
    if answer.status not in (200, 201):
        raise answer.refusal(doing)
