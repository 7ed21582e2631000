"""Versions of pacticipants, and the branches that they are on."""

from __future__ import annotations

from contracts.broker import hal
from contracts.broker.client import BrokerClient


def put_on_branch(client: BrokerClient, pacticipant: str, version: str, branch: str) -> None:
    """Make a version known and put it on its branch; a bare result would make it without one.

    Raises:
        BrokerError: the broker refused.
    """
    url = client.link("pb:pacticipant-branch-version", pacticipant=pacticipant, branch=branch, version=version)
    answer = client.send("PUT", url, {}, repeatable=True)
    if answer.status not in (200, 201):
        raise answer.refusal(f"putting {pacticipant} {version} on the branch {branch}")


def branches_of(client: BrokerClient, pacticipant: str, version: str) -> tuple[str, ...] | None:
    """Return the branches that a version is on; None where the broker doesn't know the version.

    Raises:
        BrokerError: the broker can't be reached or refuses.
    """
    url = client.link("pb:pacticipant-version", pacticipant=pacticipant, version=version)
    document = client.find(url, doing="looking for the version")
    if document is None:
        return None
    with hal.understood("the version"):
        return tuple(str(branch["name"]) for branch in hal.embedded(document, "branchVersions") or ())


def has_main_branch(client: BrokerClient, pacticipant: str) -> bool:
    """Does the broker know a main branch of this pacticipant that versions are on?

    Raises:
        BrokerError: the broker can't be reached or refuses.
    """
    document = client.find(client.link("pb:pacticipant", pacticipant=pacticipant), doing="looking for the main branch")
    main = (document or {}).get("mainBranch")
    if not isinstance(main, str):
        return False
    branch = client.link("pb:pacticipant-branch", pacticipant=pacticipant, branch=main)
    return client.find(branch, doing="looking for the main branch") is not None
